"""Searches for free rooms: rank what is free, and find alternatives where nothing is.

No search may hold the event loop, whatever slot it is given: candidates are quarters of an hour of at most
`_MAX_BOOKING` (alternatives) or `_MAX_SEARCH` (windows), each judged by bit masks instead of room by room.
"""

from bisect import bisect_left
from collections.abc import Callable
from enum import StrEnum
from heapq import nsmallest
from itertools import islice
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from core.availability import Availability
from core.catalogue import RoomQuery
from core.model import Busy, Room

_STEP = 15 * 60
_MIN_PART = 30 * 60
_MAX_DELAY = 4 * 60 * 60
_MAX_BOOKING = 25 * 60 * 60
"""No booking lasts longer than 24 hours of wall time, and the longest day has 25 hours."""
_MAX_SEARCH = 14 * 24 * 60 * 60
"""How much of a longer slot is searched for a gap."""
_FAR_AWAY = 1e9


class FreeRoom(Struct, frozen=True):
    """A room that is free for the slot of a query.

    `until` is when it is taken next (seconds; None when not within the read model's window), `next_busy` by
    what; `metres` is the distance to the building that the query asks to be near.
    """

    room: Room
    until: int | None
    next_busy: Busy | None
    metres: float | None = None
    start: int | None = None
    """When it falls free, where the query allowed any time within the slot."""


class SearchResult(Struct, frozen=True):
    """One page of free rooms, best first, out of `total`."""

    rooms: tuple[FreeRoom, ...]
    total: int
    mask: int = 0
    """All rooms found, as a mask of the catalogue."""


class AlternativeKind(StrEnum):
    """In which way an alternative differs from the request."""

    LATER = "later"
    SHORTER = "shorter"
    NEARBY = "nearby"
    SPLIT = "split"


class Alternative(Struct, frozen=True):
    """Rooms with their slots (seconds) that can be booked instead; consecutive when split."""

    kind: AlternativeKind
    parts: tuple[tuple[Room, int, int], ...]


SlotFilter: TypeAlias = Callable[[Room, int, int], bool]
"""Whether the requester could book a room for a slot (seconds), were it free.

Must answer alike for rooms of the same `booking_rules`: it is called once for all of them.
"""


def accept_all(_room: Room, _start: int, _end: int) -> bool:
    """Accepts every slot, for searches that do not end in a booking."""
    return True


def find_rooms(
    availability: Availability, query: RoomQuery, start: int, end: int, *, skip: int = 0, limit: int = 10
) -> SearchResult:
    """Returns the rooms free for the whole of `[start, end)`, in seconds.

    Best first: nearest when the query has a building to be near; else the smallest that fits when it has a
    capacity; else those that stay free longest.
    """
    mask = availability.free_rooms(start, end, query)
    page = _in_order(availability, mask, query, end, skip + limit)[skip:]
    found = tuple(_free(availability, room, query, end) for room in page)
    return SearchResult(found, mask.bit_count(), mask)


def find_windows(
    availability: Availability,
    query: RoomQuery,
    start: int,
    end: int,
    needed: int,
    allowed: SlotFilter = accept_all,
    *,
    skip: int = 0,
    limit: int = 10,
) -> SearchResult:
    """Returns rooms free for `needed` seconds at some time within `[start, end)`, each with its first gap.

    The first that is `allowed`, where there is one. Only the first two weeks of the slot are searched.
    """
    end = min(end, start + _MAX_SEARCH)
    fitting = availability.catalogue.rooms_in(availability.catalogue.matching(query))
    starts = _AllowedStarts(start, end, needed, allowed)
    gaps = ((room, _first_gap(availability, room, start, end, needed, starts)) for room in fitting)
    free = [(room, gap) for room, gap in gaps if gap is not None]
    if query.near is not None:
        free.sort(key=lambda each: _metres(availability, each[0], query))
    page = free[skip : skip + limit]
    return SearchResult(
        tuple(replace(_free(availability, room, query, gap[1]), start=gap[0]) for room, gap in page),
        len(free),
        availability.catalogue.mask_of(room for room, _ in free),
    )


class _AllowedStarts:
    """The quarters of an hour at which a slot is allowed, computed once for rooms of the same rules."""

    def __init__(self, start: int, end: int, needed: int, allowed: SlotFilter) -> None:
        self._candidates = range(_next_quarter(start), end - needed + 1, _STEP)
        self._needed, self._allowed = needed, allowed
        self._starts: dict[object, list[int]] = {}

    def first_in(self, room: Room, opens: int, last: int) -> int | None:
        """The first allowed start from `opens` to `last`, inclusive."""
        if (starts := self._starts.get(room.booking_rules)) is None:
            starts = [each for each in self._candidates if self._allowed(room, each, each + self._needed)]
            self._starts[room.booking_rules] = starts
        place = bisect_left(starts, opens)
        return starts[place] if place < len(starts) and starts[place] <= last else None


