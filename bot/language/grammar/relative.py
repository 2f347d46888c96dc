"""Days told from where we stand: `tomorrow`, `next friday`, `friday week`, `end of the month`."""

from collections.abc import Sequence
from datetime import timedelta

from bot.language.grammar.anchors import TODAY, plain_day
from bot.language.grammar.dates import calendar_day
from bot.language.grammar.durations import length
from bot.language.grammar.offsets import from_day, in_so_long, week_on, weekdays_from_now
from bot.language.lexicon.vocabulary import PART_WORDS, WEEKDAYS
from bot.language.model.days import Day, LastWeekday, Month, NextDays, Shifted, Week, Weekday
from bot.language.model.items import Item, On, Part, SameTime, Window
from bot.language.text.token_cursor import Line

Said = tuple[Sequence[Item], int]

_SATURDAY, _FRIDAY = 5, 4


def relative(line: Line, index: int) -> Said | None:
    """What is told from where we stand at this position."""
    for way in _WAYS if line.number(index) is None else _WAYS_OF_FIGURES:
        found = way(line, index)
        if found is not None:
            return found
    return None


def _today(line: Line, index: int) -> Said | None:
    word = line.word(index)
    if word == "tonight":
        return (On(TODAY), Part("night")), index + 1
    if word == "thisafternoon":
        return (On(TODAY), Part("afternoon")), index + 1
    if word == "yesterday":
        return (On(Shifted(-1)),), index + 1
    for words, days in _DAYS_AFTER:
        if line.reads(index, *words):
            return (On(Shifted(days)),), index + len(words)
    return None


_DAYS_AFTER = (
    (("the", "day", "after", "tomorrow"), 2),
    (("day", "after", "tomorrow"), 2),
    (("day", "after", "tom"), 2),
    (("overmorrow",), 2),
    (("the", "day", "before", "yesterday"), -2),
    (("the", "next", "day"), 1),
    (("the", "following", "day"), 1),
)


def _day_week(line: Line, index: int) -> Said | None:
    """`today`, `friday`, and what follows them: `friday week`, `tomorrow fortnight`, `tuesday next week`."""
    told = plain_day(line, index)
    if told is None:
        return None
    day, after = told
    added = line.word(after)
    if added in {"week", "fortnight"}:
        return (On(Shifted(7 if added == "week" else 14, base=day)),), after + 1
    if isinstance(day, Weekday):
        return _weekday_then(line, day, after)
    return (On(day),), after


