"""Plans rooms for many slots: the fewest changes of room, then the shortest walks, then the best fit.

Exact, by dynamic programming over slots and rooms. Walks depend on buildings only, so one step costs a
comparison per room and one per pair of buildings.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf

from msgspec import Struct

from core.availability import Availability
from core.catalogue import Catalogue, RoomQuery
from core.interval import Interval
from core.model import BuildingId, Room, RoomId
from core.policy.rules import Rules
from core.services.bookings import snap_to_grid
from core.services.find_rooms import SlotFilter, accept_all

_STEP = 15 * 60
_MAX_DAY = 24 * 60 * 60
_UNKNOWN_METRES = 2_000
"""Distance of buildings whose coordinates are unknown: no walk is shorter for not being measured."""
_SEAT = 1
_METRE = 10**6
_CHANGE = 10**13
_UNCOVERED = 10**16
"""Costs, each more than all smaller ones can add up to."""


class PlannedRooms(Struct, frozen=True):
    """The room of each slot, in their order (None: no room is free then), and what was minimized."""

    rooms: tuple[Room | None, ...]
    changes: int
    metres: int
    """Walks between rooms in turn, and from the building that the query asks to be near."""


class DayPlan(Struct, frozen=True):
    """A day's stay in free rooms, one after another (seconds), and the gaps in which none is free."""

    parts: tuple[tuple[Room, int, int], ...]
    gaps: tuple[tuple[int, int], ...]
    metres: int

    @property
    def moves(self) -> int:
        return max(0, len(self.parts) - 1)


def plan_slots(
    availability: Availability,
    query: RoomQuery,
    slots: Sequence[tuple[int, int]],
    allowed: SlotFilter = accept_all,
) -> PlannedRooms:
    """Chooses a room for each slot (seconds): one for all if any can, else the fewest changes.

    Slots for which no room is free are left out.
    """
    matching = list(availability.catalogue.rooms_in(availability.catalogue.matching(query)))
    candidates = [_free(availability, matching, start, end, allowed) for start, end in slots]
    covered = [place for place, rooms in enumerate(candidates) if rooms]
    planner = _Planner(availability.catalogue, query)
    for place in covered:
        planner.step(candidates[place])
    found = dict(zip(covered, planner.rooms(), strict=True))
    rooms = tuple(found.get(place) for place in range(len(slots)))
    return PlannedRooms(rooms, *_totals(availability.catalogue, query, [found[place] for place in covered]))


def free_in_all(
    availability: Availability,
    query: RoomQuery,
    slots: Sequence[tuple[int, int]],
    allowed: SlotFilter = accept_all,
) -> list[Room]:
    """Rooms that are free for every slot, smallest first."""
    rooms = list(availability.catalogue.rooms_in(availability.catalogue.matching(query)))
    for start, end in slots:
        rooms = _free(availability, rooms, start, end, allowed)
    return rooms


def _free(
    availability: Availability, rooms: Sequence[Room], start: int, end: int, allowed: SlotFilter
) -> list[Room]:
    """Room by room: a term has a day for each slot, and masks of a whole day cost more than they save."""
    schedule = availability.schedule
    return [room for room in rooms if schedule(room.id).is_free(start, end) and allowed(room, start, end)]


class _Planner:
    """Shortest path through the candidates of each slot in turn."""

    def __init__(
        self,
        catalogue: Catalogue,
        query: RoomQuery,
        may_change: Callable[[Room, int], bool] = lambda _room, _place: True,
    ) -> None:
        self._catalogue = catalogue
        self._near = query.near
        self._capacity = query.capacity
        self._may_change = may_change
        self._costs: dict[RoomId | None, float] = {}
        self._steps: list[dict[RoomId | None, RoomId | None]] = []
        self._walks: dict[tuple[BuildingId, BuildingId], int] = {}

    def step(self, candidates: Sequence[Room], *, may_be_uncovered: bool = False) -> None:
        """Extends all plans by a slot, for which these rooms can be used."""
        if self._steps:
            costs, origins = self._move(candidates)
        else:
            entered = [room for room in candidates if self._may_change(room, 0)]
            costs = {room.id: self._fit(room) for room in entered}
            origins = {room.id: None for room in entered}
        if may_be_uncovered:
            self._leave(costs, origins)
        self._costs = costs
        self._steps.append(origins)

    def end(self) -> None:
        """Leaves out plans that end where their room must not be left."""
        place = len(self._steps)
        self._costs = {
            room_id: cost
            for room_id, cost in self._costs.items()
            if room_id is None or self._may_change(self._catalogue.rooms[room_id], place)
        }

    def rooms(self) -> list[Room | None]:
        """The cheapest plan."""
        if not self._steps:
            return []
        room_id = min(self._costs, key=lambda each: self._costs[each])
        found = list[Room | None]()
        for origins in reversed(self._steps):
            found.append(None if room_id is None else self._catalogue.rooms[room_id])
            room_id = origins[room_id]
        return found[::-1]

    def _move(
        self, candidates: Sequence[Room]
    ) -> tuple[dict[RoomId | None, float], dict[RoomId | None, RoomId | None]]:
        place, before = len(self._steps), self._costs
        leaving = self._cheapest_by_building(place)
        arriving: dict[BuildingId, tuple[float, RoomId | None]] = {}
        costs: dict[RoomId | None, float] = {}
        origins: dict[RoomId | None, RoomId | None] = {}
        for room in candidates:
            best, origin = before.get(room.id, inf), room.id
            if self._may_change(room, place):
                moved = arriving.get(room.building_id)
                if moved is None:
                    moved = arriving[room.building_id] = self._arrive(room.building_id, leaving)
                if moved[0] < best:
                    best, arrived_from = moved
                    costs[room.id], origins[room.id] = best + self._fit(room), arrived_from
                    continue
            if best < inf:
                costs[room.id], origins[room.id] = best + self._fit(room), origin
        return costs, origins

    def _cheapest_by_building(self, place: int) -> dict[BuildingId, tuple[float, RoomId]]:
        """Where plans come from that change rooms now."""
        cheapest: dict[BuildingId, tuple[float, RoomId]] = {}
        for room_id, cost in self._costs.items():
            if room_id is None:
                continue
            room = self._catalogue.rooms[room_id]
            known = cheapest.get(room.building_id)
            if (known is None or cost < known[0]) and self._may_change(room, place):
                cheapest[room.building_id] = cost, room_id
        return cheapest

    def _arrive(
        self, building: BuildingId, leaving: dict[BuildingId, tuple[float, RoomId]]
    ) -> tuple[float, RoomId | None]:
        """The cheapest way into a building, from another room or from a gap."""
        best: tuple[float, RoomId | None] = (self._costs.get(None, inf), None)
        for origin, (cost, room_id) in leaving.items():
            total = cost + _CHANGE + self._walk(origin, building) * _METRE
            if total < best[0]:
                best = total, room_id
        return best

    def _leave(self, costs: dict[RoomId | None, float], origins: dict[RoomId | None, RoomId | None]) -> None:
        """Allows the slot to stay uncovered, at a price above all others."""
        place = len(self._steps)
        if not place:
            costs[None], origins[None] = _UNCOVERED, None
            return
        leaving = [
            (cost, room_id)
            for room_id, cost in self._costs.items()
            if room_id is None or self._may_change(self._catalogue.rooms[room_id], place)
        ]
        if leaving:
            cost, origins[None] = min(leaving, key=lambda each: each[0])
            costs[None] = cost + _UNCOVERED

    def _fit(self, room: Room) -> float:
        """What a room costs in a slot: the walk there, and the seats beyond those needed."""
        walk = 0 if self._near is None else self._walk(self._near, room.building_id)
        return walk * _METRE + max(0, room.capacity - self._capacity) * _SEAT

    def _walk(self, one: BuildingId, other: BuildingId) -> int:
        if (known := self._walks.get((one, other))) is None:
            known = self._walks[one, other] = metres_between(self._catalogue, one, other)
        return known


