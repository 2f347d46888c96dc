"""Parses times of day: `3pm`, `15:00`, `1500hrs`, `half 3`, `quarter past 4`, `ten to four`, `noon`."""

from collections.abc import Callable

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import HOUR_WORDS, MINUTE_WORDS, SMALL_NUMBER_WORDS
from bot.language.model.items import BareNumber, ClockTime, InvalidTime, ItemMatch
from bot.language.text.token_cursor import TokenCursor, memoize_rule, parse_below_hundred

_SUFFIX_WORDS = frozenset({"sharp", "ish", "exactly", "oclock", "dot"})
_MINUTES_PAST_OR_TO = frozenset({5, 10, 20, 25})
_CLOCK_PREPOSITIONS = word_set("at @ from until to before after by around about between -")


@memoize_rule
def parse_clock_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """The time of day that starts here; a number that might be one becomes a `BareNumber`."""
    for rule in _RULES:
        found = rule(cursor, index)
        if found is not None:
            return found[0], _skip_suffix(cursor, found[1])
    return None


def _skip_suffix(cursor: TokenCursor, index: int) -> int:
    if cursor.matches(index, "on", "the", "dot"):
        return index + 3
    while cursor.word(index) in _SUFFIX_WORDS or (
        cursor.word(index) == "-" and cursor.word(index + 1) == "ish"
    ):
        index += 1
    return index


def parse_meridiem(cursor: TokenCursor, index: int) -> tuple[str, int] | None:
    """`am`, `p.m.`, and a lone `p` written straight after its number."""
    word = cursor.word(index)
    if word in {"am", "pm"}:
        return word, index + 1
    if word not in {"a", "p"}:
        return None
    if cursor.word(index + 1) == "." and cursor.matches(index + 2, "m"):
        return word + "m", index + 3 + (cursor.word(index + 3) == "." and cursor.is_attached(index + 3))
    if cursor.matches(index + 1, "m") and cursor.word(index - 1).isdecimal():
        return word + "m", index + 2
    runs_on = cursor.is_attached(index + 1) and cursor.word(index + 1).isalnum()
    return (word + "m", index + 1) if cursor.is_attached(index) and not runs_on else None


def _parse_named_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`noon`, `12 noon`, `midnight`."""
    at = index + (cursor.word(index) == "12" or cursor.word(index) == "twelve")
    word = cursor.word(at)
    if word in {"noon", "midday"}:
        return ClockTime(12, is_24_hour=True), at + 1
    if word == "midnight":
        return ClockTime(24, is_24_hour=True), at + 1
    return None


def _parse_face_hour(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """An hour from 1 to 12, in digits or words, and the position after it."""
    number = cursor.number(index)
    if number is not None:
        return (number, index + 1) if 1 <= number <= 12 and len(cursor.word(index)) <= 2 else None
    number = SMALL_NUMBER_WORDS.get(cursor.word(index), 0)
    return (number, index + 1) if 1 <= number <= 12 else None


def _parse_half_hour(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`half 3`, `half past 3`, `half three pm`."""
    if cursor.word(index) != "half":
        return None
    at = cursor.skip(index + 1, {"past", "-"})
    hour = _parse_face_hour(cursor, at)
    if hour is None or cursor.word(hour[1]) in HOUR_WORDS | MINUTE_WORDS | {"dozen"}:
        return None
    return _with_meridiem(cursor, hour[0], 30, hour[1])


def _with_meridiem(cursor: TokenCursor, hour: int, minute: int, end_index: int) -> ItemMatch:
    end_index += cursor.word(end_index) == "oclock"
    meridiem = parse_meridiem(cursor, end_index)
    if meridiem is None:
        return ClockTime(hour, minute), end_index
    return _to_24_hour(hour, minute, meridiem[0]), meridiem[1]


def _to_24_hour(hour: int, minute: int, meridiem_word: str, seconds: float = 0) -> ClockTime:
    full = hour if hour > 12 else hour % 12 + (12 if meridiem_word == "pm" else 0)
    return ClockTime(full, minute, seconds, is_24_hour=True, meridiem=meridiem_word)


