"""Parses times of day: `3pm`, `15:00`, `1500hrs`, `half 3`, `quarter past 4`, `ten to four`, `noon`."""

from collections.abc import Callable

from bot.language.grammar.clock_faces import (
    parse_half_hour,
    parse_minute_of_hour,
    parse_named_time,
    parse_past_or_to,
)
from bot.language.grammar.meridiems import parse_face_hour, parse_meridiem, to_24_hour, with_meridiem
from bot.language.grammar.rules import DIGITS
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    HOUR_WORDS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    NUMBER_WORDS,
    ORDINAL_SUFFIXES,
    PEOPLE_WORDS,
)
from bot.language.model.items import BareNumber, ClockTime, InvalidTime, Item, ItemMatch
from bot.language.text.token_cursor import ParsedNumber, TokenCursor, memoize_rule, parse_below_hundred

_SUFFIX_WORDS = frozenset({"sharp", "ish", "exactly", "oclock", "dot"})
_NOON_HOUR, _HOURS_PER_DAY, _LAST_MINUTE = 12, 24, 59
_HOUR_SIGNS = word_set(": . , ; h")
_MAX_USUAL_HOURS = 4
_SPELLED_MINUTES_BELOW_TEN, _MIN_SPELLED_MINUTES = 5, 10
_NOT_AFTER_FIVE = NUMBER_WORDS.keys() | HOUR_WORDS | MINUTE_WORDS | PEOPLE_WORDS | word_set("to past - until")
_NOT_AFTER_MINUTES = (
    MINUTE_WORDS | HOUR_WORDS | ORDINAL_SUFFIXES | frozenset(MONTH_NUMBERS) | word_set(": / . %")
)
_CLOCK_PREPOSITIONS = word_set("at @ from until to before after by around about between -")


@memoize_rule
def parse_clock_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """The time of day that starts here; a number that might be one becomes a `BareNumber`."""
    for rule in _DIGIT_RULES if cursor.number(index) is not None else _WORD_RULES:
        found = rule(cursor, index)
        if found is not None:
            after = _skip_suffix(cursor, found[1])
            return _with_suffix(found[0]) if after > found[1] else found[0], after
    return None


def _with_suffix(item: Item) -> Item:
    """A number in words that is a time because of its suffix (`eleven ish`, `three sharp`)."""
    return item.clock if isinstance(item, BareNumber) and item.is_spelled_out else item


def _skip_suffix(cursor: TokenCursor, index: int) -> int:
    if cursor.matches(index, "on", "the", "dot"):
        return index + 3
    while cursor.word(index) in _SUFFIX_WORDS or (
        cursor.word(index) == "-" and cursor.word(index + 1) == "ish"
    ):
        index += 1
    return index


