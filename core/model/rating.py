"""Ratings of rooms by visitors."""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from core.model.campus import RoomId

MIN_STARS, MAX_STARS = 1.0, 5.0


class Stars(NamedTuple):
    """A rating in its four respects, each from `MIN_STARS` to `MAX_STARS`."""

    cleanliness: float
    location: float
    quietness: float
    overall: float


class Rating(Struct, frozen=True):
    """A visitor's rating of a room on a day. `key` is a keyed hash of visitor, room and day."""

    key: bytes
    room_id: RoomId
    at: datetime
    stars: Stars


class RatingSummary(Struct, frozen=True):
    """The number of a room's ratings and their means."""

    count: int
    means: Stars
