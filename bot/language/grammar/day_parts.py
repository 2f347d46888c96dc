"""Parses `now`, parts of the day, and recurrences."""

from bot.language.lexicon.vocabulary import (
    DAY_PART_WORDS,
    FORTNIGHT_WORDS,
    MONTH_NUMBERS,
    ORDINAL_SUFFIXES,
    PLURAL_WEEKDAYS,
    WEEK_WORDS,
    WEEKDAY_NUMBERS,
)
from bot.language.model.days import DayOffset, Weekday
from bot.language.model.items import DayItem, DayPart, EndOfDay, ItemsMatch, Now, RecurrenceItem
from bot.language.model.reading import RecurrenceUnit
from bot.language.text.token_cursor import TokenCursor, parse_cardinal, parse_ordinal

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
_HALF_WORDS = {"late": "second", "early": "first", "mid": "middle", "later": "second"}


def parse_day_part(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """The `now`, day part or recurrence that starts here."""
    for rule in _RULES:
        found = rule(cursor, index)
        if found is not None:
            return found
    return None


def _parse_now(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    if cursor.word(index) not in _NOW_FIRST_WORDS:
        return None
    for words in _NOW_PHRASES:
        if cursor.matches(index, *words):
            if cursor.word(index + len(words)) in {"that", "thats"}:
                return None
            after = index + len(words)
            return (Now(),), after + (cursor.word(after) == "-" and cursor.word(after + 1) == "ish") * 2
    return None


def _parse_part(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`morning`, `this afternoon`, `late evening`, `first thing`, `all morning`, `lunchtime`."""
    if cursor.matches(index, "first", "thing"):
        return (DayPart("early morning"),), index + 2 + 3 * cursor.matches(index + 2, "in", "the", "morning")
    at = cursor.skip(index, {"this"})
    is_today = at > index
    is_whole_part = cursor.word(at) in {"all", "whole", "entire"}
    at = cursor.skip(at + 1, {"the", "of"}) if is_whole_part else at
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
    return ((DayItem(DayOffset()), part) if is_today else (part,)), after


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
    return DayPart(name, None if half == "middle" else half, is_whole)


def _parse_all_day(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`all day`, `the whole day`."""
    at = cursor.skip(index, {"the", "for"})
    if cursor.word(at) in {"all", "whole", "entire", "full"} and cursor.word(at + 1) == "day":
        return (DayPart("day", is_whole=True),), at + 2
    if cursor.word(index) == "allday":
        return (DayPart("day", is_whole=True),), index + 1
    return None


def _parse_end_of_day(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`the end of the day`, `eod`, `close of business`, `the rest of the afternoon`."""
    word = cursor.word(index)
    if word in {"eod", "close", "closing", "cob"}:
        after = index + 1
        after = (
            cursor.skip(after, {"of", "business", "play", "time"}) if word in {"close", "closing"} else after
        )
        return (
            ((EndOfDay(),), after)
            if word != "close" or after > index + 1 or _follows_until(cursor, index)
            else None
        )
    at = cursor.skip(index, {"the"})
    if cursor.word(at) not in {"end", "rest", "remainder"}:
        return None
    match = cursor.word(at)
    at = cursor.skip(at + 1, {"of", "the", "this", "today", "my", "current"})
    name = DAY_PART_WORDS.get(cursor.word(at))
    if cursor.word(at) != "day" and name is None:
        return None
    return ((Now(), EndOfDay(name)) if match != "end" else (EndOfDay(name),)), at + 1


def _follows_until(cursor: TokenCursor, index: int) -> bool:
    return cursor.word(index - 1) in {"until", "to", "-", "by"}


def _parse_later_today(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    if cursor.matches(index, "later", "today") or cursor.matches(index, "later", "on", "today"):
        return (DayItem(DayOffset()),), index + (2 if cursor.word(index + 1) == "today" else 3)
    return None


def _parse_recurrence(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`every tuesday`, `every other friday`, `every 2 weeks`, `weekly on mondays`, `tuesdays`, `daily`."""
    word = cursor.word(index)
    if word == "every":
        return _parse_after_every(cursor, index + 1)
    steps = {
        "daily": (RecurrenceUnit.DAY, 1),
        "weekly": (RecurrenceUnit.WEEK, 1),
        "fortnightly": (RecurrenceUnit.WEEK, 2),
        "biweekly": (RecurrenceUnit.WEEK, 2),
        "monthly": (RecurrenceUnit.MONTH, 1),
    }
    if word in steps:
        unit, step = steps[word]
        at = cursor.skip(index + 1, {"on", ","})
        days, after = _parse_weekdays(cursor, at)
        return (RecurrenceItem(RecurrenceUnit.WEEK if days else unit, step, days),), (
            after if days else index + 1
        )
    if word in PLURAL_WEEKDAYS:
        days, after = _parse_weekdays(cursor, index)
        return (RecurrenceItem(RecurrenceUnit.WEEK, 1, days),), after
    return None


def _parse_after_every(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    at, step = index, 1
    if cursor.word(at) in {"other", "second", "alternate"}:
        at, step = at + 1, 2
    else:
        match = parse_cardinal(cursor, at) or parse_ordinal(cursor, at)
        if match is not None:
            at, step = match.end_index, max(match.value, 1)
    days, after = _parse_weekdays(cursor, at)
    if days:
        return (RecurrenceItem(RecurrenceUnit.WEEK, step, days),), after
    word = cursor.word(at)
    if word in DAY_PART_WORDS:
        return (RecurrenceItem(RecurrenceUnit.DAY, step),), at
    if word == "weekday":
        return (RecurrenceItem(RecurrenceUnit.WEEK, step, (0, 1, 2, 3, 4)),), at + 1
    if word == "weekend":
        return (RecurrenceItem(RecurrenceUnit.WEEK, step, (5, 6)),), at + 1
    unit = _parse_unit(word)
    return _build_with_weekdays(cursor, unit[0], step * unit[1], at + 1) if unit else None


def _parse_unit(word: str) -> tuple[RecurrenceUnit, int] | None:
    if word in {"day", "days"}:
        return RecurrenceUnit.DAY, 1
    if word in WEEK_WORDS:
        return RecurrenceUnit.WEEK, 1
    if word in FORTNIGHT_WORDS:
        return RecurrenceUnit.WEEK, 2
    return (RecurrenceUnit.MONTH, 1) if word in {"month", "months"} else None


def _build_with_weekdays(cursor: TokenCursor, unit: RecurrenceUnit, step: int, index: int) -> ItemsMatch:
    """`every week on tuesdays`."""
    at = cursor.skip(index, {"on"})
    days, after = _parse_weekdays(cursor, at) if unit is RecurrenceUnit.WEEK and at > index else ((), index)
    return (RecurrenceItem(unit, step, days),), (after if days else index)


def _parse_weekdays(cursor: TokenCursor, index: int) -> tuple[tuple[int, ...], int]:
    """`tuesday`, `mon and wed`, `mon, wed & fri`."""
    days: list[int] = []
    after = index
    at = index
    while cursor.word(at) in WEEKDAY_NUMBERS:
        days.append(WEEKDAY_NUMBERS[cursor.word(at)])
        after = at + 1
        at = cursor.skip(after, {"and", ",", "&", "every", "/"})
    return tuple(sorted(set(days))), after


_RULES = (
    _parse_now,
    _parse_recurrence,
    _parse_all_day,
    _parse_part,
    _parse_half_of_day,
    _parse_end_of_day,
    _parse_later_today,
)
