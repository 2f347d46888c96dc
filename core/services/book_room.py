"""Turning a free slot into someone's booking."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Handled, SlotTaken, UnknownRoom
from core.interval import Interval
from core.model.entities import (
    AuditEntry,
    Booking,
    BookingId,
    Charge,
    Person,
    PersonId,
    Room,
    RoomId,
    SocietyId,
    TokenTerm,
)
from core.policy.access import check_personal_access, check_society_access, check_token_access
from core.policy.horizon import check_personal_horizon, check_society_horizon
from core.policy.opening_hours import check_opening
from core.policy.quota import check_quota, has_quota, quota_left, quota_week
from core.policy.rules import Rules
from core.ports.storage import Decision, Facts, Keys, Record
from core.services.reminders import confirmation, reminders


@dataclass(frozen=True, slots=True)
class BookRoom:
    """A wish to hold a room.

    `by` is empty when the bearer of a society token asks; `term` is then the token's. `request` makes the
    wish safe to repeat: the same key books once. `tell` asks for a message that says what was booked.
    """

    booking_id: BookingId
    room_id: RoomId
    slot: Interval
    by: PersonId | None
    society_id: SocietyId | None = None
    title: str = ""
    notes: str = ""
    term: TokenTerm | None = None
    request: str | None = None
    tell: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """The booking as it was made, what it cost, and the minutes left this quota week."""

    booking: Booking
    cost: int
    quota_left: int


def booking_keys(wish: BookRoom, rules: Rules, now: datetime) -> Keys:
    return Keys(
        week=quota_week(now, rules),
        room=wish.room_id,
        window=wish.slot,
        person=wish.by,
        society=wish.society_id,
        request=wish.request,
    )


def decide_booking(facts: Facts, wish: BookRoom, rules: Rules, now: datetime) -> Decision[Booked]:
    """The booking to record, or the refusal that names what stands in its way."""
    if facts.handled is not None:
        return _again(facts, wish, rules)
    if (room := facts.room) is None:
        raise UnknownRoom(wish.room_id)
    _check_access(facts, wish, room, rules, now)
    check_opening(wish.slot, room, rules, now)
    _check_horizon(facts, wish, rules, now)
    if facts.busy:
        raise SlotTaken(facts.busy)
    cost = cost_of(wish.slot, facts.person, wish.society_id)
    if facts.person is not None:
        check_quota(cost, facts.spent, facts.person, rules, now)
    return _record(facts, wish, cost, rules, now)


def _again(facts: Facts, wish: BookRoom, rules: Rules) -> Decision[Booked]:
    """The answer of the first time; `Handled` when that was about something else."""
    earlier = facts.handled
    if earlier is None or not _is_same(earlier, wish):
        raise Handled(earlier)
    return Decision(Booked(earlier, 0, quota_left(facts.spent, rules)))


def _is_same(earlier: Booking, wish: BookRoom) -> bool:
    """Whether a booking is what was wished for; one that was changed since may be elsewhere by now."""
    if (earlier.booked_by, earlier.society_id) != (wish.by, wish.society_id):
        return False
    return earlier.version > 1 or (earlier.room_id, earlier.interval) == (wish.room_id, wish.slot)


def _check_access(facts: Facts, wish: BookRoom, room: Room, rules: Rules, now: datetime) -> None:
    if wish.term is not None:
        check_token_access(wish.term, facts.society, facts.term, room, rules, now)
    elif wish.society_id is not None:
        check_society_access(facts.person, facts.society, facts.role, room)
    else:
        check_personal_access(facts.person, room)


def _check_horizon(facts: Facts, wish: BookRoom, rules: Rules, now: datetime) -> None:
    if wish.society_id is not None:
        check_society_horizon(wish.slot.start, rules, now)
    elif facts.person is not None:
        check_personal_horizon(wish.slot.start, facts.person, rules, now)


def cost_of(slot: Interval, person: Person | None, society_id: SocietyId | None) -> int:
    """The minutes of personal quota that a booking takes: none for societies and staff."""
    if society_id is not None or person is None or not has_quota(person):
        return 0
    return slot.minutes


def _record(facts: Facts, wish: BookRoom, cost: int, rules: Rules, now: datetime) -> Decision[Booked]:
    booking = Booking(
        id=wish.booking_id,
        room_id=wish.room_id,
        interval=wish.slot,
        booked_by=wish.by,
        created_at=now,
        society_id=wish.society_id,
        title=wish.title,
        notes=wish.notes,
    )
    charge = Charge(wish.by, booking.id, quota_week(now, rules), cost, now) if wish.by and cost else None
    audit = AuditEntry(now, actor_of(booking), "book", booking.id, {"room": booking.room_id, "cost": cost})
    left = quota_left(facts.spent + cost, rules)
    told = (confirmation(booking, now),) if wish.tell and wish.by else ()
    return Decision(
        Booked(booking, cost, left),
        Record(
            insert=booking,
            charge=charge,
            audit=audit,
            request=wish.request,
            messages=(*told, *reminders(booking, facts.person, now)),
        ),
    )


def actor_of(booking: Booking) -> str:
    """Whoever owns a booking, as the audit trail names them."""
    return f"person:{booking.booked_by}" if booking.booked_by else f"society:{booking.society_id}"
