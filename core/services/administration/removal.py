"""Cancels and hands over bookings of others, with messages to those concerned.

What becomes of a booking is decided by pure functions; the functions over a unit of work carry it out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingState,
    Charge,
    OutboxMessage,
    PersonId,
    RoomId,
    SocietyId,
)
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.schedule_reading import ALL_TIME
from core.services.administration.messages import AdminEvent, admin_message
from core.services.administration.rights import Administrator, changed
from core.services.conflicts import holders_of
from core.services.guest_messages import notices
from core.services.versions import next_version


class BookingChange(Struct, frozen=True):
    """What an administrator's change of a booking writes."""

    after: Booking
    charges: tuple[Charge, ...]
    audit: AuditEntry
    messages: tuple[OutboxMessage, ...]


class Reason(Struct, frozen=True):
    """Why bookings are cancelled: who does it, and a word or two for the owner and the audit."""

    by: Administrator
    why: str
    now: datetime


def decide_removal(
    booking: Booking, charges: Mapping[int, int], holders: Sequence[PersonId], reason: Reason, rules: Rules
) -> BookingChange:
    """Cancels a booking. All that was charged comes back, but to weeks that are over nothing does."""
    now, week = reason.now, quota_week(reason.now, rules)
    after = replace(booking, state=BookingState.CANCELLED, version=booking.version + 1)
    refunds = {each: minutes for each, minutes in charges.items() if each >= week and minutes > 0}
    refund = sum(refunds.values())
    details: dict[str, str | int] = {"room": booking.room_id, "refund": refund, "reason": reason.why}
    return BookingChange(
        after,
        tuple(
            Charge(booking.booked_by, booking.id, each, -minutes, now)
            for each, minutes in sorted(refunds.items())
            if booking.booked_by is not None
        ),
        reason.by.entry(now, "cancel", booking.id, details),
        (
            *(
                admin_message(
                    AdminEvent.CANCELLED,
                    each,
                    f"{booking.id} v{after.version}",
                    now,
                    {"why": reason.why, "refund": refund if each == booking.booked_by else 0},
                    booking,
                )
                for each in holders
            ),
            *notices(booking, after, now),
        ),
    )


def decide_hand_over(
    booking: Booking, to: SocietyId, holders: Sequence[PersonId], reason: Reason
) -> BookingChange:
    """Gives a society's booking to another one, as a single booking; quota is not touched."""
    after = replace(next_version(booking), society_id=to, occurrence=None)
    details = changed(society=(booking.society_id, to))
    return BookingChange(
        after,
        (),
        reason.by.entry(reason.now, "hand over", booking.id, details),
        tuple(
            admin_message(
                AdminEvent.HANDED_OVER,
                each,
                f"{booking.id} v{after.version}",
                reason.now,
                {"why": reason.why, "society": to},
                booking,
            )
            for each in holders
        ),
    )


def cancel_bookings(unit: UnitOfWork, bookings: Iterable[Booking], reason: Reason, rules: Rules) -> int:
    """Cancels those that are still there and not over; returns how many."""
    done = 0
    for known in bookings:
        if (booking := _still_there(unit, known, reason.now)) is None:
            continue
        charges: Mapping[int, int] = {}
        if booking.booked_by is not None:
            charges = unit.bookings.charges(booking.id, booking.booked_by)
        change = decide_removal(booking, charges, holders_of(unit, booking), reason, rules)
        done += _carry_out(unit, booking, change)
    return done


def hand_over_bookings(unit: UnitOfWork, bookings: Iterable[Booking], to: SocietyId, reason: Reason) -> int:
    """Hands over those that are still there and not over; returns how many."""
    done = 0
    for known in bookings:
        if (booking := _still_there(unit, known, reason.now)) is not None:
            change = decide_hand_over(booking, to, holders_of(unit, booking), reason)
            done += _carry_out(unit, booking, change)
    return done


def _still_there(unit: UnitOfWork, known: Booking, now: datetime) -> Booking | None:
    unit.bookings.lock(known)
    booking = unit.bookings.get(known.id)
    if booking is None or booking.state is not BookingState.ACTIVE or booking.interval.end <= now:
        return None
    return booking


def _carry_out(unit: UnitOfWork, before: Booking, change: BookingChange) -> bool:
    if not unit.bookings.update(before, change.after):
        return False
    for charge in change.charges:
        unit.bookings.charge(charge)
    unit.audit(change.audit)
    unit.outbox.add(change.messages)
    return True


def ahead(now: datetime) -> Interval:
    """The window of what is not over."""
    return Interval(now, ALL_TIME.end)


def bookings_ahead(unit: UnitOfWork, rooms: Sequence[RoomId], now: datetime) -> list[Booking]:
    """Active bookings of rooms that are not over, by start."""
    return unit.bookings.active(ahead(now), rooms) if rooms else []
