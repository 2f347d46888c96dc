"""Rows of bars from the schedules of rooms. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.picture import Bar, BarKind, BarRow, OpenTime, TimeAxis, Timeline
from core.availability import RoomSchedule
from core.interval import Interval
from core.localtime import local_instant
from core.model import Busy, Room
from core.policy.rules import Rules

DAY = 24 * 60
HOUR = 60
_UNNAMED = {"booked", "held", "closed"}
_SHORT_ID = 8


class RowFacts(Struct, frozen=True):
    """What every row of a picture needs: rules, the present, and the bookings that are marked as one's own.

    `own` holds the first eight characters of their ids, as people know them.
    """

    rules: Rules
    now: datetime
    own: Collection[str] = ()


def day_interval(day: date, rules: Rules, days: int = 1) -> Interval:
    """From midnight to midnight in the zone of the campus."""
    return Interval(
        local_instant(day, 0, rules.zone), local_instant(day + timedelta(days=days), 0, rules.zone)
    )


def dates_of(days: Interval, rules: Rules) -> list[date]:
    """The campus dates that an interval touches."""
    first = days.start.astimezone(rules.zone).date()
    last = (days.end.astimezone(rules.zone) - timedelta(microseconds=1)).date()
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def day_row(label: str, room: Room | None, day: date, schedule: RoomSchedule, facts: RowFacts) -> BarRow:
    """A room's day from midnight to midnight; without a room the opening hours of the campus."""
    interval = day_interval(day, facts.rules)
    start, end = int(interval.start.timestamp()), int(interval.end.timestamp())
    bars = tuple(_bar(each, day, facts) for each in schedule.conflicts(start, end))
    cut = (replace(each, start=max(each.start, 0), end=min(each.end, DAY)) for each in bars)
    today = facts.now.astimezone(facts.rules.zone).date()
    return BarRow(
        label,
        tuple(each for each in cut if each.start < each.end),
        tuple(open_times(room, day, facts.rules)),
        now=wall_minutes(int(facts.now.timestamp()), day, facts.rules) if day == today else None,
        is_marked=day == today,
    )


def _bar(busy: Busy, day: date, facts: RowFacts) -> Bar:
    start, end = (wall_minutes(each, day, facts.rules) for each in (busy.start, busy.end))
    label = "" if busy.name.casefold() in _UNNAMED else busy.name
    return Bar(start, max(end, start + 1), kind_of(busy, facts.own), label)


def kind_of(busy: Busy, own: Collection[str] = ()) -> BarKind:
    if busy.is_closure:
        return BarKind.CLOSED
    if busy.is_hold:
        return BarKind.HELD
    if busy.booking_id is None:
        return BarKind.CLASS
    return BarKind.OWN if busy.booking_id[:_SHORT_ID] in own else BarKind.BOOKED


def wall_minutes(seconds: int, day: date, rules: Rules) -> int:
    """What clocks show at an instant, in minutes after midnight of a day."""
    local = datetime.fromtimestamp(seconds, rules.zone)
    return (local.date() - day).days * DAY + local.hour * HOUR + local.minute


def open_times(room: Room | None, day: date, rules: Rules) -> Iterator[OpenTime]:
    """The opening hours of a day, after what is left of those of the day before."""
    before, hours = rules.hours(room, (day.weekday() - 1) % 7), rules.hours(room, day.weekday())
    if before.closes > DAY:
        yield OpenTime(0, min(before.closes - DAY, hours.opens))
    yield OpenTime(hours.opens, hours.closes)


def make_timeline(title: str, subtitle: str, axis: TimeAxis, rows: Sequence[BarRow]) -> Timeline:
    """A timeline whose axis shows all opening hours and bars."""
    start, end = _axis(rows)
    return Timeline(title, subtitle, start, end, axis, tuple(rows))


def _axis(rows: Iterable[BarRow]) -> tuple[int, int]:
    """Whole hours around all bars and opening hours; those that reach into the next day only with a bar."""
    bars = [each for row in rows for each in row.bars]
    opened = [each for row in rows for each in row.open_times]
    starts = [*(each.start for each in opened), *(each.start for each in bars)]
    ends = [*(min(each.end, DAY) for each in opened), *(each.end for each in bars)]
    start, end = max(0, min(starts, default=0)), max(ends, default=DAY)
    return start // HOUR * HOUR, max(-(-end // HOUR) * HOUR, start // HOUR * HOUR + HOUR)


def unmarked(row: BarRow) -> BarRow:
    """A row among others of the same day."""
    return replace(row, is_marked=False)
