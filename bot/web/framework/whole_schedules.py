"""Cache of rooms' schedules of all time, past and future, which the read model does not hold."""

from dataclasses import dataclass

from bot.web.framework.database_read import DatabaseRead
from core.availability import Availability, RoomSchedule
from core.bounded_cache import BoundedCache
from core.model import RoomId
from core.read_model import ReadModel
from core.schedule_reading import ALL_TIME, busy_in_room

_MAX_ROOMS = 1_000
_MAX_ENTRIES = 2_000
"""Rooms with more entries than this are read each time."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A schedule of all time, and the state of the read model it was read at."""

    availability: Availability
    current: RoomSchedule
    whole: RoomSchedule


class WholeSchedules:
    """Schedules of all time, each read when it is first requested and again after its room changed.

    The read model replaces a room's schedule whenever anything changes in the room, within its window or not.
    """

    def __init__(self, read_model: ReadModel, read: DatabaseRead) -> None:
        self._read_model = read_model
        self._read = read
        self._entries: BoundedCache[RoomId, _Entry] = BoundedCache(_MAX_ROOMS)

    async def get(self, room_id: RoomId) -> RoomSchedule:
        """The room's whole schedule. Raises `Unavailable` if too many reads wait already."""
        availability = self._read_model.availability
        current = availability.schedule(room_id)
        known = self._entries.get(room_id)
        if known is not None and known.availability is availability and known.current is current:
            return known.whole
        stored = await self._read(lambda unit: busy_in_room(unit, room_id, ALL_TIME))
        whole = RoomSchedule([*stored, *(each for each in current.busy if each.is_hold)])
        if len(whole.busy) <= _MAX_ENTRIES:
            self._entries.put(room_id, _Entry(availability, current, whole))
        return whole
