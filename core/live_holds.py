"""The holds that the read model shows as taken; they expire by the clock."""

from collections.abc import Callable, Iterable
from datetime import datetime

from core.clock import Clock
from core.interval import Interval
from core.model import Booking, BookingId, RoomId


class LiveHolds:
    """Holds by id. Without a clock none expires."""

    def __init__(self) -> None:
        self.clock: Clock | None = None
        self._holds: dict[BookingId, Booking] = {}

    def clear(self) -> None:
        self._holds.clear()

    def in_room(self, room_id: RoomId) -> list[Booking]:
        return [each for each in self._holds.values() if each.room_id == room_id]

    def replace(self, room_id: RoomId, holds: Iterable[Booking]) -> list[Booking]:
        """Stores those of a room that have not expired in place of its others, and returns them."""
        self._remove(lambda hold: hold.room_id == room_id)
        now = self._now()
        live = [each for each in holds if not _is_expired(each, now)]
        self._holds |= {each.id: each for each in live}
        return live

    def remove_expired(self) -> list[Booking]:
        if not self._holds:
            return []
        now = self._now()
        return self._remove(lambda hold: _is_expired(hold, now))

    def remove_overlapping(self, room_id: RoomId, slot: Interval) -> list[Booking]:
        return self._remove(lambda hold: hold.room_id == room_id and hold.interval.overlaps(slot))

    def _now(self) -> datetime | None:
        return None if self.clock is None else self.clock.now()

    def _remove(self, is_over: Callable[[Booking], bool]) -> list[Booking]:
        """Removes and returns holds."""
        removed = [each for each in self._holds.values() if is_over(each)]
        for each in removed:
            del self._holds[each.id]
        return removed


def _is_expired(hold: Booking, now: datetime | None) -> bool:
    return hold.held_until is None or (now is not None and hold.held_until <= now)
