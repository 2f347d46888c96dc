"""Decision: cancel a booking and refund its charge."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.model import AuditEntry, Booking, BookingId, BookingState, Charge, PersonId
from core.policy.quota import quota_left, quota_week
from core.policy.refund import refunds_by_week
from core.policy.rules import Rules
from core.ports import Decision, DecisionKeys, Facts, WriteSet
from core.services.guest_messages import notices
from core.services.ownership import own_booking


class CancelBooking(Struct, frozen=True):
    booking_id: BookingId
    by: PersonId


class CancellationResult(Struct, frozen=True):
    """The cancelled booking, the minutes refunded, and those left this quota week."""

    booking: Booking
    refund: int
    quota_left: int


def cancel_keys(request: CancelBooking, rules: Rules, now: datetime) -> DecisionKeys:
    return DecisionKeys(week=quota_week(now, rules), person=request.by, booking=request.booking_id)


def decide_cancel(
    facts: Facts, request: CancelBooking, rules: Rules, now: datetime
) -> Decision[CancellationResult]:
    """Cancels the booking; refunds this quota week's charge if the notice suffices."""
    booking = own_booking(facts, request.by, now)
    week = quota_week(now, rules)
    later = ((each, minutes) for each, minutes in facts.charges if each > week)
    refunds = refunds_by_week(booking, ((week, facts.charged), *later), week, rules, now)
    cancelled = replace(booking, state=BookingState.CANCELLED, version=booking.version + 1)
    charges = tuple(Charge(request.by, booking.id, each, -refunds[each], now) for each in sorted(refunds))
    refund = sum(refunds.values())
    audit = AuditEntry(now, f"person:{request.by}", "cancel", booking.id, {"refund": refund})
    left = quota_left(facts.spent - refunds.get(week, 0), rules)
    return Decision(
        CancellationResult(cancelled, refund, left),
        WriteSet(
            update=cancelled,
            before=booking,
            charge=next((each for each in charges if each.week == week), None),
            refunds=tuple(each for each in charges if each.week != week),
            audit=audit,
            withdraw_messages_of=booking.id,
            messages=notices(booking, cancelled, now),
        ),
    )
