"""Repository of refused requests."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from core.interval import Interval
from core.model import PersonId, RefusedRequest, RoomId


class RefusalRepository(Protocol):
    """Refused requests, which are only ever added. Erasing a person leaves them as statistics."""

    def add(self, refused: Sequence[RefusedRequest]) -> None: ...
    def of_person(self, person_id: PersonId, limit: int) -> list[RefusedRequest]:
        """The newest refusals of a person, newest first."""
        ...

    def of_room(self, room_id: RoomId, slot: Interval, limit: int) -> list[RefusedRequest]:
        """The newest refusals of requests for a room at a time that overlaps `slot`, newest first."""
        ...

    def during(self, window: Interval) -> Iterator[RefusedRequest]:
        """All refusals in a window by time, read a thousand at a time."""
        ...
