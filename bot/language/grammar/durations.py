"""Parses durations: `2h`, `90 mins`, `an hour and a half`, `1h30`, `half an hour`, `a fortnight`."""

from fractions import Fraction

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_WORDS,
    FORTNIGHT_WORDS,
    HOUR_WORDS,
    MERIDIEMS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    MONTH_WORDS,
    NUMBER_WORDS,
    ORDINAL_SUFFIXES,
    PEOPLE_WORDS,
    WEEK_WORDS,
    YEAR_WORDS,
)
from bot.language.model.items import DurationItem
from bot.language.text.token_cursor import (
    CARDINAL_FIRST_WORDS,
    TokenCursor,
    memoize_rule,
    parse_below_hundred,
    parse_cardinal,
    parse_fraction,
)

DurationMatch = tuple[DurationItem, int]

_SET_PHRASES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("three", "quarters", "of", "an", "hour"), 45),
    (("three", "quarter", "of", "an", "hour"), 45),
    (("three", "quarters", "of", "a", "hour"), 45),
    (("3", "quarters", "of", "an", "hour"), 45),
    (("three", "quarter", "hour"), 45),
    (("3", "quarter", "hour"), 45),
    (("three", "quarters", "hour"), 45),
    (("3", "/", "4", "of", "an", "hour"), 45),
    (("3", "/", "4", "an", "hour"), 45),
    (("3", "/", "4", "hour"), 45),
    (("a", "quarter", "of", "an", "hour"), 15),
    (("quarter", "of", "an", "hour"), 15),
    (("a", "quarter", "hour"), 15),
    (("quarter", "hour"), 15),
    (("half", "of", "an", "hour"), 30),
    (("half", "an", "hour"), 30),
    (("half", "a", "hour"), 30),
    (("half", "hour"), 30),
    (("a", "half", "hour"), 30),
    (("half", "h"), 30),
    (("1", "/", "2", "an", "hour"), 30),
)
_SET_PHRASES_BY_FIRST_WORD: dict[str, list[tuple[tuple[str, ...], int]]] = {}
for _words, _minutes in _SET_PHRASES:
    for _last in (_words[-1], "hours") if _words[-1] == "hour" else (_words[-1],):
        _SET_PHRASES_BY_FIRST_WORD.setdefault(_words[0], []).append(((*_words[:-1], _last), _minutes))
_NOT_MINUTES_BEFORE = (
    frozenset(MONTH_NUMBERS)
    | ORDINAL_SUFFIXES
    | MERIDIEMS
    | HOUR_WORDS
    | PEOPLE_WORDS
    | NUMBER_WORDS.keys()
    | word_set(": / - to until . % past oclock p a")
)
_LENGTH_ADJECTIVES = frozenset({"apart", "wide", "tall", "deep"})
_LENGTH_QUALIFIERS = word_set("full solid whole good quick extra")
_LEADS_TO_HOUR = word_set("another extra more spare")
_PARTS_OF_HOUR: tuple[tuple[tuple[str, ...], int], ...] = (
    (("a", "half"), 30),
    (("a", "halfs"), 30),
    (("half",), 30),
    (("a", "bit"), 0),
    (("a", "quarter"), 15),
    (("quarter",), 15),
    (("three", "quarters"), 45),
    (("three", "quarter"), 45),
)
_MINUTES_PER_HOUR = 60
_MIN_SPELLED_MINUTES = 10
_MAX_MONTHS = 600
_FIRST_WORDS = frozenset(words[0] for words, _ in _SET_PHRASES) | {
    "a",
    "an",
    "hour",
    "hours",
    "full",
    "solid",
    "whole",
    "few",
}

DURATION_FIRST_WORDS = _FIRST_WORDS | CARDINAL_FIRST_WORDS | {"another", "extra"}
"""The words that a duration may begin with."""


@memoize_rule
def parse_duration(cursor: TokenCursor, index: int) -> DurationMatch | None:
    """The duration that starts here, with all its parts (`1 hour 20`)."""
    index += cursor.word(index) in {"another", "extra"}
    if cursor.word(index) in _FIRST_WORDS:
        for words, minutes in _SET_PHRASES_BY_FIRST_WORD.get(cursor.word(index), ()):
            if cursor.matches(index, *words):
                return DurationItem(minutes), index + len(words)
        phrase_match = _parse_hour_phrase(cursor, index)
        if phrase_match is not None:
            return phrase_match
    match = _parse_clock_like(cursor, index) or _parse_counted(cursor, index)
    return match if match is not None and match[0] != DurationItem() else None


