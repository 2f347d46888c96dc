"""Reads series from parsed text, and says them in words."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.chat.command import CommandContext, ParameterType
from bot.chat.formatting import format_time, join_with_and
from bot.conversation.alternatives import bookable_query
from bot.conversation.search import parse_text, search_from
from bot.conversation.slot_offer import requested_slot
from bot.language import ParsedTime, ParseResult, RecurrenceRule, RecurrenceUnit, TimeKind
from core.errors import EndlessSeries, Invalid, InvalidSeries, SeriesTooFrequent
from core.interval import Interval
from core.model import Room, SeriesFrequency, SeriesRule
from core.names import one_line
from core.policy.recurrence import every_date
from core.services.bookings import snap_to_grid
from core.services.series import SeriesRequest

_FREQUENCIES = {
    RecurrenceUnit.DAY: SeriesFrequency.DAILY,
    RecurrenceUnit.WEEK: SeriesFrequency.WEEKLY,
    RecurrenceUnit.MONTH: SeriesFrequency.MONTHLY,
}
_TOO_FREQUENT = re.compile(
    r"\b(?:every|each)\s+(?:\w+\s+)?(?:seconds?|minutes?|mins?|hours?|quarter)\b|\bhourly\b", re.IGNORECASE
)
MAX_NAMED_DAYS = 4
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]?")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_UNITS = {
    SeriesFrequency.DAILY: ("daily", "days"),
    SeriesFrequency.WEEKLY: ("weekly", "weeks"),
    SeriesFrequency.MONTHLY: ("monthly", "months"),
}


def is_series(reading: ParseResult) -> bool:
    """Whether the time of a text recurs."""
    return reading.when is not None and reading.when.recurrence is not None


def is_endless(when: ParsedTime) -> bool:
    rule = when.recurrence
    return rule is not None and rule.until is None and rule.count is None


def has_time(when: ParsedTime | None) -> bool:
    """Whether a time of day was said."""
    return when is not None and when.kind in {TimeKind.INSTANT, TimeKind.RANGE}


def check_frequency(text: str) -> None:
    """Raises `SeriesTooFrequent` for a text that repeats more often than daily."""
    if _TOO_FREQUENT.search(_QUOTED.sub(" ", text)):
        raise SeriesTooFrequent


def check_request_frequency(context: CommandContext) -> None:
    """The same for what was typed, or what the options say of the time."""
    times = (each.name for each in context.parameters if each.type is ParameterType.WHEN)
    check_frequency(
        " ".join(context.options.get(name, "") for name in times) if context.options else context.text
    )


def series_request(
    context: CommandContext,
    reading: ParseResult,
    when: ParsedTime,
    room: Room | None,
    *,
    may_be_endless: bool = False,
) -> SeriesRequest:
    """The request for a text that recurs; without `room`, the planner chooses rooms.

    Raises `InvalidSeries` for a rule without an end, unless it may be endless, and without a time of day.
    """
    if when.recurrence is None or not has_time(when):
        raise InvalidSeries("At what time? For example: every tuesday 7-9pm 10 times.")
    if is_endless(when) and not may_be_endless:
        raise EndlessSeries
    slot = _first_slot(context, when, room)
    zone, title = context.services.rules.zone, one_line(reading.title or "")
    local = slot.start.astimezone(zone)
    query = search_from(context, replace(reading, when=None)).query
    return SeriesRequest(
        to_series_rule(when.recurrence, when.start, zone),
        local.hour * 60 + local.minute,
        slot.minutes,
        context.person.id,
        room.id if room is not None else None,
        bookable_query(replace(query, room=None), reading.society),
        reading.society,
        title=title if reading.society is not None else "",
        notes="" if reading.society is not None else title,
    )


def _first_slot(context: CommandContext, when: ParsedTime, room: Room | None) -> Interval:
    if room is not None:
        return requested_slot(context, when, room)
    length = timedelta(minutes=context.services.default_minutes)
    wanted = Interval(when.start, when.end) if when.end else Interval.of_length(when.start, length)
    return snap_to_grid(wanted, None, context.services.rules)


def to_series_rule(rule: RecurrenceRule, start: datetime, zone: ZoneInfo) -> SeriesRule:
    """The rule in dates of the campus, whose day may be another than where the text was written."""
    first = start.astimezone(zone).date()
    shift = (first - start.date()).days
    if shift and rule.unit is RecurrenceUnit.MONTH:
        raise InvalidSeries("On campus that is another day. Please give the day and the time there.")
    weekdays = tuple(sorted({(day + shift) % 7 for day in rule.weekdays}))
    if not weekdays and rule.unit is RecurrenceUnit.WEEK:
        weekdays = (first.weekday(),)
    month_days = (
        (rule.month_days or (first.day,)) if rule.unit is RecurrenceUnit.MONTH and not weekdays else ()
    )
    return SeriesRule(
        _FREQUENCIES[rule.unit],
        first,
        rule.step,
        weekdays,
        tuple(sorted(rule.nth)) if weekdays else (),
        month_days,
        until=None if rule.until is None else rule.until + timedelta(days=shift),
        count=rule.count,
        exceptions=frozenset(day + timedelta(days=shift) for day in rule.excluded),
    )


def read_rule_text(context: CommandContext, text: str, start: datetime) -> SeriesRule:
    """The rule, perhaps endless, that `every week until 1 may` gives a booking which starts at `start`."""
    check_frequency(text)
    zone = context.services.rules.zone
    local = start.astimezone(zone)
    reading = parse_text(replace(context, text=f"{local:%Y-%m-%d %H:%M} {text}"))
    if reading.problem is not None:
        raise Invalid(reading.problem.message)
    if reading.when is None or reading.when.recurrence is None or reading.unparsed:
        raise InvalidSeries("How often, and until when? For example: every week until 1 may.")
    return to_series_rule(reading.when.recurrence, start.astimezone(context.zone), zone)


def rule_words(rule: SeriesRule) -> str:
    """`Tuesdays`, `every 2 weeks on Tuesday`, `the first Monday of the month`, `daily`."""
    names = [_WEEKDAYS[day] for day in rule.weekdays]
    adverb, plural = _UNITS[rule.frequency]
    if rule.frequency is SeriesFrequency.MONTHLY:
        day = join_with_and(names) if names else "day " + join_with_and(map(str, rule.month_days or ("?",)))
        places = sorted(rule.nth, key=lambda nth: (nth < 0, nth))
        which = f"the {join_with_and([_NTH[nth] for nth in places])} {day}" if places else day
        return f"{which} of every month" if rule.step == 1 else f"{which} every {rule.step} months"
    if rule.step == 1:
        return join_with_and(f"{name}s" for name in names) if names else adverb
    return f"every {rule.step} {plural}" + (f" on {join_with_and(names)}" if names else "")


def clock_words(starts_at: int, length: int) -> str:
    """`19:00–21:00`."""
    return f"{format_time(starts_at)}–{format_time((starts_at + length) % (24 * 60))}"


def day_words(day: date, today: date | None = None) -> str:
    """`Tue 17 Mar`; with the year where it is not that of today."""
    words = f"{day:%a} {day.day} {day:%b}"
    return words if today is None or day.year == today.year else f"{words} {day.year}"


def join_days(days: Sequence[date]) -> str:
    """`Tue 17 Mar, Tue 24 Mar and 3 more`: the first days and the number of the others."""
    more = [f"{len(days) - MAX_NAMED_DAYS} more"] if len(days) > MAX_NAMED_DAYS else []
    return join_with_and((*map(day_words, days[:MAX_NAMED_DAYS]), *more))


def count_words(count: int, noun: str = "date") -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def all_words(count: int) -> str:
    """`it`, `both`, `all 10`."""
    return {1: "it", 2: "both"}.get(count, f"all {count}")


def common_time(starts: Iterable[datetime]) -> tuple[int | None, str]:
    """The weekday and the wall time that most of these local starts have; no weekday where they differ."""
    local = list(starts)
    times = [f"{each:%H:%M}" for each in local]
    days = {each.weekday() for each in local}
    return (days.pop() if len(days) == 1 else None), max(times, key=times.count)


def is_date_of(rule: SeriesRule, day: date) -> bool:
    return day in every_date(rule)


def weekday_plural(weekday: int) -> str:
    return f"{_WEEKDAYS[weekday]}s"