def _first_gap(
    availability: Availability, room: Room, start: int, end: int, needed: int, starts: _AllowedStarts
) -> tuple[int, int] | None:
    """The first gap, from a quarter of an hour on, so that it can be booked as it stands."""
    first: tuple[int, int] | None = None
    for opens, finish in availability.schedule(room.id).gaps(start, end):
        begin, last = _next_quarter(opens), finish - needed
        if begin > last:
            continue
        if (allowed := starts.first_in(room, begin, last)) is not None:
            return allowed, finish
        first = first or (begin, finish)
    return first


def _next_quarter(instant: int) -> int:
    return -(-instant // _STEP) * _STEP


def _in_order(availability: Availability, mask: int, query: RoomQuery, end: int, count: int) -> list[Room]:
    """The first `count` rooms of a mask."""
    rooms = availability.catalogue.rooms_in(mask)
    if query.near is not None:
        return nsmallest(count, rooms, key=lambda room: _metres(availability, room, query))
    if query.capacity:
        return list(islice(rooms, count))
    return availability.longest_free(mask, end, count)


def _metres(availability: Availability, room: Room, query: RoomQuery) -> float:
    distance = availability.catalogue.metres(query.near, room.building_id) if query.near else None
    return _FAR_AWAY if distance is None else distance


def _free(availability: Availability, room: Room, query: RoomQuery, end: int) -> FreeRoom:
    following = availability.schedule(room.id).next_after(end)
    metres = availability.catalogue.metres(query.near, room.building_id) if query.near else None
    return FreeRoom(room, following.start if following else None, following, metres)


def alternatives(
    availability: Availability,
    query: RoomQuery,
    start: int,
    end: int,
    closes: int,
    allowed: SlotFilter = accept_all,
) -> tuple[Alternative, ...]:
    """Returns the nearest alternatives to a slot that cannot be booked: one of each kind where there is one.

    Every part is free, and `allowed`, as it stands. `closes` is when the day's bookings must end, in seconds.
    """
    candidates = (
        _later(availability, query, start, end, closes, allowed),
        _nearby(availability, query, start, end, allowed),
        _shorter(availability, query, start, min(end, start + _MAX_BOOKING), allowed),
        _split(availability, query, start, end, allowed),
    )
    return tuple(each for each in candidates if each is not None)


def first_available(
    availability: Availability,
    query: RoomQuery,
    first: int,
    last: int,
    length: int,
    allowed: SlotFilter = accept_all,
) -> Alternative | None:
    """Finds the first slot of `length` that begins within `[first, last]` on a quarter of an hour (seconds).

    At most a day from `first` on is searched.
    """
    for begin in range(_next_quarter(first), min(last, first + _MAX_BOOKING) + 1, _STEP):
        if (room := _best(availability, query, begin, begin + length, allowed)) is not None:
            return Alternative(AlternativeKind.LATER, ((room, begin, begin + length),))
    return None


def _later(
    availability: Availability, query: RoomQuery, start: int, end: int, closes: int, allowed: SlotFilter
) -> Alternative | None:
    last = min(closes - (end - start), start + _MAX_DELAY)
    return first_available(availability, query, start + 1, last, end - start, allowed)


def _nearby(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Alternative | None:
    """The same slot in another building, when the query names a room or building."""
    home = query.building
    if query.room is not None and (named := availability.catalogue.rooms.get(query.room)) is not None:
        home = named.building_id
        query = replace(query, capacity=max(query.capacity, named.capacity // 2))
    if home is None:
        return None
    wider = replace(query, room=None, building=None, near=home)
    room = _best(availability, wider, start, end, allowed)
    return Alternative(AlternativeKind.NEARBY, ((room, start, end),)) if room is not None else None


def _shorter(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Alternative | None:
    for finish in range((end - 1) // _STEP * _STEP, start + _MIN_PART - 1, -_STEP):
        if (room := _best(availability, query, start, finish, allowed)) is not None:
            return Alternative(AlternativeKind.SHORTER, ((room, start, finish),))
    return None


def _split(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Alternative | None:
    """Two rooms one after the other, the first for as long as possible."""
    earliest = max(start + _MIN_PART, end - _MAX_BOOKING)
    latest = min(end - _MIN_PART, start + _MAX_BOOKING)
    for change in range(latest // _STEP * _STEP, earliest - 1, -_STEP):
        first = _best(availability, query, start, change, allowed)
        second = _best(availability, query, change, end, allowed) if first is not None else None
        if first is not None and second is not None:
            return Alternative(AlternativeKind.SPLIT, ((first, start, change), (second, change, end)))
    return None


def _best(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Room | None:
    mask = availability.free_rooms(start, end, query)
    if mask := mask & _allowed_rooms(availability, mask, start, end, allowed):
        return _in_order(availability, mask, query, end, 1)[0]
    return None


def _allowed_rooms(availability: Availability, mask: int, start: int, end: int, allowed: SlotFilter) -> int:
    """The mask of rooms that are `allowed`, with one call for all rooms of the same rules."""
    found = 0
    for room, alike in availability.catalogue.rooms_by_rules:
        if mask & alike and allowed(room, start, end):
            found |= alike
    return found
