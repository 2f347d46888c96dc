"""Repository of closures."""

from collections.abc import Collection, Iterable
from typing import Protocol

from core.interval import Interval
from core.model import Busy, Closure, ClosureId, RoomId


class ClosureRepository(Protocol):
    """Closures of rooms, buildings and the campus."""

    def lock(self) -> None:
        """Waits for the decisions in progress, and lets none read its facts before this transaction ends."""
        ...

    def all(self) -> list[Closure]:
        """All closures by start."""
        ...

    def get(self, closure_id: ClosureId) -> Closure | None: ...
    def add(self, closure: Closure) -> Closure:
        """Stores a closure and returns it with its id."""
        ...

    def remove(self, closure_id: ClosureId) -> bool: ...
    def busy(
        self, window: Interval, rooms: Collection[RoomId] | None = None
    ) -> Iterable[tuple[RoomId, Busy]]:
        """The closed times of all rooms in a window, in no order; only of those in `rooms`, if given."""
        ...
