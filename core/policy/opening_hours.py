"""Booking grid, opening hours, and no bookings in the past."""

from datetime import datetime, timedelta

from core.errors import InThePast, InvalidTimes, OutsideHours
from core.interval import Interval
from core.model import Room
from core.policy.rules import Rules

_DAY = 24 * 60


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
    opens_at = start.hour * 60 + start.minute
    closes_at = end.hour * 60 + end.minute + (end.date() - start.date()).days * _DAY
    if opens_at < hours.opens or opens_at >= hours.closes:
        raise OutsideHours("Choose a starting time after opening time.", hours.opens, hours.closes)
    if closes_at > hours.closes:
        raise OutsideHours("Choose an end time before closing time.", hours.opens, hours.closes)
