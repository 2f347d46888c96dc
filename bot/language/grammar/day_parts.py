"""Parses `now` and parts of the day."""

from bot.language.grammar.rules import RuleEntry
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_PART_WORDS,
    MONTH_NUMBERS,
    ORDINAL_SUFFIXES,
    WEEKDAY_NUMBERS,
)
from bot.language.model.days import DayOffset, Weekday
from bot.language.model.items import DayItem, DayPart, EndOfDay, ItemsMatch, Now
from bot.language.text.token_cursor import TokenCursor

_NOW_PHRASES = (
    ("right", "now"),
    ("right", "away"),
    ("straight", "away"),
    ("just", "now"),
    ("right", "this", "minute"),
    ("this", "minute"),
    ("this", "second"),
    ("at", "the", "moment"),
    ("as", "soon", "as", "possible"),
    ("as", "of", "now"),
    ("now",),
    ("rn",),
    ("atm",),
    ("asap",),
    ("immediately",),
    ("currently",),
    ("straightaway",),
    ("nowish",),
)
_NOW_FIRST_WORDS = frozenset(words[0] for words in _NOW_PHRASES)
_RUN_ON_PARTS = frozenset({"midmorning", "midafternoon", "midevening"})
_HALF_WORDS = {"late": "second", "early": "first", "mid": "middle", "later": "second"}


def _parse_now(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    if cursor.word(index) not in _NOW_FIRST_WORDS:
        return None
    for words in _NOW_PHRASES:
        if cursor.matches(index, *words):
            if cursor.word(index + len(words)) in {"that", "thats", "after", "before"}:
                return None
            after = index + len(words)
            return (Now(),), after + (cursor.word(after) == "-" and cursor.word(after + 1) == "ish") * 2
    return None


def _parse_part(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`morning`, `this afternoon`, `late evening`, `first thing`, `all morning`, `lunchtime`."""
    at = cursor.skip(index, {"this"})
    is_today = at > index
    is_whole_part = cursor.word(at) in {"all", "whole", "entire"}
    at = cursor.skip(at + 1, {"the", "of"}) if is_whole_part else at
    run_on = cursor.word(at)
    if run_on in _RUN_ON_PARTS:
        return _with_today(is_today, DayPart(run_on[3:], "middle")), at + 1
    half = _HALF_WORDS.get(cursor.word(at))
    split_match = _parse_split_half(cursor, at, half) if half else None
    if split_match is not None:
        return split_match
    at = cursor.skip(at + 1, {"-", "in", "the"}) if half else at
    name = DAY_PART_WORDS.get(cursor.word(at))
    if name is None:
        return None
    part = _build_day_part(name, half, is_whole=is_whole_part)
    after = at + 1 + (name == "lunch" and cursor.word(at + 1) in {"time", "break", "hour"})
    if name == "morning" and cursor.word(index - 1) == "good":
        return (), after
    return _with_today(is_today, part), after


def _with_today(is_today: bool, part: DayPart) -> tuple[DayItem | DayPart, ...]:  # noqa: FBT001
    return (DayItem(DayOffset()), part) if is_today else (part,)


def _parse_half_of_day(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`fri pm`, `feb 5 am`, `tomorrow am`, `this pm`, `pm on friday`."""
    name = _MERIDIEM_PARTS.get(cursor.word(index))
    before, attached = cursor.word(index - 1), cursor.is_attached(index)
    if name is None or attached:
        return None
    after = cursor.skip(index + 1, {"on", "of", "the"})
    if before == "this":
        return (DayItem(DayOffset()), DayPart(name)), index + 1
    is_after_day = (
        before in _DAY_WORDS_BEFORE
        or before in ORDINAL_SUFFIXES
        or (cursor.number(index - 1) is not None and cursor.word(index - 2) in MONTH_NUMBERS)
        or (cursor.number(index - 1) is not None and cursor.word(index - 2) == "/")
    )
    is_before_day = name == "afternoon" and (
        cursor.word(after) in WEEKDAY_NUMBERS or cursor.word(after) in {"today", "tomorrow"}
    )
    if is_after_day or (is_before_day and cursor.number(index - 1) is None):
        return (DayPart(name),), index + 1
    return None


_MERIDIEM_PARTS = {"am": "morning", "pm": "afternoon"}
_DAY_WORDS_BEFORE = frozenset(WEEKDAY_NUMBERS) | frozenset(MONTH_NUMBERS) | {"today", "tomorrow", "week"}


def _parse_split_half(cursor: TokenCursor, index: int, half: str) -> ItemsMatch | None:
    """`early tomorrow morning`, `late friday night`."""
    word = cursor.word(index + 1)
    name = DAY_PART_WORDS.get(cursor.word(index + 2))
    if name is None or not (word in {"tomorrow", "this"} or word in WEEKDAY_NUMBERS):
        return None
    day = Weekday(WEEKDAY_NUMBERS[word]) if word in WEEKDAY_NUMBERS else DayOffset(int(word == "tomorrow"))
    return (DayItem(day), _build_day_part(name, half, is_whole=False)), index + 3


def _build_day_part(name: str, half: str | None, *, is_whole: bool) -> DayPart:
    if name == "morning" and half == "first":
        return DayPart("early morning", is_whole=is_whole)
    return DayPart(name, half, is_whole)


def _parse_all_day(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`all day`, `the whole day`."""
    at = cursor.skip(index, {"the", "for"})
    if cursor.word(at) in {"all", "whole", "entire", "full"} and cursor.word(at + 1) == "day":
        return (DayPart("day", is_whole=True),), at + 2
    if cursor.word(index) == "allday":
        return (DayPart("day", is_whole=True),), index + 1
    return None


def _parse_end_of_day(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`the end of the day`, `the rest of the afternoon`."""
    at = cursor.skip(index, {"the"})
    if cursor.word(at) not in {"end", "rest", "remainder"}:
        return None
    match = cursor.word(at)
    at = cursor.skip(at + 1, {"of", "the", "this", "today", "my", "current"})
    name = DAY_PART_WORDS.get(cursor.word(at))
    if cursor.word(at) != "day" and name is None:
        return None
    return ((Now(), EndOfDay(name)) if match != "end" else (EndOfDay(name),)), at + 1


def _parse_later_today(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    if cursor.matches(index, "later", "today") or cursor.matches(index, "later", "on", "today"):
        return (DayItem(DayOffset()),), index + (2 if cursor.word(index + 1) == "today" else 3)
    return None


NOW_RULES: tuple[RuleEntry, ...] = ((_parse_now, _NOW_FIRST_WORDS),)
"""The rule of `now`."""
DAY_PART_RULES: tuple[RuleEntry, ...] = (
    (_parse_all_day, word_set("the for all whole entire full allday")),
    (
        _parse_part,
        _RUN_ON_PARTS | _HALF_WORDS.keys() | DAY_PART_WORDS.keys() | word_set("this all whole entire"),
    ),
    (_parse_half_of_day, frozenset(_MERIDIEM_PARTS)),
    (_parse_end_of_day, word_set("the end rest remainder")),
    (_parse_later_today, frozenset({"later"})),
)
"""The rules of parts of the day."""
