"""Booking grid, opening hours, and no bookings in the past."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from core.errors import InThePast, InvalidTimes, OutsideHours
from core.interval import Interval
from core.localtime import local_instant
from core.model import OpeningHours, Room
from core.policy.rules import Rules

_DAY = 24 * 60
_MAX_LENGTH = _DAY
"""Minutes of wall time of the longest booking, in a room that is open round the clock."""
_DAYS_AROUND = range(-1, 3)
"""The days, counted from that of its start, whose opening hours a booking may touch."""


def read_opening_hours(text: str) -> OpeningHours:
    """Reads `08:00-21:00`, `18:00-02:00` (until the next day) or `00:00-24:00`; `ValueError` otherwise."""
    opens, _, closes = text.partition("-")
    start, end = read_wall_clock(opens), read_wall_clock(closes)
    return OpeningHours(start, end + _DAY if end < start else end)


def read_wall_clock(clock: str) -> int:
    """`HH:MM` as minutes after midnight, up to 24:00; `ValueError` otherwise."""
    hours, _, minutes = clock.strip().partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60):
        raise ValueError(clock)
    if (after_midnight := int(hours) * 60 + int(minutes)) > _DAY:
        raise ValueError(clock)
    return after_midnight


def check_opening(slot: Interval, room: Room, rules: Rules, now: datetime) -> None:
    """Requires a slot on the grid, not past, and within the room's opening hours."""
    start, end = slot.start.astimezone(rules.zone), slot.end.astimezone(rules.zone)
    grid = rules.slot_length_of(room)
    if not (_on_grid(start, grid) and _on_grid(end, grid)):
        raise InvalidTimes(granularity=grid)
    if now >= slot.start + timedelta(minutes=grid):
        raise InThePast(slot.start)
    _check_hours(start, end, room, rules)


def _on_grid(local: datetime, grid: int) -> bool:
    return local.second == 0 and local.microsecond == 0 and (local.hour * 60 + local.minute) % grid == 0


def _check_hours(start: datetime, end: datetime, room: Room, rules: Rules) -> None:
    hours = rules.hours(room, start.weekday())
    begins = start.hour * 60 + start.minute
    ends = end.hour * 60 + end.minute + (end.date() - start.date()).days * _DAY
    if hours.opens <= begins and ends <= hours.closes:
        return
    day = start.date()
    run = next((run for run in _runs(day, room, rules) if run[0] <= begins < run[1]), None)
    if run is None:
        raise OutsideHours("Choose a starting time after opening time.", hours.opens, hours.closes)
    if ends > run[1]:
        last = _last_hours(day, begins, room, rules)
        raise OutsideHours("Choose an end time before closing time.", last.opens, last.closes)
    if ends - begins > _MAX_LENGTH:
        raise InvalidTimes("A booking can last 24 hours at most. Choose an earlier end.")


def _last_hours(day: date, begins: int, room: Room | None, rules: Rules) -> OpeningHours:
    """The opening hours in which a start lies: those of its own day, or of the night before."""
    hours, before = rules.hours(room, day.weekday()), rules.hours(room, (day.weekday() - 1) % 7)
    is_night = not hours.opens <= begins < hours.closes and begins < before.closes - _DAY
    return before if is_night else hours


def _runs(day: date, room: Room | None, rules: Rules) -> Iterator[tuple[int, int]]:
    """Opening hours around a day, in minutes after its midnight; those without a break are joined."""
    opens, closes = 0, -10 * _DAY
    for offset in _DAYS_AROUND:
        hours = rules.hours(room, (day.weekday() + offset) % 7)
        begins, ends = hours.opens + offset * _DAY, hours.closes + offset * _DAY
        if begins <= closes:
            closes = max(closes, ends)
            continue
        if closes > opens:
            yield opens, closes
        opens, closes = begins, ends
    yield opens, closes


def open_hours(instant: datetime, room: Room | None, rules: Rules) -> Interval:
    """Opening hours of `room`, or of the campus, that begin on the campus day of `instant`."""
    day = instant.astimezone(rules.zone).date()
    hours = rules.hours(room, day.weekday())
    return Interval(local_instant(day, hours.opens, rules.zone), local_instant(day, hours.closes, rules.zone))


def open_until(instant: datetime, room: Room | None, rules: Rules) -> datetime:
    """When `room`, or the campus, closes after an instant (UTC).

    Within opening hours it is the end of the run that contains the instant, at most two days later; outside
    them, the end of the same day's hours.
    """
    local = instant.astimezone(rules.zone)
    minute, day = local.hour * 60 + local.minute, local.date()
    run = next((run for run in _runs(day, room, rules) if run[0] <= minute < run[1]), None)
    closes = run[1] if run is not None else rules.hours(room, day.weekday()).closes
    return local_instant(day, closes, rules.zone)


def next_opening(instant: datetime, room: Room | None, rules: Rules) -> datetime:
    """The first instant (UTC), from `instant` on, at which `room` or the campus is open."""
    local = instant.astimezone(rules.zone)
    minute, day = local.hour * 60 + local.minute, local.date()
    for opens, closes in _runs(day, room, rules):
        if minute < closes:
            return max(instant, local_instant(day, opens, rules.zone)) if opens > minute else instant
    return instant


def is_open_over_midnight(day: date, room: Room | None, rules: Rules) -> bool:
    """Whether opening hours continue past the end of a day."""
    return any(opens < _DAY < closes for opens, closes in _runs(day, room, rules))
