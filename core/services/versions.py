"""Versions of bookings."""

from msgspec.structs import replace

from core.model import Booking


def next_version(booking: Booking) -> Booking:
    """The next version, in which a date of a series does not count as changed by hand."""
    version, occurrence = booking.version + 1, booking.occurrence
    if occurrence is not None and occurrence.version == booking.version:
        occurrence = replace(occurrence, version=version)
    return replace(booking, version=version, occurrence=occurrence)