def _parse_hour_and_minute(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`15:00`, `3.30pm`, `9h30`, `09:15:30`; an impossible hour or minute makes it an `InvalidTime`."""
    hour, minute = cursor.number(index), cursor.number(index + 2)
    sign = cursor.word(index + 1)
    if hour is None or minute is None or sign not in _HOUR_SIGNS or len(cursor.word(index)) > 2:
        return None
    if len(cursor.word(index + 2)) != 2 or not (cursor.is_attached(index + 2) or sign == ":"):
        return None
    if sign == "," and parse_meridiem(cursor, index + 3) is None:
        return None
    if sign == "h" and hour < 13 and cursor.word(index - 1) not in _CLOCK_PREPOSITIONS:
        return None  # `1h30` is a duration
    after = _skip_seconds(cursor, index + 3) if sign == ":" else index + 3
    return _build_digital_time(cursor, index, hour, minute, after)


def _skip_seconds(cursor: TokenCursor, index: int) -> int:
    """The position after `:30` or `:30.25`; times are whole minutes."""
    seconds = cursor.number(index + 1)
    if cursor.word(index) != ":" or len(cursor.word(index + 1)) != 2 or seconds is None or seconds > 59:
        return index
    has_fraction = cursor.word(index + 2) == "." and cursor.is_attached(index + 3)
    return index + 4 if has_fraction and cursor.word(index + 3).isdecimal() else index + 2


def _build_digital_time(
    cursor: TokenCursor, index: int, hour: int, minute: int, end_index: int
) -> ItemMatch | None:
    meridiem = parse_meridiem(cursor, end_index)
    if meridiem is not None and meridiem[0] and (hour > 23 or minute > 59):
        return InvalidTime(), meridiem[1]
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return InvalidTime(), end_index
    if meridiem is not None:
        return to_24_hour(hour, minute, meridiem[0]), meridiem[1]
    end_index += cursor.word(end_index) in {"hrs", "hours", "h"} and hour > 4
    is_24_hour = hour > 12 or hour == 0 or cursor.word(index).startswith("0")
    is_guess = cursor.word(index + 1) in {".", ";"} and cursor.word(index - 1) not in _CLOCK_PREPOSITIONS
    return ClockTime(hour, minute, is_24_hour=is_24_hour, is_guess=is_guess), end_index


def _parse_digits_with_meridiem(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`3pm`, `3 30 pm`, `330pm`, `3 oclock`."""
    number = cursor.number(index) or 0
    size = len(cursor.word(index))
    meridiem = parse_meridiem(cursor, index + 1)
    if meridiem is not None:
        hour, minute = (number, 0) if size <= 2 else divmod(number, 100)
        possible = hour <= 23 and minute <= 59
        return (to_24_hour(hour, minute, meridiem[0]) if possible else InvalidTime()), meridiem[1]
    if cursor.word(index + 1) == "oclock":
        if 1 <= number <= 12 and size <= 2:
            return with_meridiem(cursor, number, 0, index + 1)
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
    return to_24_hour(number, minute_after, meridiem[0]), meridiem[1]


def _parse_spelled_out_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`three thirty`, `eleven oh five`, `eleven five`, `three pm`, `fifteen thirty`, `fourteen hundred`."""
    hour = _parse_spelled_out_hour(cursor, index)
    if hour is None:
        return None
    at = hour[1] + (cursor.word(hour[1]) in {"oh", "o"})
    minutes = parse_below_hundred(cursor, at)
    if minutes is not None and _are_minutes(cursor, hour, minutes, at):
        return with_meridiem(cursor, hour[0], minutes.value, minutes.end_index)
    if hour[0] > 12:
        return None
    if cursor.word(hour[1]) == "oclock" or parse_meridiem(cursor, hour[1]) is not None:
        return with_meridiem(cursor, hour[0], 0, hour[1])
    return None


def _parse_spelled_out_hour(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """An hour from 1 to 23; from 13 on only where nothing else can be meant."""
    hour = parse_face_hour(cursor, index)
    if hour is not None:
        return hour
    spelled = parse_below_hundred(cursor, index)
    if spelled is None or not _NOON_HOUR < spelled.value < _HOURS_PER_DAY:
        return None
    is_time = cursor.word(index - 1) in _CLOCK_PREPOSITIONS or cursor.word(index - 1) == ""
    return (spelled.value, spelled.end_index) if is_time else None


def _are_minutes(cursor: TokenCursor, hour: tuple[int, int], minutes: ParsedNumber, at: int) -> bool:
    """Whether a second number after an hour is its minutes: from ten on, or `five`, or after `oh`."""
    if at > hour[1]:
        return minutes.value <= _LAST_MINUTE
    if minutes.value == _SPELLED_MINUTES_BELOW_TEN:
        follows = cursor.word(minutes.end_index)
        return cursor.number(hour[1] - 1) is None and follows not in _NOT_AFTER_FIVE
    return _MIN_SPELLED_MINUTES <= minutes.value <= _LAST_MINUTE


def _parse_military_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`1400hrs`, `14h`, `at 16 hours`, `fourteen hundred hours`; `9h` only after a preposition."""
    spoken = _parse_hundred_hours(cursor, index)
    if spoken is not None:
        return spoken
    number = cursor.number(index)
    if number is None or cursor.word(index + 1) not in HOUR_WORDS:
        return None
    size = len(cursor.word(index))
    if size >= 3:
        hour, minute = divmod(number, 100)
        return (ClockTime(hour, minute, is_24_hour=True), index + 2) if hour <= 23 and minute <= 59 else None
    if number > 24:
        return None
    is_placed = cursor.word(index - 1) in {"at", "@"}
    if is_placed and number > _MAX_USUAL_HOURS and cursor.word(index + 1) in HOUR_WORDS:
        return ClockTime(number, is_24_hour=True), index + 2  # `at 16 hours`
    if cursor.word(index + 1) != "h" or not cursor.is_attached(index + 1) or number > 23:
        return None
    has_preposition = cursor.word(index - 1) in _CLOCK_PREPOSITIONS
    if has_preposition or (number >= 13 and cursor.word(index - 1) not in {"for", "in"}):
        return ClockTime(number, is_24_hour=True), index + 2
    return None


def _parse_hundred_hours(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`fourteen hundred hours`, `14 hundred hours`, `at nine hundred`."""
    spelled = parse_below_hundred(cursor, index)
    hour, at = (spelled.value, spelled.end_index) if spelled else (cursor.number(index), index + 1)
    if hour is None or hour >= _HOURS_PER_DAY or cursor.word(at) != "hundred":
        return None
    has_unit = cursor.word(at + 1) in HOUR_WORDS
    if not has_unit and cursor.word(index - 1) not in {"at", "@"}:
        return None
    return ClockTime(hour, is_24_hour=True), at + 1 + has_unit


def _parse_spaced_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`at 9 30`: an hour and two digits of minutes after a preposition of clock times."""
    hour, minute = cursor.number(index), cursor.number(index + 1)
    if hour is None or minute is None or hour > 23 or minute > _LAST_MINUTE or minute % 5:
        return None
    if len(cursor.word(index)) > 2 or len(cursor.word(index + 1)) != 2:
        return None
    is_time = cursor.word(index - 1) in _CLOCK_PREPOSITIONS - {"-"} or (
        cursor.word(index - 1) == "" and cursor.word(index + 2) == ""
    )
    if not is_time or cursor.word(index + 2) in _NOT_AFTER_MINUTES:
        return None
    return ClockTime(hour, minute, is_24_hour=hour > _NOON_HOUR or cursor.word(index)[0] == "0"), index + 2


def _parse_bare_number(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`3`, `1530`, `three`: an hour if the words around it say so."""
    number = cursor.number(index)
    if number is None:
        hour = parse_face_hour(cursor, index)
        return (BareNumber(ClockTime(hour[0]), hour[0], is_spelled_out=True), hour[1]) if hour else None
    text = cursor.word(index)
    hour_number, minute = (number, 0) if len(text) <= 2 else divmod(number, 100)
    if hour_number > 24 or minute > 59 or (hour_number == 24 and minute):
        return None
    is_24_hour = hour_number > 12 or hour_number == 0 or text.startswith("0") or len(text) == 4
    return BareNumber(
        ClockTime(hour_number, minute, is_24_hour=is_24_hour), number, digit_count=len(text)
    ), index + 1


CLOCK_FIRST_WORDS = NUMBER_WORDS.keys() | word_set("noon midday midnight half quarter top") | {DIGITS}
"""The words that a time of day may begin with."""
_DIGIT_RULES: tuple[Callable[[TokenCursor, int], ItemMatch | None], ...] = (
    parse_named_time,
    parse_past_or_to,
    parse_minute_of_hour,
    _parse_hour_and_minute,
    _parse_military_time,
    _parse_digits_with_meridiem,
    _parse_spaced_time,
    _parse_bare_number,
)
_WORD_RULES: tuple[Callable[[TokenCursor, int], ItemMatch | None], ...] = (
    parse_named_time,
    parse_half_hour,
    parse_past_or_to,
    parse_minute_of_hour,
    _parse_military_time,
    _parse_spelled_out_time,
    _parse_bare_number,
)
