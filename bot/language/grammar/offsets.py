"""Parses days and times by counting: `in 20 minutes`, `a week on friday`, `2 tuesdays from now`."""

from collections.abc import Sequence
from datetime import timedelta

from bot.language.grammar.anchors import parse_plain_day
from bot.language.grammar.dates import parse_calendar_day
from bot.language.grammar.durations import parse_duration
from bot.language.lexicon.vocabulary import FORTNIGHT_WORDS, PLURAL_WEEKDAYS, WEEKDAY_NUMBERS
from bot.language.model.days import DayExpression, DayOffset, Weekday
from bot.language.model.items import DayItem, DurationItem, Item, ItemsMatch, TimeOffset
from bot.language.text.token_cursor import TokenCursor, parse_cardinal

_WEEK_UNIT_WORDS = frozenset({"week", "weeks"})


def _parse_week_offset(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """`week`, `fortnight`, `2 weeks`: the days to add and the position after them."""
    at = cursor.skip(index, {"the"})
    if cursor.word(at) in _WEEK_UNIT_WORDS or cursor.word(at) in FORTNIGHT_WORDS:
        return (14 if cursor.word(at) in FORTNIGHT_WORDS else 7), at + 1
    match = parse_duration(cursor, index)
    if match is not None and match[0].days and match[0].days % 7 == 0:
        return match[0].days, match[1]
    return None


def parse_week_from_day(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`a week on friday`, `week today`, `two weeks from tomorrow`, `a week after 12 march`."""
    match = _parse_week_offset(cursor, index)
    if match is None:
        return None
    days, after = match
    at = cursor.skip(after, {"on", "from", "this", "next", "after", "s"})
    base = _parse_base(cursor, at) if at > after else parse_plain_day(cursor, at)
    if base is None:
        return None
    if cursor.word(at - 1) == "next" and isinstance(base[0], Weekday):
        base = Weekday(base[0].number, week_offset=1), base[1]
    return (DayItem(DayOffset(days, base=base[0])),), base[1]


def parse_time_offset(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`in 20 minutes`, `in a week`, `in 2 days time`, `20 minutes from now`, `3 days ago`."""
    has_in = cursor.word(index) == "in"
    at = (
        cursor.skip(index + has_in, {"about", "around", "roughly", "like", "exactly", "another"})
        if has_in
        else index
    )
    match = parse_duration(cursor, at)
    if match is None:
        return _parse_bare_minutes(cursor, at) if has_in else None
    count, after = match
    if has_in and cursor.word(after) in {"before", "between"}:
        return None  # `fit in an hour before 3`
    if has_in:
        return _build_offset(count), cursor.skip(
            after, {"time", "from", "now"} if cursor.word(after) != "from" else {"from", "now"}
        )
    for words, sign in _OFFSET_SUFFIXES:
        if cursor.matches(after, *words) and not (cursor.word(index - 1) == "for" and words[0] == "from"):
            return _build_offset(count, sign), after + len(words)
    return None


def _parse_bare_minutes(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`in 20`: minutes, when nothing that could be counted follows."""
    number = cursor.number(index)
    if (
        number is None
        or not 1 <= number <= _MAX_BARE_MINUTES
        or cursor.word(index + 1) not in _WORDS_AFTER_BARE_MINUTES
    ):
        return None
    return (TimeOffset(timedelta(minutes=number), is_unit_assumed=True),), index + 1


_MAX_BARE_MINUTES = 90


_WORDS_AFTER_BARE_MINUTES = frozenset(
    {"", ",", ".", "?", "!", "for", "until", "please", "with", "near", "if", "or"}
)


_OFFSET_SUFFIXES = (
    (("from", "now"), 1),
    (("from", "today"), 1),
    (("hence",), 1),
    (("away",), 1),
    (("later",), 1),
    (("ago",), -1),
)


def _build_offset(duration: DurationItem, sign: int = 1) -> Sequence[Item]:
    if duration.minutes:
        return (TimeOffset(duration.as_timedelta * sign),)
    return (DayItem(DayOffset(duration.days * sign, duration.months * sign)),)


def parse_days_from_day(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`two days from friday`, `3 days after tomorrow`, `a week before 12 april`, `the day before friday`."""
    at = cursor.skip(index, {"the"})
    match = (DurationItem(days=1), at + 1) if cursor.word(at) == "day" else parse_duration(cursor, index)
    if match is None or match[0].minutes or cursor.word(match[1]) not in {"from", "after", "before"}:
        return None
    base = _parse_base(cursor, match[1] + 1)
    if base is None:
        return None
    sign = -1 if cursor.word(match[1]) == "before" else 1
    return (DayItem(DayOffset(sign * match[0].days, sign * match[0].months, base=base[0])),), base[1]


def _parse_base(cursor: TokenCursor, index: int) -> tuple[DayExpression, int] | None:
    """The day that others are counted from."""
    plain = parse_plain_day(cursor, index)
    if plain is not None:
        return plain
    found = parse_calendar_day(cursor, index)
    return (found[0].day, found[1]) if found is not None and isinstance(found[0], DayItem) else None


def parse_nth_coming_weekday(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`2 tuesdays from now`: the second to come."""
    count = parse_cardinal(cursor, index)
    if count is None or not 1 <= count.value <= 60:
        return None
    number = WEEKDAY_NUMBERS.get(cursor.word(count.end_index))
    if number is None or not (cursor.word(count.end_index) in PLURAL_WEEKDAYS or count.value == 1):
        return None
    for words in (("from", "now"), ("from", "today"), ("away",), ("hence",)):
        if cursor.matches(count.end_index + 1, *words):
            return (
                DayItem(Weekday(number, extra_weeks=count.value - 1, includes_today=False)),
            ), count.end_index + 1 + len(words)
    return None
