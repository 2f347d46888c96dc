"""Buildings and rooms of the campus, indexed by bit masks.

Rooms are ordered by capacity; bit i of a mask stands for the i-th room. So "at least n seats" is one shift,
and the lowest bit of a mask is the smallest matching room.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

from core.bounded_cache import BoundedCache
from core.errors import UnknownBuilding, UnknownRoom
from core.model import BookingRules, Building, BuildingId, Equipment, Location, Room, RoomId

T = TypeVar("T")

_EARTH_METRES = 6_371_000
_MAX_MASKS = 1_000
_ONES = str.maketrans("01", "\x00\x01")


@dataclass(frozen=True, slots=True)
class RoomQuery:
    """Criteria for a room; empty ones match any.

    `needs_card` selects rooms that belong to a school (or do not); `near` ranks and never filters.
    `excluded` holds the ids of buildings and rooms that are not wanted.
    """

    capacity: int = 0
    equipment: frozenset[Equipment] = frozenset()
    usage: str | None = None
    building: BuildingId | None = None
    room: RoomId | None = None
    location: Location | None = None
    near: BuildingId | None = None
    excluded: frozenset[str] = frozenset()
    needs_card: bool | None = None
    bookable_only: bool = False
    individual_only: bool = False


class Catalogue:
    """All buildings and rooms that are in use; immutable."""

    def __init__(self, buildings: Iterable[Building], rooms: Iterable[Room]) -> None:
        buildings = list(buildings)
        retired = {each.id for each in buildings if each.retired_at is not None}
        self.buildings: Mapping[BuildingId, Building] = {
            building.id: building
            for building in sorted(buildings, key=lambda each: each.id)
            if building.id not in retired
        }
        self.rooms: Mapping[RoomId, Room] = {
            room.id: room
            for room in sorted(rooms, key=lambda each: (each.capacity, each.id))
            if room.retired_at is None and room.building_id not in retired
        }
        self.order: tuple[Room, ...] = tuple(self.rooms.values())
        self.position: Mapping[RoomId, int] = {room.id: place for place, room in enumerate(self.order)}
        self.all_rooms = (1 << len(self.order)) - 1
        self._capacities = [room.capacity for room in self.order]
        self._masks: BoundedCache[RoomQuery, int] = BoundedCache(_MAX_MASKS)

    def room(self, room_id: str) -> Room:
        try:
            return self.rooms[RoomId(room_id)]
        except KeyError:
            raise UnknownRoom(room_id) from None

    def building(self, building_id: str) -> Building:
        try:
            return self.buildings[BuildingId(building_id)]
        except KeyError:
            raise UnknownBuilding(f"There is no building {building_id}.") from None

    def find_by_any_id(self, room_id: str) -> Room | None:
        """A room by its id, or by its building's id, a dash and its number."""
        return self.rooms.get(RoomId(room_id)) or self.by_building_and_number.get(room_id)

    @cached_property
    def by_building_and_number(self) -> Mapping[str, Room]:
        """The rooms whose id does not begin with their building's, by building id and number."""
        foreign = [room for room in self.order if room.number == room.id]
        ids = [(f"{room.building_id}-{room.number}", room) for room in foreign]
        return {key: room for key, room in ids if key not in self.rooms}

    @cached_property
    def by_building(self) -> Mapping[BuildingId, tuple[Room, ...]]:
        """Each building's rooms by id; every building is a key, empty or not."""
        groups: dict[BuildingId, list[Room]] = {building_id: [] for building_id in self.buildings}
        for room in self.order:
            groups.setdefault(room.building_id, []).append(room)
        return {key: tuple(sorted(rooms, key=lambda room: room.id)) for key, rooms in groups.items()}

    @cached_property
    def rooms_by_rules(self) -> tuple[tuple[Room, int], ...]:
        """One room for each combination of booking rules, with the mask of all that share it."""
        groups: dict[BookingRules, int] = {}
        for place, room in enumerate(self.order):
            groups[room.booking_rules] = groups.get(room.booking_rules, 0) | 1 << place
        return tuple((next(self.rooms_in(mask)), mask) for mask in groups.values())

    @cached_property
    def masks_by_building(self) -> Mapping[BuildingId, int]:
        """The mask of each building's rooms; buildings without rooms are left out."""
        return _masks((room.building_id,) for room in self.order)

    @cached_property
    def masks_by_equipment(self) -> Mapping[Equipment, int]:
        """The mask of the rooms with each kind of equipment that some room has."""
        return _masks(room.equipment for room in self.order)

    def from_capacity(self, capacity: int) -> int:
        """The mask of the rooms with at least so many seats."""
        first = bisect_left(self._capacities, capacity)
        return self.all_rooms >> first << first

    def matching(self, query: RoomQuery) -> int:
        """The mask of rooms that match a query. Cached: many searches use the same criteria."""
        if (mask := self._masks.get(query)) is None:
            mask = self._match(query)
            self._masks.put(query, mask)
        return mask

    def rooms_in(self, mask: int) -> Iterator[Room]:
        """The rooms of a mask, smallest capacity first."""
        bits = format(mask, "b")[::-1].translate(_ONES).encode("ascii")
        return compress(self.order, bits)

    def metres(self, one: BuildingId, other: BuildingId) -> float | None:
        """Great-circle distance of two buildings; None where coordinates are unknown."""
        return self._distances.get((one, other))

    def _match(self, query: RoomQuery) -> int:
        fitting = self.all_rooms >> (first := bisect_left(self._capacities, query.capacity)) << first
        rest = self.order[first:]
        return fitting & _mask(_matches(room, self.buildings, query) for room in rest) << first

    @cached_property
    def _distances(self) -> Mapping[tuple[BuildingId, BuildingId], float]:
        located = [building for building in self.buildings.values() if building.has_coordinates]
        return {(one.id, other.id): _metres(one, other) for one in located for other in located}


def _matches(room: Room, buildings: Mapping[BuildingId, Building], query: RoomQuery) -> bool:
    return (
        (query.room is None or room.id == query.room)
        and query.equipment <= room.equipment
        and not (query.excluded and (room.id in query.excluded or room.building_id in query.excluded))
        and (query.usage is None or room.usage == query.usage)
        and (query.building is None or room.building_id == query.building)
        and (query.location is None or buildings[room.building_id].location is query.location)
        and (query.needs_card is None or room.requires_card is query.needs_card)
        and (room.bookable or not query.bookable_only)
        and (room.individual_access or not query.individual_only)
    )


def _masks(kinds: Iterable[Iterable[T]]) -> dict[T, int]:
    """The mask of each kind, from the kinds of each room in order."""
    places: defaultdict[T, list[int]] = defaultdict(list)
    for place, each in enumerate(kinds):
        for kind in each:
            places[kind].append(place)
    return {kind: _mask_of(found) for kind, found in places.items()}


def _mask_of(places: Sequence[int]) -> int:
    """The mask of ascending places."""
    bits = bytearray(places[-1] // 8 + 1)
    for place in places:
        bits[place // 8] |= 1 << place % 8
    return int.from_bytes(bits, "little")


def _mask(flags: Iterable[bool]) -> int:
    bits = "".join("1" if flag else "0" for flag in flags)
    return int(bits[::-1] or "0", 2)


def _metres(one: Building, other: Building) -> float:
    """Great-circle distance by the haversine formula."""
    north, south = radians(one.latitude), radians(other.latitude)
    half_chord = (
        sin((south - north) / 2) ** 2
        + cos(north) * cos(south) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    )
    return 2 * _EARTH_METRES * asin(min(1.0, sqrt(half_chord)))
