"""Parses days relative to today: `tomorrow`, `next friday`, `friday week`, `end of the month`."""

from datetime import timedelta

from bot.language.grammar.anchors import TODAY, parse_plain_day
from bot.language.grammar.dates import parse_calendar_day
from bot.language.grammar.durations import DURATION_FIRST_WORDS, parse_duration
from bot.language.grammar.offsets import (
    parse_days_from_day,
    parse_nth_coming_weekday,
    parse_time_offset,
    parse_week_from_day,
)
from bot.language.grammar.rules import DIGITS, RuleEntry
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import DAY_PART_WORDS, FORTNIGHT_WORDS, WEEKDAY_NUMBERS
from bot.language.model.days import (
    CalendarMonth,
    CalendarWeek,
    DayExpression,
    DayOffset,
    NextDays,
    PreviousWeekday,
    Weekday,
)
from bot.language.model.items import DayItem, DayPart, ItemsMatch, SameTime, UpcomingWindow
from bot.language.text.token_cursor import CARDINAL_FIRST_WORDS, TokenCursor

_SATURDAY, _FRIDAY = 5, 4
_WEEKS_BY_LEAD = {
    "next": 1,
    "following": 1,
    "this": 0,
    "current": 0,
    "coming": 0,
    "upcoming": 0,
    "last": -1,
    "past": -1,
    "previous": -1,
}


