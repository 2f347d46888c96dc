"""Releases what is left of a booking to which nobody has checked in."""

from core.services.releasing.messages import RELEASE_WARNING, RELEASED, ReleasedBooking, Warned
from core.services.releasing.service import ReleaseService

__all__ = ["RELEASED", "RELEASE_WARNING", "ReleaseService", "ReleasedBooking", "Warned"]