def metres_between(catalogue: Catalogue, one: BuildingId, other: BuildingId) -> int:
    """Whole metres, as the crow flies."""
    if one == other:
        return 0
    distance = catalogue.metres(one, other)
    return _UNKNOWN_METRES if distance is None else round(distance)


def _totals(catalogue: Catalogue, query: RoomQuery, rooms: Sequence[Room | None]) -> tuple[int, int]:
    """Changes of room and metres walked."""
    known = [room for room in rooms if room is not None]
    pairs = [(one, other) for one, other in pairwise(known) if one.id != other.id]
    walked = sum(metres_between(catalogue, one.building_id, other.building_id) for one, other in pairs)
    near = query.near
    there = sum(metres_between(catalogue, near, room.building_id) for room in known) if near else 0
    return len(pairs), walked + there


def plan_day(
    availability: Availability,
    query: RoomQuery,
    start: int,
    end: int,
    rules: Rules,
    allowed: SlotFilter = accept_all,
) -> DayPlan:
    """Covers `[start, end)` (seconds, whole quarters of an hour, at most a day) with free rooms.

    As little as possible stays uncovered; then the fewest moves, and the shortest walks. Every part is on its
    room's booking grid, and `allowed`, so that it can be booked as it stands.
    """
    quarters = range(start, min(end, start + _MAX_DAY), _STEP)
    grid = _Grid(rules)
    planner = _Planner(
        availability.catalogue, query, lambda room, place: grid.has(room, start + place * _STEP)
    )
    for quarter in quarters:
        free = availability.catalogue.rooms_in(availability.free_rooms(quarter, quarter + _STEP, query))
        usable = [room for room in free if allowed(room, *grid.block(room, quarter))]
        planner.step(usable, may_be_uncovered=True)
    planner.end()
    return _day_plan(availability.catalogue, query, quarters, planner.rooms())


class _Grid:
    """Booking grids of rooms; computed once for rooms of the same grid."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._blocks: dict[tuple[int, int], tuple[int, int]] = {}

    def has(self, room: Room, instant: int) -> bool:
        return self.block(room, instant)[0] == instant

    def block(self, room: Room, quarter: int) -> tuple[int, int]:
        """The shortest slot on the room's grid that contains a quarter of an hour."""
        key = self._rules.slot_length_of(room), quarter
        if (known := self._blocks.get(key)) is None:
            first = datetime.fromtimestamp(quarter, UTC)
            slot = snap_to_grid(Interval(first, first + timedelta(seconds=_STEP)), room, self._rules)
            known = self._blocks[key] = int(slot.start.timestamp()), int(slot.end.timestamp())
        return known


def _day_plan(
    catalogue: Catalogue, query: RoomQuery, quarters: range, rooms: Sequence[Room | None]
) -> DayPlan:
    parts, gaps = list[tuple[Room, int, int]](), list[tuple[int, int]]()
    before: Room | None = None
    for place, (quarter, room) in enumerate(zip(quarters, rooms, strict=True)):
        is_same = place > 0 and (before and before.id) == (room and room.id)
        if room is None:
            gaps.append((gaps.pop()[0] if is_same else quarter, quarter + _STEP))
        else:
            parts.append((room, parts.pop()[1] if is_same else quarter, quarter + _STEP))
        before = room
    _, metres = _totals(catalogue, query, [room for room, _, _ in parts])
    return DayPlan(tuple(parts), tuple(gaps), metres)
