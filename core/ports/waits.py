"""What is required of the waiting list's storage."""

from collections.abc import Collection, Iterator
from typing import Protocol

from core.interval import Interval
from core.model import PersonId, RoomId, Wait


class WaitRepository(Protocol):
    """The waiting list, always in the order of the line."""

    def lock_line(self) -> bool:
        """Keeps others from making offers until the commit; False if another transaction does."""
        ...

    def lock(self, people: Collection[PersonId], rooms: Collection[RoomId] = ()) -> None:
        """Keeps decisions, and other changes of these people's waits, away until the commit."""
        ...

    def add(self, new: Wait) -> Wait:
        """Stores an entry at the end of the line and returns it with its id."""
        ...

    def put(self, changed: Wait) -> None: ...
    def get(self, wait_id: int) -> Wait | None: ...
    def many(self, ids: Collection[int]) -> list[Wait]: ...
    def open(self) -> list[Wait]:
        """All entries that have not ended."""
        ...

    def of_person(self, person_id: PersonId) -> list[Wait]:
        """A person's entries that have not ended."""
        ...

    def ever_of_person(self, person_id: PersonId, slot: Interval) -> list[Wait]:
        """A person's entries for a time that overlaps a slot, ended or not."""
        ...

    def during(self, window: Interval) -> Iterator[Wait]:
        """The entries of everybody for a time that begins in a window, ended or not."""
        ...
