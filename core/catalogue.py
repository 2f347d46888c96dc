"""Buildings and rooms of the campus, indexed by bit masks.

Rooms are ordered by capacity; bit i of a mask stands for the i-th room. So "at least n seats" is one shift,
and the lowest bit of a mask is the smallest matching room.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

from msgspec import Struct

from core.bounded_cache import BoundedCache
from core.errors import UnknownBuilding, UnknownRoom
from core.model import Building, BuildingId, Equipment, Location, Room, RoomId

T = TypeVar("T")

_EARTH_METRES = 6_371_000
_MAX_MASKS = 1_000
_MAX_MASKED_ROOMS = 5_000
"""Above, a mask for each building is larger than a list of rooms."""
_MAX_DISTANCES = 100_000
"""Distances of buildings that are kept: from some buildings to all."""
_ONES = str.maketrans("01", "\x00\x01")


class RoomQuery(Struct, frozen=True):
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
        self._distances: BoundedCache[BuildingId, Mapping[BuildingId, float]] = BoundedCache(
            max(16, _MAX_DISTANCES // max(len(self.buildings), 1))
        )

    def equals(self, other: "Catalogue") -> bool:
        return self.buildings == other.buildings and self.rooms == other.rooms

    def prepare(self) -> None:
        """Computes what the first searches would wait for, off the event loop."""
        for groups in (self._by_access, self._by_card, self._by_usage, self._by_location):
            len(groups)
        len(self.masks_by_equipment)
        for lists in (self.by_building, self.by_building_and_number, self.rooms_by_rules):
            len(lists)

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
        masks = _masks((room.booking_rules,) for room in self.order)
        return tuple((next(self.rooms_in(mask)), mask) for mask in masks.values())

    def mask_of(self, rooms: Iterable[Room]) -> int:
        flags = bytearray(len(self.order))
        for room in rooms:
            flags[self.position[room.id]] = 1
        return mask_of_flags(flags)

    def count_by_building(self, mask: int) -> Mapping[BuildingId, int]:
        """How many rooms of a mask each building has; buildings without any are left out."""
        if len(self.order) > _MAX_MASKED_ROOMS:
            return Counter(compress(self._building_ids, flags_of(mask)))
        counts = {each: (mask & rooms).bit_count() for each, rooms in self._by_building.items()}
        return {building_id: count for building_id, count in counts.items() if count}

    @cached_property
    def _building_ids(self) -> tuple[BuildingId, ...]:
        return tuple([room.building_id for room in self.order])

    @cached_property
    def _by_building(self) -> Mapping[BuildingId, int]:
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
        return compress(self.order, flags_of(mask))

    def metres(self, one: BuildingId, other: BuildingId) -> float | None:
        """Great-circle distance of two buildings; None where coordinates are unknown."""
        if (distances := self._distances.get(one)) is None:
            distances = self._distances_from(one)
            self._distances.put(one, distances)
        return distances.get(other)

    def _distances_from(self, building_id: BuildingId) -> Mapping[BuildingId, float]:
        origin = self.buildings.get(building_id)
        if origin is None or not origin.has_coordinates:
            return {}
        return {each.id: _metres(origin, each) for each in self.buildings.values() if each.has_coordinates}

    def _match(self, query: RoomQuery) -> int:
        mask = self.from_capacity(query.capacity)
        for criterion in self._criteria(query):
            mask &= criterion
        return mask

    def _criteria(self, query: RoomQuery) -> Iterator[int]:
        """A mask for each criterion but capacity: few are different, and most searches combine them anew."""
        yield from self._places(query)
        yield from (self.masks_by_equipment.get(each, 0) for each in query.equipment)
        if query.usage is not None:
            yield self._by_usage.get(query.usage, 0)
        if query.needs_card is not None:
            yield self._by_card.get(query.needs_card, 0)
        if query.bookable_only:
            yield self._by_access.get("bookable", 0)
        if query.individual_only:
            yield self._by_access.get("individual", 0)

    def _places(self, query: RoomQuery) -> Iterator[int]:
        if query.room is not None:
            yield self.mask_of(filter(None, (self.rooms.get(query.room),)))
        if query.building is not None:
            yield self.mask_of(self.by_building.get(query.building, ()))
        if query.location is not None:
            yield self._by_location.get(query.location, 0)
        if query.excluded:
            yield ~self._excluded(query.excluded)

    def _excluded(self, ids: frozenset[str]) -> int:
        """The rooms of ids of buildings and rooms."""
        rooms = [room for each in ids if (room := self.rooms.get(RoomId(each)))]
        return self.mask_of(chain(rooms, *(self.by_building.get(BuildingId(each), ()) for each in ids)))

    @cached_property
    def _by_usage(self) -> Mapping[str, int]:
        return _masks((room.usage,) for room in self.order)

    @cached_property
    def _by_location(self) -> Mapping[Location, int]:
        locations = {each.id: (each.location,) for each in self.buildings.values()}
        return _masks(locations[room.building_id] for room in self.order)

    @cached_property
    def _by_card(self) -> Mapping[bool, int]:
        return _masks((room.requires_card,) for room in self.order)

    @cached_property
    def _by_access(self) -> Mapping[str, int]:
        kinds = (), ("bookable",), ("individual",), ("bookable", "individual")
        return _masks(kinds[room.bookable + 2 * room.individual_access] for room in self.order)


def flags_of(mask: int) -> bytes:
    """1 for each place of a mask, 0 for others, up to the last 1."""
    return format(mask, "b")[::-1].translate(_ONES).encode("ascii")


def mask_of_flags(flags: bytearray) -> int:
    """The mask of the places with a 1: their digits are those of a binary number, from the end."""
    return int(flags[::-1].hex()[1::2] or "0", 2)


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


def _metres(one: Building, other: Building) -> float:
    """Great-circle distance by the haversine formula."""
    north, south = radians(one.latitude), radians(other.latitude)
    half_chord = (
        sin((south - north) / 2) ** 2
        + cos(north) * cos(south) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    )
    return 2 * _EARTH_METRES * asin(min(1.0, sqrt(half_chord)))
