"""What comes back of a booking's charge, whichever way it is given up: cancelled, shortened or moved."""

from datetime import datetime, timedelta

from core.model import Booking
from core.policy.rules import Rules


def is_refundable(booking: Booking, rules: Rules, now: datetime) -> bool:
    """Whether the booking as it is lies far enough ahead for its charge to come back."""
    return _counts_as_begun_at(booking, rules) - now > rules.refund_notice


def refundable_minutes(booking: Booking, charged: int, rules: Rules, now: datetime) -> int:
    """Of the minutes `charged` this quota week, those that come back if the booking is given up now."""
    return max(0, charged - booking.non_refundable) if is_refundable(booking, rules, now) else 0


def non_refundable_after_change(booking: Booking, charged: int, rules: Rules, now: datetime) -> int:
    """The minutes that stay spent once the booking is changed now, wherever the change puts it.

    A booking changed too late to be refunded keeps what it was charged: else one that is moved to next week
    and then cancelled would bring back what cancelling alone does not. Charges of an earlier week never come
    back, so the larger number of two weeks is enough for both.
    """
    return (
        booking.non_refundable if is_refundable(booking, rules, now) else max(booking.non_refundable, charged)
    )


def _counts_as_begun_at(booking: Booking, rules: Rules) -> datetime:
    """Its start, or one step of the grid after it was made.

    Whoever takes a free room at twenty past holds it from a quarter past, and may still think better of it.
    """
    second_thoughts = booking.created_at + timedelta(minutes=rules.slot_length)
    return max(booking.interval.start, second_thoughts)
