"""Whose booking it is, and whether it can still be changed."""

from datetime import datetime

from core.errors import BookingIsOver, NotYourBooking, UnknownBooking
from core.model import Booking, BookingState, PersonId, Role
from core.ports import Facts


def own_booking(facts: Facts, by: PersonId, now: datetime) -> Booking:
    """The booking at hand, when `by` owns it and it is not over; presidents own what a token booked."""
    booking = facts.booking
    if booking is None or booking.state is BookingState.CANCELLED:
        raise UnknownBooking
    if not owns(booking, by, facts.role):
        raise NotYourBooking
    if booking.interval.end <= now:
        raise BookingIsOver
    return booking


def owns(booking: Booking, by: PersonId, role: Role | None) -> bool:
    """`role` is what `by` is in the society that the booking was made for."""
    if booking.booked_by is None:
        return role is Role.PRESIDENT
    return booking.booked_by == by
