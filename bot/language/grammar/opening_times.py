"""Parses times that the opening hours decide: `closing`, `when you open`, `first thing`, `last thing`."""

from bot.language.grammar.durations import parse_duration
from bot.language.grammar.rules import RuleEntry
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import DAY_PART_WORDS
from bot.language.model.items import Connective, DayPart, DurationItem, EndOfDay, Item, ItemsMatch, StartOfDay
from bot.language.text.token_cursor import TokenCursor

_CLOSE_VERBS = word_set("close closes shut shuts lock locks")
_OPEN_VERBS = word_set("open opens")
_SUBJECTS = word_set(
    "you they it we u the building library campus place uni room doors everything everyone yous ye"
)
_MAX_SUBJECT_WORDS = 3
_END_CONNECTIVES = word_set("until to - by before at @ through")
_FIXED_PHRASES: tuple[tuple[tuple[str, ...], Item], ...] = (
    (("eod",), EndOfDay()),
    (("cob",), EndOfDay()),
    (("closing", "time"), EndOfDay()),
    (("closing",), EndOfDay()),
    (("close", "of", "business"), EndOfDay()),
    (("close", "of", "play"), EndOfDay()),
    (("close", "of", "day"), EndOfDay()),
    (("end", "of", "play"), EndOfDay()),
    (("last", "orders"), EndOfDay()),
    (("last", "slot"), EndOfDay()),
    (("latest", "slot"), EndOfDay()),
    (("lock", "up"), EndOfDay()),
    (("lockup",), EndOfDay()),
    (("kicking", "out", "time"), EndOfDay()),
    (("chucking", "out", "time"), EndOfDay()),
    (("last", "thing", "at", "night"), EndOfDay()),
    (("last", "thing"), EndOfDay()),
    (("first", "thing", "in", "the", "morning"), StartOfDay(is_first_thing=True)),
    (("first", "thing"), StartOfDay(is_first_thing=True)),
    (("first", "slot"), StartOfDay(is_first_thing=True)),
    (("earliest", "slot"), StartOfDay(is_first_thing=True)),
    (("as", "early", "as", "possible"), StartOfDay(is_first_thing=True)),
    (("as", "late", "as", "possible"), EndOfDay()),
    (("opening", "time"), StartOfDay()),
    (("opening",), StartOfDay()),
)
_FIXED_FIRST_WORDS = frozenset(words[0] for words, _ in _FIXED_PHRASES)
_AFTER_CONNECTIVE = frozenset({("opening",), ("closing",)})
_THROW_OUT = word_set("kick throw chuck turf boot lock")
_THROWN_OUT = word_set("kicked thrown chucked turfed booted locked")


def _parse_opening_time(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """The time by the opening hours that starts here."""
    at = cursor.skip(index, {"the"})
    if cursor.word(at) in _FIXED_FIRST_WORDS:
        for words, item in _FIXED_PHRASES:
            if cursor.matches(at, *words) and (words not in _AFTER_CONNECTIVE or _follows(cursor, index)):
                return (item,), at + len(words)
    if cursor.word(at) == "last":
        return _parse_last_hours(cursor, at)
    if cursor.matches(index, "after", "work"):
        has_time = cursor.word(index + 2) in {"at", "@"} or cursor.number(index + 2) is not None
        return None if has_time else ((Connective.AFTER, DayPart("day")), index + 2)
    return _parse_clause(cursor, index)


def _follows(cursor: TokenCursor, index: int) -> bool:
    return cursor.word(index - 1) in _END_CONNECTIVES | {"from", "after", "since"}


def _parse_last_hours(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`the last 2 hours before closing`, `last hour of the day`."""
    if cursor.word(index + 1) == "hour":
        duration, after = DurationItem(60), index + 2
    else:
        match = parse_duration(cursor, index + 1)
        if match is None or not match[0].minutes:
            return None
        duration, after = match
    for words in (("of", "the", "day"), ("of", "day")):
        if cursor.matches(after, *words):
            return (duration, Connective.BEFORE, EndOfDay()), after + len(words)
    return ((duration,), after) if cursor.word(after) == "before" else None


def _parse_clause(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`when you open`, `until the library closes`, `till we get kicked out`, `til late`."""
    is_end = cursor.word(index - 1) in _END_CONNECTIVES
    start = _skip_conjunction(cursor, index)
    if start == index and not is_end:
        return None
    at = start
    while (not cursor.word(at) or cursor.word(at) in _SUBJECTS) and at < start + _MAX_SUBJECT_WORDS:
        at += 1
    verb = cursor.word(at)
    if verb in _OPEN_VERBS and start < at and index < start:
        return (StartOfDay(),), at + 1 + (cursor.word(at + 1) == "up")
    if verb in _CLOSE_VERBS and (at > start or is_end):
        return (EndOfDay(),), at + 1 + (cursor.word(at + 1) in {"up", "time", "down"})
    if is_end and verb == "late" and cursor.word(at + 1) not in DAY_PART_WORDS:
        return (EndOfDay(),), at + 1
    after = _skip_throwing_out(cursor, at)
    return ((EndOfDay(),), after) if after > at else None


def _skip_conjunction(cursor: TokenCursor, index: int) -> int:
    if cursor.matches(index, "as", "soon", "as"):
        return index + 3
    return index + (cursor.word(index) in {"when", "once"})


def _skip_throwing_out(cursor: TokenCursor, index: int) -> int:
    """The position after `kick us out` or `get kicked out`."""
    if cursor.word(index) in _THROW_OUT and cursor.matches(index + 1, "us", "out"):
        return index + 3
    at = index + (cursor.word(index) in {"get", "are", "re", "got", "being"})
    return at + 2 if cursor.word(at) in _THROWN_OUT and cursor.word(at + 1) == "out" else index


def _parse_first_thing(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`1st thing`."""
    is_here = cursor.matches(index, "1", "st", "thing")
    return ((StartOfDay(is_first_thing=True),), index + 3) if is_here else None


OPENING_TIME_RULES: tuple[RuleEntry, ...] = (
    (_parse_first_thing, frozenset({"1"})),
    (
        _parse_opening_time,
        _FIXED_FIRST_WORDS
        | _SUBJECTS
        | _CLOSE_VERBS
        | _THROW_OUT
        | _THROWN_OUT
        | word_set("the last after as when once late get are re got being"),
    ),
)
"""The rules of times by the opening hours."""