def _parse_past_or_to(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`quarter past 4`, `20 past 2`, `ten to four`; `10 to 4` and `nine to five` are ranges."""
    start = index + (cursor.word(index) == "a")
    minutes, at, spelled = _parse_minutes_past_or_to(cursor, start)
    if not minutes:
        return None
    preposition = cursor.word(at)
    hour = _parse_face_hour(cursor, at + 1)
    if preposition not in {"past", "to", "after", "before", "til"} or hour is None:
        return None
    if preposition != "past" and not spelled:
        return None
    if preposition == "past":
        return _with_meridiem(cursor, hour[0], minutes, hour[1])
    if preposition == "to":
        return (
            _with_meridiem(cursor, (hour[0] - 2) % 12 + 1, 60 - minutes, hour[1])
            if _is_not_in_range(cursor, start)
            else None
        )
    return None


def _parse_minutes_past_or_to(cursor: TokenCursor, index: int) -> tuple[int, int, bool]:
    """Minutes, the position after them, and whether `to` may follow."""
    if cursor.word(index) == "quarter":
        return 15, index + 1, True
    number = cursor.number(index)
    spelled = parse_below_hundred(cursor, index) if number is None else None
    value, at = (spelled.value, spelled.end_index) if spelled else (number or 0, index + 1)
    if cursor.word(at) in MINUTE_WORDS and cursor.word(at + 1) in {"past", "to"}:
        return (value, at + 1, True) if value < 60 else (0, at, False)
    if value not in _MINUTES_PAST_OR_TO:
        return 0, at, False
    return value, at, spelled is not None or value > 12


def _is_not_in_range(cursor: TokenCursor, index: int) -> bool:
    """Whether no `from` makes `ten to four` a range."""
    return cursor.word(index - 1) not in {"from", "between"}


def _parse_hour_and_minute(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`15:00`, `3.30pm`, `9h30`, `09:15:30`; an impossible hour or minute makes it an `InvalidTime`."""
    hour, minute = cursor.number(index), cursor.number(index + 2)
    sign = cursor.word(index + 1)
    if hour is None or minute is None or sign not in {":", ".", "h"} or len(cursor.word(index)) > 2:
        return None
    if len(cursor.word(index + 2)) != 2 or not (cursor.is_attached(index + 2) or sign == ":"):
        return None
    if sign == "h" and hour < 13 and cursor.word(index - 1) not in _CLOCK_PREPOSITIONS:
        return None  # `1h30` is a duration
    seconds, after = _parse_seconds(cursor, index + 3) if sign == ":" else (0.0, index + 3)
    return _build_digital_time(cursor, index, hour, minute, seconds, after)


def _parse_seconds(cursor: TokenCursor, index: int) -> tuple[float, int]:
    if cursor.word(index) != ":" or len(cursor.word(index + 1)) != 2 or cursor.number(index + 1) is None:
        return 0.0, index
    if cursor.word(index + 2) == "." and cursor.is_attached(index + 3) and cursor.word(index + 3).isdecimal():
        return float(f"{cursor.word(index + 1)}.{cursor.word(index + 3)[:6]}"), index + 4
    return float(cursor.word(index + 1)), index + 2


def _build_digital_time(
    cursor: TokenCursor, index: int, hour: int, minute: int, seconds: float, end_index: int
) -> ItemMatch | None:
    meridiem = parse_meridiem(cursor, end_index)
    if meridiem is not None and meridiem[0] and (hour > 23 or minute > 59):
        return InvalidTime(), meridiem[1]
    if hour > 24 or minute > 59 or seconds >= 60 or (hour == 24 and minute):
        return InvalidTime(), end_index
    if meridiem is not None:
        return _to_24_hour(hour, minute, meridiem[0], seconds), meridiem[1]
    end_index += cursor.word(end_index) in {"hrs", "hours", "h"} and hour > 4
    is_24_hour = hour > 12 or hour == 0 or cursor.word(index).startswith("0")
    is_guess = cursor.word(index + 1) == "." and cursor.word(index - 1) not in _CLOCK_PREPOSITIONS
    return ClockTime(hour, minute, seconds, is_24_hour=is_24_hour, is_guess=is_guess), end_index


def _parse_with_meridiem(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`3pm`, `3 30 pm`, `330pm`, `3 oclock`, `three pm`, `three thirty`."""
    return (
        _parse_digits_with_meridiem(cursor, index)
        if cursor.number(index) is not None
        else _parse_spelled_out_time(cursor, index)
    )


def _parse_digits_with_meridiem(cursor: TokenCursor, index: int) -> ItemMatch | None:
    number = cursor.number(index) or 0
    size = len(cursor.word(index))
    meridiem = parse_meridiem(cursor, index + 1)
    if meridiem is not None:
        hour, minute = (number, 0) if size <= 2 else divmod(number, 100)
        possible = hour <= 23 and minute <= 59
        return (_to_24_hour(hour, minute, meridiem[0]) if possible else InvalidTime()), meridiem[1]
    if cursor.word(index + 1) == "oclock":
        if 1 <= number <= 12 and size <= 2:
            return _with_meridiem(cursor, number, 0, index + 1)
        return (ClockTime(number, is_24_hour=True), index + 2) if number <= 24 else None
    minute_after = cursor.number(index + 1)
    meridiem = parse_meridiem(cursor, index + 2)
    if (
        minute_after is None
        or meridiem is None
        or number > 12
        or minute_after > 59
        or len(cursor.word(index + 1)) != 2
    ):
        return None
    return _to_24_hour(number, minute_after, meridiem[0]), meridiem[1]


def _parse_spelled_out_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    hour = _parse_face_hour(cursor, index)
    if hour is None:
        return None
    at = hour[1] + (cursor.word(hour[1]) in {"oh", "o"})
    minutes = parse_below_hundred(cursor, at)
    if minutes is not None and (10 <= minutes.value <= 59 or at > hour[1]):
        return _with_meridiem(cursor, hour[0], minutes.value, minutes.end_index)
    if cursor.word(hour[1]) == "oclock" or parse_meridiem(cursor, hour[1]) is not None:
        return _with_meridiem(cursor, hour[0], 0, hour[1])
    return None


def _parse_military_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`1400hrs`, `14h`; `9h` only after a preposition of clock times."""
    number = cursor.number(index)
    if number is None or cursor.word(index + 1) not in HOUR_WORDS:
        return None
    size = len(cursor.word(index))
    if size >= 3:
        hour, minute = divmod(number, 100)
        return (ClockTime(hour, minute, is_24_hour=True), index + 2) if hour <= 23 and minute <= 59 else None
    if number <= 24 and cursor.word(index - 1) in {"at", "@"} and cursor.word(index + 1) in HOUR_WORDS:
        return ClockTime(number, is_24_hour=True), index + 2  # `at 16 hours`
    if cursor.word(index + 1) != "h" or not cursor.is_attached(index + 1) or number > 23:
        return None
    has_preposition = cursor.word(index - 1) in _CLOCK_PREPOSITIONS
    if has_preposition or (number >= 13 and cursor.word(index - 1) not in {"for", "in"}):
        return ClockTime(number, is_24_hour=True), index + 2
    return None


def _parse_bare_number(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`3`, `1530`, `three`: an hour if the words around it say so."""
    number = cursor.number(index)
    if number is None:
        hour = _parse_face_hour(cursor, index)
        return (BareNumber(ClockTime(hour[0]), hour[0], is_spelled_out=True), hour[1]) if hour else None
    text = cursor.word(index)
    hour_number, minute = (number, 0) if len(text) <= 2 else divmod(number, 100)
    if hour_number > 24 or minute > 59 or (hour_number == 24 and minute):
        return None
    is_24_hour = hour_number > 12 or hour_number == 0 or text.startswith("0") or len(text) == 4
    return BareNumber(
        ClockTime(hour_number, minute, is_24_hour=is_24_hour), number, digit_count=len(text)
    ), index + 1


_RULES: tuple[Callable[[TokenCursor, int], ItemMatch | None], ...] = (
    _parse_named_time,
    _parse_half_hour,
    _parse_past_or_to,
    _parse_hour_and_minute,
    _parse_military_time,
    _parse_with_meridiem,
    _parse_bare_number,
)
