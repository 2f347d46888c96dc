"""Titles of bookings and series."""

from typing import TypeVar

from msgspec.structs import replace

from core.model import Booking, Series

_Titled = TypeVar("_Titled", Booking, Series)


def with_title(titled: _Titled, title: str) -> _Titled:
    """The booking or series with what it is for: a society's title is public, a person's note is not."""
    if titled.society_id is None:
        return replace(titled, title="", notes=title)
    return replace(titled, title=title)
