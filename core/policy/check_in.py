"""Rooms in which people check in, when a booking without a check-in is released, and what no-shows cost."""

from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from core.interval import Interval
from core.model import Booking, BookingState, Person, Room
from core.policy.rules import Rules

WARNING = timedelta(minutes=5)
"""How long before the release people are warned; they have at least as long to answer."""
POSTPONEMENT = timedelta(minutes=15)
NO_SHOW_WINDOW = timedelta(weeks=4)
SAME_DAY_ONLY = timedelta(weeks=1)


def needs_check_in(room: Room, rules: Rules) -> bool:
    """Whether bookings of a room are released if nobody checks in."""
    names = (room.id, room.building_id)
    return room.check_in or any(fnmatchcase(name, each) for each in rules.check_in_rooms for name in names)


def release_due(booking: Booking, room: Room, rules: Rules) -> datetime:
    """When a booking is released at the earliest; one that was made after its start has as long from then."""
    step = timedelta(minutes=rules.slot_length_of(room))
    return max(booking.interval.start, booking.created_at) + max(rules.release_after, step)


def free_from(room: Room, rules: Rules, at: datetime) -> datetime:
    """The step of the grid from which a room is free that is released at `at`."""
    local = at.astimezone(rules.zone)
    past = timedelta(minutes=local.hour * 60 + local.minute, seconds=local.second)
    step = timedelta(minutes=rules.slot_length_of(room))
    return at.replace(microsecond=0) - past % step


def is_awaited(booking: Booking, room: Room, rules: Rules, now: datetime) -> bool:
    """Whether it is time to warn of the release of a booking, or to release it, and there is a rest."""
    if booking.state is not BookingState.ACTIVE or booking.checked_in_at is not None:
        return False
    due = release_due(booking, room, rules)
    planned = due if booking.release is None else booking.release.release_at
    return (
        booking.released_at is None
        and due - WARNING <= now < booking.interval.end
        and free_from(room, rules, planned) < booking.interval.end
    )


def unused_minutes(booking: Booking, free: datetime) -> int:
    return Interval(free, booking.interval.end).minutes


def same_day_only(person: Person, rules: Rules, now: datetime) -> bool:
    """Whether a person's no-shows keep them from booking in advance."""
    until = person.same_day_until
    return bool(rules.no_show_limit) and until is not None and now < until