def _weekday_then(line: Line, day: Weekday, after: int) -> Said:
    for words, weeks in (
        (("the", "week", "after", "next"), 2),
        (("of", "next", "week"), 1),
        (("in", "next", "week"), 1),
        (("next", "week"), 1),
        (("of", "this", "week"), 0),
        (("this", "week"), 0),
    ):
        if line.reads(after, *words):
            return (On(Weekday(day.number, weeks=weeks)),), after + len(words)
    if line.reads(after, "after", "next"):
        return (On(Weekday(day.number, weeks=1, later_weeks=1)),), after + 2
    told = length(line, after + 1) if line.word(after) == "in" else None
    if told is not None and told[0].days and told[0].days % 7 == 0:
        return (On(Weekday(day.number, weeks=told[0].days // 7)),), told[1]
    return (On(day),), line.past(after, {"coming"})


def _next(line: Line, index: int) -> Said | None:
    """`next friday`, `next week`, `this weekend`, `last tuesday`, `the next two hours`."""
    at = line.past(index, {"the"})
    lead = line.word(at)
    weeks = {
        "next": 1,
        "following": 1,
        "this": 0,
        "coming": 0,
        "upcoming": 0,
        "last": -1,
        "past": -1,
        "previous": -1,
    }
    if lead not in weeks:
        return None
    at = line.past(at + 1, {"coming"})
    return (
        _stretch_named(line, at, weeks[lead])
        or _weekday_led(line, at, weeks[lead], lead)
        or _window(line, at, lead)
    )


def _last_night(line: Line, index: int) -> Said | None:
    part = PART_WORDS.get(line.word(index + 1)) if line.word(index) in {"last", "yesterday"} else None
    return ((On(Shifted(-1)), Part(part)), index + 2) if part else None


def _weekday_led(line: Line, index: int, weeks: int, lead: str) -> Said | None:
    number = WEEKDAYS.get(line.word(index))
    if number is None:
        return None
    if line.reads(index + 1, "after", "next"):
        return (On(Weekday(number, weeks=1, later_weeks=1)),), index + 3
    if lead in {"coming", "upcoming"}:
        return (On(Weekday(number)),), index + 1
    if weeks < 0:
        return (On(LastWeekday(number)),), index + 1
    return (On(Weekday(number, weeks=weeks), is_next=weeks == 1),), index + 1


def _stretch_named(line: Line, index: int, weeks: int) -> Said | None:
    """`week`, `weekend`, `month` after `this` or `next`; one of its days may follow: `next week tuesday`."""
    word = line.word(index)
    if word == "weekend":
        return (On(Week(weeks, first=_SATURDAY, days=2)),), index + 1
    if word == "month":
        return (On(Month(months=weeks)),), index + 1
    if word == "fortnight" and weeks == 1:
        return (On(Shifted(14)),), index + 1
    if word != "week":
        return None
    at = line.past(index + 1, {"on", ","})
    number = WEEKDAYS.get(line.word(at))
    if number is not None and weeks >= 0:
        return (On(Weekday(number, weeks=weeks)),), at + 1
    return (On(Week(weeks)),), index + 1


def _window(line: Line, index: int, lead: str) -> Said | None:
    """`the next two hours`, `next hour`, `this hour`."""
    if lead not in {"next", "coming", "following"}:
        return None
    if line.word(index) == "hour":
        return (Window(timedelta(hours=1)),), index + 1
    told = length(line, index)
    if told is None:
        return None
    if told[0].minutes:
        return (Window(told[0].elapsed),), told[1]
    return (On(NextDays(told[0].days + 30 * told[0].months)),), told[1]


def _week_after_next(line: Line, index: int) -> Said | None:
    """`the week after next`, `the weekend after next`."""
    at = line.past(index, {"the"})
    if line.word(at) not in {"week", "weekend"} or not line.reads(at + 1, "after", "next"):
        return None
    found = _stretch_named(line, at, 2)
    return (found[0], at + 3) if found else None


def _ends(line: Line, index: int) -> Said | None:
    """`end of the week`, `start of next month`, `end of march`."""
    at = line.past(index, {"the"})
    edge = line.word(at)
    if edge not in {"end", "start", "beginning", "middle", "mid", "early", "late"}:
        return None
    at = line.past(at + 1, {"of", "the", "this", "-"})
    weeks = 1 if line.word(at) == "next" else 0
    at += weeks
    if line.word(at) == "week" and edge not in {"early", "late"}:
        day = {"end": _FRIDAY, "middle": 2, "mid": 2}.get(edge, 0)
        return (On(Weekday(day, weeks=weeks)),), at + 1
    month = _edge_of_month(line, at, weeks, edge)
    return ((On(month[0]),), month[1]) if month else None


def _edge_of_month(line: Line, index: int, months: int, edge: str) -> tuple[Day, int] | None:
    if edge in {"early", "late"}:
        return None
    last, first, middle = edge == "end", edge in {"start", "beginning"}, edge in {"middle", "mid"}
    if line.word(index) == "month":
        return Month(months=months, last_only=last, first_only=first, middle_only=middle), index + 1
    found = calendar_day(line, index)
    if found is None or not isinstance(found[0], On) or not isinstance(found[0].day, Month):
        return None
    month = found[0].day
    return Month(month.month, year=month.year, last_only=last, first_only=first, middle_only=middle), found[1]


def _weekend(line: Line, index: int) -> Said | None:
    if line.word(index) != "weekend":
        return None
    return (On(Week(0, first=_SATURDAY, days=2)),), index + 1


def _same_time(line: Line, index: int) -> Said | None:
    """`this time tomorrow`, `same time next week`."""
    at = line.past(index, {"the", "at"})
    if not (line.reads(at, "this", "time") or line.reads(at, "same", "time")):
        return None
    after = line.past(at + 2, {"on"})
    if line.reads(after, "next", "week"):
        return (SameTime(), On(Shifted(7))), after + 2
    return (SameTime(),), after


def _midweek(line: Line, index: int) -> Said | None:
    if line.word(index) == "midweek":
        return (On(Weekday(2)),), index + 1
    return None


_WAYS_OF_FIGURES = (weekdays_from_now, week_on, from_day, in_so_long)


_WAYS = (
    _same_time,
    _last_night,
    _today,
    weekdays_from_now,
    _week_after_next,
    week_on,
    from_day,
    in_so_long,
    _day_week,
    _next,
    _ends,
    _weekend,
    _midweek,
)