def _parse_hour_phrase(cursor: TokenCursor, index: int) -> DurationMatch | None:
    """`an hour`, `a full hour`, `hour and a half`, `an hour and 20 minutes`."""
    at = cursor.skip(index, {"a", "an"})
    at = cursor.skip(at, _LENGTH_QUALIFIERS)
    is_single = cursor.word(at) == "hour" or (
        cursor.word(at) == "hours" and cursor.word(at - 1) in {"a", "an"}
    )
    has_lead = at > index or cursor.word(index - 1) in _LEADS_TO_HOUR
    if not is_single or (not has_lead and not _has_continuation(cursor, at + 1)):
        return None
    return _add_minutes(cursor, Fraction(60), at + 1)


def _has_continuation(cursor: TokenCursor, index: int) -> bool:
    if cursor.word(index) in {"and", "n"}:
        return cursor.word(index + 1) in {"a", "half", "quarter", "three"}
    return cursor.word(index) in {"long", "between", "before", "after"} or cursor.matches(index, "or", "so")


def _parse_clock_like(cursor: TokenCursor, index: int) -> DurationMatch | None:
    """`1:30 hours`, `1:30h`."""
    hours, minutes = cursor.number(index), cursor.number(index + 2)
    if hours is None or minutes is None or cursor.word(index + 1) != ":" or hours > 4 or minutes > 59:
        return None
    if (
        cursor.word(index + 3) not in HOUR_WORDS
        or cursor.word(index).startswith("0")
        or len(cursor.word(index + 2)) != 2
    ):
        return None
    return DurationItem(hours * 60 + minutes), index + 4


def _parse_counted(cursor: TokenCursor, index: int) -> DurationMatch | None:
    if cursor.matches(index, "a") and cursor.word(index + 1) not in {"couple", "pair", "hundred"}:
        single = _parse_single_unit(cursor, index + 1)
        if single is not None:
            return single
    if cursor.word(index) == "a" and cursor.word(index + 1) in _LENGTH_QUALIFIERS:
        return _parse_counted(cursor, cursor.skip(index + 1, _LENGTH_QUALIFIERS))
    few = index + (cursor.word(index) == "a")
    if cursor.word(few) == "few":
        return _parse_units(cursor, Fraction(3), few + 1)
    fraction = parse_fraction(cursor, index)
    if fraction is None:
        return None
    quantity, after = fraction
    after += cursor.word(after) == "full"
    ranged = _parse_upper_bound(cursor, after)
    if ranged is not None:
        quantity, after = ranged
    return _parse_units(cursor, quantity, after)


def _parse_single_unit(cursor: TokenCursor, index: int) -> DurationMatch | None:
    """`a day`, `a week`, `a minute`."""
    if cursor.word(index) in {
        "day",
        "week",
        "month",
        "fortnight",
        "minute",
        "hour",
        "weeks",
        "days",
        "months",
        "year",
    }:
        return _parse_units(cursor, Fraction(1), index)
    return None


def _parse_upper_bound(cursor: TokenCursor, index: int) -> tuple[Fraction, int] | None:
    """The upper bound of `1-2 hours`, `2 or 3 hours`."""
    if cursor.word(index) not in {"-", "to", "or"}:
        return None
    fraction = parse_fraction(cursor, index + 1)
    if _is_dotted_clock_time(cursor, index - 3) and _is_dotted_clock_time(cursor, index + 1):
        return None
    if fraction is None or fraction[0] > 24 or cursor.word(fraction[1]) not in HOUR_WORDS | MINUTE_WORDS:
        return None
    return fraction


def _is_dotted_clock_time(cursor: TokenCursor, index: int) -> bool:
    """`18.00`, both of whose parts have two digits."""
    return (
        len(cursor.word(index)) == 2
        and cursor.word(index + 1) == "."
        and len(cursor.word(index + 2)) == 2
        and cursor.number(index + 2) is not None
    )


