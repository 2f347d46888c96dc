"""Closures: no bookings while a room is closed."""

from collections.abc import Iterable
from datetime import UTC, datetime

from core.errors import RoomClosed
from core.interval import Interval
from core.model import Booking, Busy, Room
from core.policy.opening_hours import next_opening
from core.policy.rules import Rules


def check_closures(
    slot: Interval, closures: Iterable[Busy], room: Room, rules: Rules, booking: Booking | None = None
) -> None:
    """Requires that the room is not closed during a slot; `RoomClosed` otherwise.

    An existing `booking` may be shortened within a closure.
    """
    is_shortened = (
        booking is not None
        and booking.room_id == room.id
        and booking.interval.start <= slot.start
        and slot.end <= booking.interval.end
    )
    ordered = sorted(closures)
    closed = next((each for each in ordered if _overlaps(each, slot)), None)
    if closed is None or is_shortened:
        return
    until = _closed_until(closed.end, ordered, room, rules)
    raise RoomClosed(
        room,
        closed.name,
        Interval(_instant(closed.start), _instant(closed.end)),
        until.astimezone(rules.zone),
    )


def _overlaps(closed: Busy, slot: Interval) -> bool:
    return closed.start < slot.end.timestamp() and slot.start.timestamp() < closed.end


def _closed_until(end: int, closures: list[Busy], room: Room, rules: Rules) -> datetime:
    """When the room is open again: at the end of closures and of the hours in which it is shut."""
    while True:
        opens = next_opening(_instant(end), room, rules)
        seconds = int(opens.timestamp())
        later = max((each.end for each in closures if each.start <= seconds < each.end), default=None)
        if later is None:
            return opens
        end = later


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
