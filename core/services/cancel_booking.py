"""Giving a booking up, and its charge back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.model import AuditEntry, Booking, BookingId, BookingState, Charge, PersonId, Room
from core.policy.quota import quota_left, quota_week
from core.policy.rules import Rules
from core.ports import Decision, Facts, Keys, Record
from core.services.own_booking import own_booking


@dataclass(frozen=True, slots=True)
class CancelBooking:
    booking_id: BookingId
    by: PersonId


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The booking as it is now, the minutes given back, and those left this quota week."""

    booking: Booking
    refund: int
    quota_left: int


def cancelling_keys(wish: CancelBooking, rules: Rules, now: datetime) -> Keys:
    return Keys(week=quota_week(now, rules), person=wish.by, booking=wish.booking_id)


def decide_cancelling(facts: Facts, wish: CancelBooking, rules: Rules, now: datetime) -> Decision[Cancelled]:
    """Free the room; what this quota week was charged comes back if the booking lies far enough ahead."""
    booking = own_booking(facts, wish.by, now)
    refund = facts.charged if _last_call(booking, facts.room, rules) - now > rules.refund_notice else 0
    freed = replace(booking, state=BookingState.CANCELLED, version=booking.version + 1)
    charge = Charge(wish.by, booking.id, quota_week(now, rules), -refund, now) if refund else None
    audit = AuditEntry(now, f"person:{wish.by}", "cancel", booking.id, {"refund": refund})
    left = quota_left(facts.spent - refund, rules)
    return Decision(
        Cancelled(freed, refund, left),
        Record(update=freed, before=booking, charge=charge, audit=audit, withdraw=booking.id),
    )


def _last_call(booking: Booking, room: Room | None, rules: Rules) -> datetime:
    """Until when a booking counts as ahead: its start, or one step of the grid after it was made.

    Whoever takes a free room at twenty past holds it from a quarter past, and may still think better of it.
    """
    second_thoughts = booking.created_at + timedelta(minutes=rules.grid(room))
    return max(booking.interval.start, second_thoughts)
