"""Parses times of day by the hands of a clock: `half 3`, `quarter past noon`, `ten to four`, `half past`."""

from bot.language.grammar.meridiems import parse_face_hour, with_meridiem
from bot.language.lexicon.vocabulary import HOUR_WORDS, MINUTE_WORDS
from bot.language.model.items import ClockTime, ItemMatch, MinuteOfHour
from bot.language.text.token_cursor import TokenCursor, parse_below_hundred

_QUARTERS = frozenset({5, 10, 15, 20, 25})
_TOO_SHORT_TO_BOOK = frozenset({5, 10})
_PAST_WORDS = frozenset({"past", "after"})
_TO_WORDS = frozenset({"to", "before", "until", "of"})
_NAMED_MINUTES = {"noon": 12 * 60, "midday": 12 * 60, "midnight": 24 * 60}
_MINUTES_PER_DAY = 24 * 60
_RANGE_LEADS = frozenset({"from", "between"})
_FACE_LEADS = frozenset({"at", "@", "around", "about", "circa", "approx"})
_ENDS_OF_CLAUSE = frozenset(
    {"", ",", ".", "?", "!", ";", ")", "for", "please", "until", "to", "-", "and", "with"}
)


def parse_named_time(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`noon`, `12 noon`, `midnight`."""
    at = index + (cursor.word(index) == "12" or cursor.word(index) == "twelve")
    minutes = _NAMED_MINUTES.get(cursor.word(at))
    return (ClockTime(minutes // 60, is_24_hour=True), at + 1) if minutes else None


def parse_half_hour(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`half 3`, `half past 3`, `half three pm`, `half past noon`."""
    if cursor.word(index) != "half":
        return None
    at = cursor.skip(index + 1, {"past", "after", "-"})
    if at > index + 1 and cursor.word(at - 1) in _PAST_WORDS:
        return _at_hour(cursor, at, 30)
    hour = parse_face_hour(cursor, at)
    if hour is None or cursor.word(hour[1]) in HOUR_WORDS | MINUTE_WORDS | {"dozen"}:
        return None
    return with_meridiem(cursor, hour[0], 30, hour[1])


def _at_hour(cursor: TokenCursor, index: int, minutes: int) -> ItemMatch | None:
    """The hour that minutes are added to, or taken from: `4`, `seven o'clock`, `noon`, `the hour`."""
    named = parse_named_time(cursor, index)
    if named is not None and isinstance(named[0], ClockTime):
        total = (named[0].hour * 60 + minutes) % _MINUTES_PER_DAY
        return ClockTime(total // 60, total % 60, is_24_hour=True), named[1]
    hour = parse_face_hour(cursor, index)
    if hour is not None:
        if minutes < 0:
            return with_meridiem(cursor, (hour[0] - 2) % 12 + 1, 60 + minutes, hour[1])
        return with_meridiem(cursor, hour[0], minutes, hour[1])
    if cursor.matches(index, "the", "hour"):
        return MinuteOfHour(minutes % 60), index + 2
    return None


def parse_past_or_to(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`quarter past 4`, `20 past 2`, `ten to four`, `quarter of 4`; `10 to 4` is a range."""
    start = index + (cursor.word(index) == "a")
    minutes, at = _parse_minutes(cursor, start)
    if not minutes:
        return None
    preposition = cursor.word(at)
    if preposition in _PAST_WORDS:
        return _at_hour(cursor, at + 1, minutes) if _may_add(cursor, start, at, minutes) else None
    if preposition in _TO_WORDS and _may_subtract(cursor, start, at, minutes):
        return _at_hour(cursor, at + 1, -minutes)
    return None


def _parse_minutes(cursor: TokenCursor, index: int) -> tuple[int, int]:
    """Minutes and the position after them, zero if there are none."""
    if cursor.word(index) == "quarter":
        return 15, index + 1
    if cursor.word(index) in {"three", "3"} and cursor.word(index + 1) in {"quarter", "quarters"}:
        return 45, index + 2
    number = cursor.number(index)
    if number is not None:
        is_minutes = number < 60 and len(cursor.word(index)) <= 2
        return (number if is_minutes else 0), index + 1 + (cursor.word(index + 1) in MINUTE_WORDS)
    spelled = parse_below_hundred(cursor, index)
    if spelled is None:
        return 0, index + 1
    return spelled.value, spelled.end_index + (cursor.word(spelled.end_index) in MINUTE_WORDS)


def _may_add(cursor: TokenCursor, index: int, at: int, minutes: int) -> bool:
    """Whether minutes past an hour are meant; before `after` they are round, and few if they have a unit."""
    if cursor.word(at) == "past":
        return True
    if cursor.word(at - 1) in MINUTE_WORDS:
        return minutes in _TOO_SHORT_TO_BOOK
    return minutes in _QUARTERS | {30, 45} and index < at


def _may_subtract(cursor: TokenCursor, index: int, at: int, minutes: int) -> bool:
    """Whether minutes to an hour are meant, and not a range of hours or `ten of us`."""
    preposition = cursor.word(at)
    if cursor.word(at - 1) in MINUTE_WORDS:
        return preposition == "to"
    if cursor.word(at - 1) in {"quarter", "quarters"}:
        return True
    if cursor.word(index - 1) in _RANGE_LEADS and not _is_first_of_two(cursor, index, at):
        return False
    if minutes not in _QUARTERS:
        return False
    is_spelled = cursor.number(index) is None
    if preposition == "of":
        return (is_spelled or cursor.word(index - 1) in _FACE_LEADS) and parse_face_hour(
            cursor, at + 1
        ) is not None
    if preposition == "until":
        return minutes > 12
    if preposition == "before" or is_spelled or minutes > 12:
        return True
    return cursor.word(index - 1) in _FACE_LEADS or _is_no_range(cursor, at, minutes)


def _is_first_of_two(cursor: TokenCursor, index: int, at: int) -> bool:
    """`between five to three and four`, `from ten to two until three`."""
    hour = parse_face_hour(cursor, at + 1)
    if hour is None:
        return False
    follows = cursor.word(hour[1])
    return follows == "and" if cursor.word(index - 1) == "between" else follows in {"until", "to", "-"}


def _is_no_range(cursor: TokenCursor, at: int, hour: int) -> bool:
    """Whether `5 to 3` would be a range of more than eight hours."""
    end = parse_face_hour(cursor, at + 1)
    return end is not None and (end[0] - hour) % 12 > _MAX_RANGE_HOURS


_MAX_RANGE_HOURS = 8


def parse_minute_of_hour(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`half past`, `quarter to`, `ten past` at the end of a clause; `the top of the hour`, `on the hour`."""
    at = cursor.skip(index, {"the"})
    if cursor.matches(at, "top", "of", "the", "hour"):
        return MinuteOfHour(), at + 4
    if cursor.word(index) == "half":
        minutes, at = 30, index + 1
    else:
        minutes, at = _parse_minutes(cursor, index + (cursor.word(index) == "a"))
    preposition = cursor.word(at)
    if not minutes or cursor.word(at + 1) not in _ENDS_OF_CLAUSE:
        return None
    if preposition == "past" and minutes in _QUARTERS | {30}:
        return MinuteOfHour(minutes), at + 1
    is_clear = cursor.word(index - 1) in _FACE_LEADS or cursor.word(index) == "quarter"
    if preposition == "to" and minutes in _QUARTERS and is_clear and cursor.word(at + 1) not in {"to", "-"}:
        return MinuteOfHour(60 - minutes), at + 1
    return None
