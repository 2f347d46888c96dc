"""Refunds of cancelled, shortened and moved bookings."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

from core.model import Booking
from core.policy.quota import quota_week
from core.policy.rules import Rules

Charges: TypeAlias = Iterable[tuple[int, int]]
"""Quota weeks, each with the minutes that a booking was charged in it."""


def is_refundable(booking: Booking, rules: Rules, now: datetime) -> bool:
    """Whether the notice suffices for a refund."""
    return _effective_start(booking, rules) - now > rules.refund_notice


def refundable_minutes(booking: Booking, charged: int, rules: Rules, now: datetime) -> int:
    """Of the minutes `charged` this quota week, those refunded if the booking were cancelled now."""
    return max(0, charged - booking.non_refundable) if is_refundable(booking, rules, now) else 0


def refunds_by_week(
    booking: Booking, charges: Charges, week: int, rules: Rules, now: datetime
) -> dict[int, int]:
    """The minutes refunded in each week if the booking were cancelled now, in quota week `week`.

    Dates of a series are charged to their own weeks, which get back what they were charged. Earlier weeks
    never get anything back.
    """
    if not is_refundable(booking, rules, now):
        return {}
    kept, refunds = booking.non_refundable, dict[int, int]()
    for charged_week, minutes in sorted(charges):
        if charged_week >= week and minutes > 0:
            refunds[charged_week] = minutes - min(kept, minutes)
            kept -= min(kept, minutes)
    return {each: minutes for each, minutes in refunds.items() if minutes}


def released_minutes(booking: Booking, charges: Charges, unused: int, week: int) -> dict[int, int]:
    """The minutes given back in each week when the `unused` minutes of a booking are released.

    As with a booking that is cancelled, earlier weeks get nothing, and what is not refundable stays.
    """
    kept, refunds = booking.non_refundable, dict[int, int]()
    for charged_week, minutes in sorted(charges):
        if charged_week >= week and minutes > 0:
            refunds[charged_week] = min(unused, minutes - min(kept, minutes))
            kept -= min(kept, minutes)
            unused -= refunds[charged_week]
    return {each: minutes for each, minutes in refunds.items() if minutes}


def changes_by_week(
    booking: Booking, charges: Charges, cost: int, new_week: int, rules: Rules, now: datetime
) -> dict[int, int]:
    """The charges (negative: refunds) of moving a date of a series to `new_week`, where it costs `cost`.

    What is not refunded counts towards the new cost: nothing is charged twice.
    """
    week = quota_week(now, rules)
    changes = {
        each: -minutes for each, minutes in refunds_by_week(booking, charges, week, rules, now).items()
    }
    still_charged = sum(minutes for each, minutes in charges if each >= week) + sum(changes.values())
    changes[new_week] = changes.get(new_week, 0) + max(0, cost - still_charged)
    return {each: minutes for each, minutes in changes.items() if minutes}


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