def _parse_today(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    word = cursor.word(index)
    if word == "tonight":
        return (DayItem(TODAY), DayPart("night")), index + 1
    if word == "thisafternoon":
        return (DayItem(TODAY), DayPart("afternoon")), index + 1
    if cursor.matches(index, "next", "night"):
        return (DayItem(DayOffset(1)), DayPart("night")), index + 2
    if word == "yesterday":
        return (DayItem(DayOffset(-1)),), index + 1
    if cursor.matches(index, "the", "day", "after") and cursor.word(index + 3) in _AFTER_LONE_PHRASE:
        return (DayItem(DayOffset(2)),), index + 3  # that of which `tomorrow` was said
    for words, days in _DAY_OFFSET_PHRASES:
        if cursor.matches(index, *words):
            return (DayItem(DayOffset(days)),), index + len(words)
    return None


_AFTER_LONE_PHRASE = frozenset({"", "at", "for", "from", "@", ",", ".", "?", "!", "please", "instead"})
_DAY_OFFSET_PHRASES = (
    (("the", "day", "after", "tomorrow"), 2),
    (("day", "after", "tomorrow"), 2),
    (("day", "after", "tom"), 2),
    (("overmorrow",), 2),
    (("the", "day", "before", "yesterday"), -2),
    (("the", "next", "day"), 1),
    (("next", "day"), 1),
    (("the", "following", "day"), 1),
)


def _parse_day_and_week(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`today`, `friday`, and what follows them: `friday week`, `tomorrow fortnight`, `tuesday next week`."""
    match = parse_plain_day(cursor, index)
    if match is None:
        return None
    day, after = match
    added = cursor.word(after)
    if added in {"week", "fortnight"}:
        return (DayItem(DayOffset(7 if added == "week" else 14, base=day)),), after + 1
    if isinstance(day, Weekday):
        return _parse_after_weekday(cursor, day, after)
    return (DayItem(day),), after


def _parse_after_weekday(cursor: TokenCursor, day: Weekday, end_index: int) -> ItemsMatch:
    for words, weeks in (
        (("the", "week", "after", "next"), 2),
        (("of", "next", "week"), 1),
        (("in", "next", "week"), 1),
        (("next", "week"), 1),
        (("of", "this", "week"), 0),
        (("this", "week"), 0),
    ):
        if cursor.matches(end_index, *words):
            return (DayItem(Weekday(day.number, week_offset=weeks)),), end_index + len(words)
    if cursor.matches(end_index, "after", "next"):
        return (DayItem(Weekday(day.number, week_offset=1, extra_weeks=1)),), end_index + 2
    match = parse_duration(cursor, end_index + 1) if cursor.word(end_index) == "in" else None
    if match is not None and match[0].days and match[0].days % 7 == 0:
        return (DayItem(Weekday(day.number, week_offset=match[0].days // 7)),), match[1]
    return (DayItem(day),), cursor.skip(end_index, {"coming"})


def _parse_next(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`next friday`, `next week`, `this weekend`, `last tuesday`, `the next two hours`."""
    at = cursor.skip(index, {"the"})
    lead = cursor.word(at)
    weeks = _WEEKS_BY_LEAD.get(lead)
    if weeks is None:
        return None
    at = cursor.skip(at + 1, {"coming"})
    return (
        _parse_calendar_unit(cursor, at, weeks)
        or _parse_weekday_after_lead(cursor, at, weeks, lead)
        or _parse_window(cursor, at, lead)
    )


def _parse_last_night(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    part = DAY_PART_WORDS.get(cursor.word(index + 1)) if cursor.word(index) in {"last", "yesterday"} else None
    return ((DayItem(DayOffset(-1)), DayPart(part)), index + 2) if part else None


def _parse_weekday_after_lead(cursor: TokenCursor, index: int, weeks: int, lead: str) -> ItemsMatch | None:
    number = WEEKDAY_NUMBERS.get(cursor.word(index))
    if number is None:
        return None
    if cursor.matches(index + 1, "after", "next"):
        return (DayItem(Weekday(number, week_offset=1, extra_weeks=1)),), index + 3
    if lead in {"coming", "upcoming"}:
        return (DayItem(Weekday(number)),), index + 1
    if weeks < 0:
        return (DayItem(PreviousWeekday(number)),), index + 1
    return (DayItem(Weekday(number, week_offset=weeks), is_next=weeks == 1),), index + 1


def _parse_calendar_unit(cursor: TokenCursor, index: int, weeks: int) -> ItemsMatch | None:
    """`week`, `weekend`, `month` after `this` or `next`; one of its days may follow: `next week tuesday`."""
    word = cursor.word(index)
    if word == "weekend":
        return (DayItem(CalendarWeek(weeks, first_weekday=_SATURDAY, days=2)),), index + 1
    if word == "month":
        return (DayItem(CalendarMonth(month_offset=weeks)),), index + 1
    if word == "fortnight" and weeks == 1:
        return (DayItem(DayOffset(14)),), index + 1
    if word != "week":
        return None
    at = cursor.skip(index + 1, {"on", ","})
    number = WEEKDAY_NUMBERS.get(cursor.word(at))
    if number is not None and weeks >= 0:
        return (DayItem(Weekday(number, week_offset=weeks)),), at + 1
    return (DayItem(CalendarWeek(weeks)),), index + 1


def _parse_window(cursor: TokenCursor, index: int, lead: str) -> ItemsMatch | None:
    """`the next two hours`, `next hour`, `this hour`."""
    if lead not in {"next", "coming", "following"}:
        return None
    match = parse_duration(cursor, index)
    if match is None and cursor.word(index) == "hour":
        return (UpcomingWindow(timedelta(hours=1)),), index + 1
    if match is None:
        return None
    if match[0].minutes:
        return (UpcomingWindow(match[0].as_timedelta),), match[1]
    return (DayItem(NextDays(match[0].days + 30 * match[0].months)),), match[1]


def _parse_week_after_next(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`the week after next`, `the weekend after next`."""
    at = cursor.skip(index, {"the"})
    if cursor.word(at) not in {"week", "weekend"} or not cursor.matches(at + 1, "after", "next"):
        return None
    found = _parse_calendar_unit(cursor, at, 2)
    return (found[0], at + 3) if found else None


def _parse_period_edge(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`end of the week`, `start of next month`, `end of march`."""
    at = cursor.skip(index, {"the"})
    edge = cursor.word(at)
    if edge not in {"end", "start", "beginning", "middle", "mid", "early", "late"}:
        return None
    at = cursor.skip(at + 1, {"of", "the", "this", "-"})
    weeks = 1 if cursor.word(at) == "next" else 0
    at += weeks
    if cursor.word(at) == "week" and edge not in {"early", "late"}:
        day = {"end": _FRIDAY, "middle": 2, "mid": 2}.get(edge, 0)
        return (DayItem(Weekday(day, week_offset=weeks)),), at + 1
    month = _parse_month_edge(cursor, at, weeks, edge)
    return ((DayItem(month[0]),), month[1]) if month else None


def _parse_month_edge(
    cursor: TokenCursor, index: int, months: int, edge: str
) -> tuple[DayExpression, int] | None:
    if edge in {"early", "late"}:
        return None
    last, first, middle = edge == "end", edge in {"start", "beginning"}, edge in {"middle", "mid"}
    if cursor.word(index) == "month":
        return CalendarMonth(
            month_offset=months, is_last_day_only=last, is_first_day_only=first, is_middle_day_only=middle
        ), index + 1
    found = parse_calendar_day(cursor, index)
    if found is None or not isinstance(found[0], DayItem) or not isinstance(found[0].day, CalendarMonth):
        return None
    month = found[0].day
    return CalendarMonth(
        month.month,
        year=month.year,
        is_last_day_only=last,
        is_first_day_only=first,
        is_middle_day_only=middle,
    ), found[1]


def _parse_weekend(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    if cursor.word(index) != "weekend":
        return None
    return (DayItem(CalendarWeek(0, first_weekday=_SATURDAY, days=2)),), index + 1


def _parse_same_time(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`this time tomorrow`, `same time next week`."""
    at = cursor.skip(index, {"the", "at"})
    if not (cursor.matches(at, "this", "time") or cursor.matches(at, "same", "time")):
        return None
    after = cursor.skip(at + 2, {"on"})
    if cursor.matches(after, "next", "week"):
        return (SameTime(), DayItem(DayOffset(7))), after + 2
    return (SameTime(),), after


def _parse_midweek(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    if cursor.word(index) == "midweek":
        return (DayItem(Weekday(2)),), index + 1
    return None


_COUNT_STARTS = DURATION_FIRST_WORDS | {DIGITS}
RELATIVE_DAY_RULES: tuple[RuleEntry, ...] = (
    (_parse_same_time, word_set("the at this same")),
    (_parse_last_night, word_set("last yesterday")),
    (_parse_today, word_set("tonight thisafternoon yesterday the day overmorrow next")),
    (parse_nth_coming_weekday, CARDINAL_FIRST_WORDS | {DIGITS}),
    (_parse_week_after_next, word_set("the week weekend")),
    (parse_week_from_day, _COUNT_STARTS | FORTNIGHT_WORDS | word_set("the week weeks")),
    (parse_days_from_day, _COUNT_STARTS | {"the", "day"}),
    (parse_time_offset, _COUNT_STARTS | {"in"}),
    (_parse_day_and_week, WEEKDAY_NUMBERS.keys() | word_set("today tomorrow tom this coming")),
    (_parse_next, _WEEKS_BY_LEAD.keys() | {"the"}),
    (_parse_period_edge, word_set("the end start beginning middle mid early late")),
    (_parse_weekend, frozenset({"weekend"})),
    (_parse_midweek, frozenset({"midweek"})),
)
"""The rules of days relative to today."""
