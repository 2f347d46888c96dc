"""Decision: check in to a booking."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.errors import CheckInClosed
from core.model import AuditEntry, Booking, BookingId, Identity, PersonId
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import Decision, DecisionKeys, Facts, WriteSet
from core.services.ownership import attended_booking
from core.services.versions import next_version


@dataclass(frozen=True, slots=True)
class CheckIn:
    booking_id: BookingId
    by: PersonId | None
    identities: tuple[Identity, ...] = ()
    """Chat accounts of `by`, which may have been invited without an account."""


def check_in_keys(request: CheckIn, rules: Rules, now: datetime) -> DecisionKeys:
    return DecisionKeys(week=quota_week(now, rules), person=request.by, booking=request.booking_id)


def decide_check_in(facts: Facts, request: CheckIn, rules: Rules, now: datetime) -> Decision[Booking]:
    """Records the time of the check-in; repeats change nothing."""
    booking = attended_booking(facts, request.by, now, request.identities)
    if booking.checked_in_at is not None:
        return Decision(booking)
    opens = booking.interval.start - timedelta(minutes=rules.check_in_opens_before)
    if now < opens:
        raise CheckInClosed(opens, rules.check_in_opens_before)
    checked_in = replace(next_version(booking), checked_in_at=now)
    actor = f"person:{request.by}" if request.by is not None else next(iter(request.identities), "")
    audit = AuditEntry(now, actor, "check in", booking.id)
    return Decision(checked_in, WriteSet(update=checked_in, before=booking, audit=audit))
