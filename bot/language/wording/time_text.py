"""Formats times in words that parse as the same times again."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from bot.language.lexicon.vocabulary import MONTH_NAMES, WEEKDAY_NAMES
from bot.language.model.reading import Exclusions, ParsedTime, RecurrenceRule, RecurrenceUnit, TimeKind

_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


def describe_time(time: ParsedTime, now: datetime, *, military: bool = False) -> str:
    """`Thu 12 Mar, 15:00–17:00`; with its year when that is not this one. `military` writes 1500hrs."""
    year = now.astimezone(time.start.tzinfo).year
    text = ", ".join(
        filter(
            None,
            (
                _describe_days(time, year),
                _describe_hours(time, year, _format_military if military else _format_clock),
                _describe_duration(time.duration),
            ),
        )
    )
    if time.recurrence is None:
        return text
    rest = ", ".join(
        filter(
            None,
            (
                _describe_hours(time, year, _format_military if military else _format_clock),
                _describe_duration(time.duration),
            ),
        )
    )
    return ", ".join(
        filter(
            None,
            (
                _describe_recurrence(time.recurrence),
                rest,
                f"from {describe_day(time.start.date(), year)}",
                _describe_until(time.recurrence, year),
                f"{time.recurrence.count} times" if time.recurrence.count else "",
            ),
        )
    )


def describe_day(day: date, year: int) -> str:
    text = f"{WEEKDAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month]}"
    return text if day.year == year else f"{text} {day.year}"


def describe_exclusions(excluded: Exclusions, year: int) -> tuple[str, ...]:
    """`not Fri or Tue 24 Mar` and `not 09:00–12:00`: the days and the hours that are ruled out."""
    days = [WEEKDAY_NAMES[day] for day in excluded.weekdays]
    days += [describe_day(day, year) for day in excluded.dates]
    hours = [f"{each.start:%H:%M}–{each.end:%H:%M}" for each in excluded.times]
    return tuple(f"not {' or '.join(each)}" for each in (days, hours) if each)


def format_iso(time: ParsedTime) -> str:
    """ISO 8601, for the rare time that words leave ambiguous (a repeated hour)."""
    if time.end is None:
        return time.start.isoformat()
    text = f"{time.start.isoformat()} to {time.end.isoformat()}"
    if time.kind is TimeKind.PART:
        text = f"some time {text}"
    return ", ".join(filter(None, (text, _describe_duration(time.duration))))


def _describe_days(time: ParsedTime, year: int) -> str:
    first = describe_day(time.start.date(), year)
    if time.kind is not TimeKind.DAY or time.end is None:
        return first
    return f"{first} – {describe_day(time.end.date() - timedelta(days=1), year)}"


def _describe_hours(time: ParsedTime, year: int, format_clock: Callable[[datetime], str]) -> str:
    if time.kind is TimeKind.DAY:
        return ""
    if time.kind is TimeKind.PART:
        return time.day_part or _describe_window(time, format_clock)
    start = format_clock(time.start)
    if time.end is None:
        return start
    if _ends_within_a_day(time.start, time.end):
        return f"{start}–{format_clock(time.end)}"
    return f"{start} – {describe_day(time.end.date(), year)}, {format_clock(time.end)}"


def _describe_window(time: ParsedTime, format_clock: Callable[[datetime], str]) -> str:
    if time.end is None:
        return ""
    lead = "between" if time.duration else "some time between"
    return f"{lead} {format_clock(time.start)} and {format_clock(time.end)}"


def _ends_within_a_day(start: datetime, end: datetime) -> bool:
    days = (end.date() - start.date()).days
    return days == 0 or (days == 1 and end.time() <= start.time())


def _format_clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _format_military(moment: datetime) -> str:
    return f"{moment:%H%M}hrs"


def _describe_duration(duration: timedelta | None) -> str:
    if duration is None:
        return ""
    hours, minutes = divmod(int(duration.total_seconds()) // 60, 60)
    return "for " + " ".join(
        filter(None, (f"{hours}h" if hours else "", f"{minutes} min" if minutes else ""))
    )


def _describe_recurrence(rule: RecurrenceRule) -> str:
    step = f"{rule.step} " if rule.step > 1 else ""
    plural = "s" if rule.step > 1 else ""
    if rule.nth:
        days = " and ".join(WEEKDAY_NAMES[day] for day in rule.weekdays)
        return f"the {' and '.join(_ORDINALS[nth] for nth in rule.nth)} {days} of every month"
    if rule.month_days:
        return f"the {' and '.join(map(format_ordinal, rule.month_days))} of every month"
    if rule.unit is not RecurrenceUnit.WEEK:
        return f"every {step}{rule.unit}{plural}"
    days = " and ".join(WEEKDAY_NAMES[day] for day in rule.weekdays)
    return f"every {step}weeks on {days}" if step else f"every {days}"


def format_ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _describe_until(rule: RecurrenceRule, year: int) -> str:
    return f"until {describe_day(rule.until, year)}" if rule.until else ""
