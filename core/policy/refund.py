"""Refunds of cancelled, shortened and moved bookings."""

from datetime import datetime, timedelta

from core.model import Booking
from core.policy.rules import Rules


def is_refundable(booking: Booking, rules: Rules, now: datetime) -> bool:
    """Whether the notice suffices for a refund."""
    return _effective_start(booking, rules) - now > rules.refund_notice


def refundable_minutes(booking: Booking, charged: int, rules: Rules, now: datetime) -> int:
    """Of the minutes `charged` this quota week, those refunded if the booking were cancelled now."""
    return max(0, charged - booking.non_refundable) if is_refundable(booking, rules, now) else 0


def non_refundable_after_change(booking: Booking, charged: int, rules: Rules, now: datetime) -> int:
    """The minutes that are not refundable after a change now, whatever the new slot.

    A booking changed too late for a refund stays charged: otherwise moving it to next week and then
    cancelling would refund what cancelling alone does not. Charges of an earlier week are never refunded, so
    the larger number of two weeks covers both.
    """
    return (
        booking.non_refundable if is_refundable(booking, rules, now) else max(booking.non_refundable, charged)
    )


def _effective_start(booking: Booking, rules: Rules) -> datetime:
    """Its start, or one grid step after it was made.

    A room booked at 11:20 is held from 11:15, and can still be cancelled with a refund.
    """
    second_thoughts = booking.created_at + timedelta(minutes=rules.slot_length)
    return max(booking.interval.start, second_thoughts)
