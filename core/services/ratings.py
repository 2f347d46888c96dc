"""Ratings of rooms: one a visitor, room and day, without storing who gave it."""

import hmac
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256

from core.catalogue import Catalogue
from core.model import BuildingId, RatingSummary, RoomId


def rating_key(secret: bytes, visitor: str, room_id: RoomId, day: date) -> bytes:
    """The keyed hash that identifies a visitor's rating of a room on a day, and tells nothing else."""
    key = hmac.new(secret, b"roomie ratings", sha256).digest()
    message = f"{visitor}\n{room_id}\n{day.isoformat()}".encode("utf-8", "replace")
    return hmac.new(key, message, sha256).digest()[:16]


def building_means(
    catalogue: Catalogue, summaries: Mapping[RoomId, RatingSummary]
) -> Mapping[BuildingId, float]:
    """The mean overall rating of each building's rooms, with one decimal; 0 without ratings."""
    return {
        building_id: _mean(summaries[room.id] for room in rooms if room.id in summaries)
        for building_id, rooms in catalogue.by_building.items()
    }


def _mean(summaries: Iterable[RatingSummary]) -> float:
    found = list(summaries)
    count = sum(each.count for each in found)
    return round(sum(each.means.overall * each.count for each in found) / count, 1) if count else 0