def _parse_units(cursor: TokenCursor, quantity: Fraction, index: int) -> DurationMatch | None:
    unit = cursor.word(index)
    lone_letter = len(unit) == 1 and unit != "h"
    if lone_letter and not cursor.is_attached(index):
        return None
    if unit in HOUR_WORDS:
        return _add_minutes(cursor, quantity * 60, index + 1)
    if unit in MINUTE_WORDS and cursor.word(index + 1) not in _LENGTH_ADJECTIVES:
        return DurationItem(int(quantity)), index + 1
    days = _days_per_unit(unit)
    if days:
        return _add_days(cursor, int(quantity * days), index + 1)
    if unit in MONTH_WORDS | YEAR_WORDS and quantity <= _MAX_MONTHS:
        return DurationItem(months=int(quantity * (12 if unit in YEAR_WORDS else 1))), index + 1
    return None


def _add_days(cursor: TokenCursor, days: int, index: int) -> DurationMatch:
    """Adds the days that follow weeks: `3 weeks and 2 days`."""
    more = parse_cardinal(cursor, cursor.skip(index, {"and", ","})) if days % 7 == 0 else None
    if more is not None and cursor.word(more.end_index) in DAY_WORDS and len(cursor.word(more.end_index)) > 1:
        return DurationItem(days=days + more.value), more.end_index + 1
    hours = _parse_hours_after_days(cursor, index) if cursor.word(index - 1) in DAY_WORDS else None
    return (DurationItem(hours[0].minutes, days), hours[1]) if hours else (DurationItem(days=days), index)


def _parse_hours_after_days(cursor: TokenCursor, index: int) -> DurationMatch | None:
    """The rest of `1 day 2 hours`, `2 days and 3 hours`."""
    at = cursor.skip(index, {"and"})
    fraction = parse_fraction(cursor, at)
    if fraction is None or len(cursor.word(fraction[1])) < 2 or cursor.word(fraction[1]) not in HOUR_WORDS:
        return None
    return _parse_units(cursor, fraction[0], fraction[1])


def _days_per_unit(unit: str) -> int:
    if unit in DAY_WORDS:
        return 1
    if unit in WEEK_WORDS:
        return 7
    return 14 if unit in FORTNIGHT_WORDS else 0


def _add_minutes(cursor: TokenCursor, minutes: Fraction, index: int) -> DurationMatch | None:
    """Adds what follows hours: `and a half`, `30`, `and 20 minutes`."""
    if cursor.word(index) in {"and", "n"}:
        for words, more in _PARTS_OF_HOUR:
            if cursor.matches(index + 1, *words):
                return DurationItem(int(minutes) + more), index + 1 + len(words)
    if minutes == _MINUTES_PER_HOUR and cursor.matches(index, "or", "two"):
        return DurationItem(2 * _MINUTES_PER_HOUR), index + 2 + (cursor.word(index + 2) in HOUR_WORDS)
    at = cursor.skip(index, {"and", ","})
    rest = parse_cardinal(cursor, at)
    if rest is not None and rest.value < 60:
        if cursor.word(rest.end_index) in MINUTE_WORDS and (
            cursor.word(rest.end_index) != "m" or cursor.is_attached(rest.end_index)
        ):
            return DurationItem(int(minutes) + rest.value), rest.end_index + 1
        if _is_minutes_suffix(cursor, at, rest.end_index, is_joined=at > index):
            return DurationItem(int(minutes) + rest.value), rest.end_index
    return DurationItem(int(minutes)), index


def _is_minutes_suffix(cursor: TokenCursor, index: int, end_index: int, *, is_joined: bool) -> bool:
    """Whether the number after the hours is minutes: `1h30`, `1 hour 30`, `an hour and 20`, `an hour ten`."""
    if cursor.word(end_index) in _NOT_MINUTES_BEFORE or (is_joined and cursor.word(index - 1) == ","):
        return False
    if not cursor.word(index).isdecimal():
        spelled = parse_below_hundred(cursor, index)
        return spelled is not None and spelled.value >= _MIN_SPELLED_MINUTES and spelled.value % 5 == 0
    if len(cursor.word(index)) != 2:
        return False
    return (cursor.is_attached(index) and not is_joined) or int(cursor.word(index)) % 5 == 0
