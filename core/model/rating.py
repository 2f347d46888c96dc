"""Ratings of rooms by visitors."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.model.campus import RoomId

MIN_STARS, MAX_STARS = 1.0, 5.0


class Stars(NamedTuple):
    """A rating in its four respects, each from `MIN_STARS` to `MAX_STARS`."""

    cleanliness: float
    location: float
    quietness: float
    overall: float


@dataclass(frozen=True, slots=True)
class Rating:
    """A visitor's rating of a room on a day. `key` is a keyed hash of visitor, room and day."""

    key: bytes
    room_id: RoomId
    at: datetime
    stars: Stars


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """The number of a room's ratings and their means."""

    count: int
    means: Stars
