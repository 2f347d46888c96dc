"""Looks up the rooms that an event or a record of a source is in."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field

from core.model import Building, Room, RoomId
from core.room_names import FoundRooms, RoomNames


class RoomLookup(Struct, frozen=True):
    """Rooms by all of their names. `only_room` is that of a feed of one room."""

    names: RoomNames = field(default_factory=RoomNames)
    only_room: RoomId | None = None

    def find_all(self, texts: Iterable[str], declined: Iterable[str] = ()) -> FoundRooms:
        """The rooms that any of the texts name, and their parts that name none.

        `declined` names rooms that are not taken, whatever the texts say.
        """
        refused = {room for text in declined for room in self.names.find(text).rooms}
        if self.only_room is not None:
            rooms = () if self.only_room in refused else (self.only_room,)
            return FoundRooms(rooms, is_explained=True)
        found = [self.names.find(text) for text in texts]
        return FoundRooms(
            tuple(dict.fromkeys(room for each in found for room in each.rooms if room not in refused)),
            tuple(dict.fromkeys(part for each in found for part in each.unknown)),
            any(each.is_explained for each in found),
        )

    def find_rooms(self, text: str) -> tuple[RoomId, ...]:
        return self.find_all((text,)).rooms


def build_room_lookup(
    rooms: Iterable[Room],
    buildings: Iterable[Building] = (),
    table: Mapping[str, str | list[str]] | None = None,
) -> RoomLookup:
    """Builds the lookup. `table` has the rooms, by id or name, of names that only this source uses.

    Raises `InvalidRoomTable` when the table names a room that there is not.
    """
    rooms, buildings = tuple(rooms), tuple(buildings)
    names = RoomNames.build(rooms, buildings)
    if not table:
        return RoomLookup(names)
    mapped = {name: _resolve(name, values, names.find_one) for name, values in table.items()}
    return RoomLookup(RoomNames.build(rooms, buildings, mapped))


class InvalidRoomTable(ValueError):
    """The table of a source names a room that there is not."""


def _resolve(name: str, values: str | list[str], find: Callable[[str], RoomId | None]) -> tuple[RoomId, ...]:
    rooms = []
    for value in [values] if isinstance(values, str) else values:
        room = find(value) if value.strip() else None
        if room is None and value.strip():
            raise InvalidRoomTable(
                f"[source.rooms] says that {name!r} is {value!r}, but there is no such room."
            )
        rooms.extend([room] if room is not None else [])
    return tuple(rooms)
