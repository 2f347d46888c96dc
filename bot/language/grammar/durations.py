"""How long: `2h`, `90 mins`, `an hour and a half`, `1h30`, `three quarters of an hour`, `a fortnight`."""

from fractions import Fraction

from bot.language.lexicon.vocabulary import (
    DAY_WORDS,
    FORTNIGHT_WORDS,
    HOUR_WORDS,
    MERIDIEMS,
    MINUTE_WORDS,
    MONTH_WORDS,
    MONTHS,
    ORDINAL_ENDINGS,
    WEEK_WORDS,
    YEAR_WORDS,
)
from bot.language.lexicon.wordlist import wordset
from bot.language.model.items import Length
from bot.language.text.token_cursor import Line, cardinal, charted, fraction

Measured = tuple[Length, int]

_SET_PHRASES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("three", "quarters", "of", "an", "hour"), 45),
    (("three", "quarter", "of", "an", "hour"), 45),
    (("three", "quarters", "of", "a", "hour"), 45),
    (("3", "/", "4", "of", "an", "hour"), 45),
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
    (("an", "hour", "and", "three", "quarters"), 105),
)
_NOT_AFTER_MINUTES = frozenset(MONTHS) | ORDINAL_ENDINGS | MERIDIEMS | wordset(": / - to until . % people")
_AFTER_METRES = frozenset({"apart", "wide", "tall", "deep"})
_MONTHS_AT_MOST = 600
_OPENERS = frozenset(words[0] for words, _ in _SET_PHRASES) | {
    "an",
    "hour",
    "hours",
    "full",
    "solid",
    "whole",
    "few",
}


@charted
def length(line: Line, index: int) -> Measured | None:
    """The length told from this position on, with all its parts (`1 hour 20`)."""
    if line.word(index) in _OPENERS:
        for words, minutes in _SET_PHRASES:
            if line.reads(index, *words):
                return Length(minutes), index + len(words)
        spoken = _an_hour(line, index)
        if spoken is not None:
            return spoken
    told = _clock_like(line, index) or _counted(line, index)
    return told if told is not None and told[0] != Length() else None


def _an_hour(line: Line, index: int) -> Measured | None:
    """`an hour`, `a full hour`, `hour and a half`, `an hour and 20 minutes`."""
    at = line.past(index, {"a", "an"})
    at = line.past(at, {"full", "solid", "whole", "good"})
    if line.word(at) != "hour" or (at == index and not _goes_on(line, at + 1)):
        return None
    return _with_more(line, Fraction(60), at + 1)


def _goes_on(line: Line, index: int) -> bool:
    return line.reads(index, "and", "a") or line.reads(index, "and", "half") or line.word(index) == "long"


def _clock_like(line: Line, index: int) -> Measured | None:
    """`1:30 hours`, `1:30h`."""
    hours, minutes = line.number(index), line.number(index + 2)
    if hours is None or minutes is None or line.word(index + 1) != ":" or hours > 4 or minutes > 59:
        return None
    if (
        line.word(index + 3) not in HOUR_WORDS
        or line.word(index).startswith("0")
        or len(line.word(index + 2)) != 2
    ):
        return None
    return Length(hours * 60 + minutes), index + 4


def _counted(line: Line, index: int) -> Measured | None:
    if line.reads(index, "a") and line.word(index + 1) not in {"couple", "pair", "hundred"}:
        one = _one(line, index + 1)
        if one is not None:
            return one
    few = index + (line.word(index) == "a")
    if line.word(few) == "few":
        return _in_units(line, Fraction(3), few + 1)
    many = fraction(line, index)
    if many is None:
        return None
    quantity, after = many
    after += line.word(after) == "full"
    ranged = _upper_end(line, after)
    if ranged is not None:
        quantity, after = ranged
    return _in_units(line, quantity, after)


def _one(line: Line, index: int) -> Measured | None:
    """`a day`, `a week`, `a minute`."""
    if line.word(index) in {
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
        return _in_units(line, Fraction(1), index)
    return None


def _upper_end(line: Line, index: int) -> tuple[Fraction, int] | None:
    """The longer of `1-2 hours`, `2 or 3 hours`."""
    if line.word(index) not in {"-", "to", "or"}:
        return None
    many = fraction(line, index + 1)
    if many is None or many[0] > 24 or line.word(many[1]) not in HOUR_WORDS | MINUTE_WORDS:
        return None
    return many


def _in_units(line: Line, quantity: Fraction, index: int) -> Measured | None:
    unit = line.word(index)
    lone_letter = len(unit) == 1 and unit != "h"
    if lone_letter and not line.is_glued(index):
        return None
    if unit in HOUR_WORDS:
        return _with_more(line, quantity * 60, index + 1)
    if unit in MINUTE_WORDS and line.word(index + 1) not in _AFTER_METRES:
        return Length(int(quantity)), index + 1
    days = _days_in(unit)
    if days:
        return _with_more_days(line, int(quantity * days), index + 1)
    if unit in MONTH_WORDS | YEAR_WORDS and quantity <= _MONTHS_AT_MOST:
        return Length(months=int(quantity * (12 if unit in YEAR_WORDS else 1))), index + 1
    return None


def _with_more_days(line: Line, days: int, index: int) -> Measured:
    """Weeks with the days that follow them: `3 weeks and 2 days`."""
    more = cardinal(line, line.past(index, {"and", ","})) if days % 7 == 0 else None
    if more is not None and line.word(more.after) in DAY_WORDS and len(line.word(more.after)) > 1:
        return Length(days=days + more.value), more.after + 1
    return Length(days=days), index


def _days_in(unit: str) -> int:
    if unit in DAY_WORDS:
        return 1
    if unit in WEEK_WORDS:
        return 7
    return 14 if unit in FORTNIGHT_WORDS else 0


def _with_more(line: Line, minutes: Fraction, index: int) -> Measured | None:
    """An hour count with what follows it: `and a half`, `30`, `and 20 minutes`."""
    for words, more in (
        (("and", "a", "half"), 30),
        (("and", "half"), 30),
        (("and", "a", "bit"), 0),
        (("and", "a", "quarter"), 15),
    ):
        if line.reads(index, *words):
            return Length(int(minutes) + more), index + len(words)
    at = line.past(index, {"and", ","})
    rest = cardinal(line, at)
    if rest is not None and rest.value < 60:
        if line.word(rest.after) in MINUTE_WORDS and (
            line.word(rest.after) != "m" or line.is_glued(rest.after)
        ):
            return Length(int(minutes) + rest.value), rest.after + 1
        if at == index and _is_tail(line, at, rest.after):
            return Length(int(minutes) + rest.value), rest.after
    return Length(int(minutes)), index


def _is_tail(line: Line, index: int, after: int) -> bool:
    """Whether two figures straight after the hours are minutes: `1h30`, `1 hour 30`."""
    follows = line.word(after)
    if len(line.word(index)) != 2 or not line.word(index).isdecimal() or follows in _NOT_AFTER_MINUTES:
        return False
    return line.is_glued(index) or int(line.word(index)) % 5 == 0
