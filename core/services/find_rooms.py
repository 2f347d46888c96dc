"""Which rooms are free for a wish, in what order, and what else would do when none is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import TypeAlias

from core.availability import Availability
from core.catalogue import RoomQuery
from core.model.entities import Busy, Room

_STEP = 15 * 60
_SHORTEST = 30 * 60
_LATEST = 4 * 60 * 60
_FAR_AWAY = 1e9


@dataclass(frozen=True, slots=True)
class FreeRoom:
    """A room that is free for the slot asked for.

    `until` is when it is taken next (seconds; None when not before the horizon looked at), `because` by what;
    `metres` how far it lies from where the asker wants to be.
    """

    room: Room
    until: int | None
    next_busy: Busy | None
    metres: float | None = None
    start: int | None = None
    """When it falls free, where some time within the slot was enough."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of free rooms, best first, out of `total`."""

    rooms: tuple[FreeRoom, ...]
    total: int


class AlternativeKind(StrEnum):
    """In which way an alternative differs from what was asked."""

    LATER = "later"
    SHORTER = "shorter"
    NEARBY = "nearby"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something that would work: rooms with their slots (seconds), one after the other when split."""

    kind: AlternativeKind
    parts: tuple[tuple[Room, int, int], ...]


SlotFilter: TypeAlias = Callable[[Room, int, int], bool]
"""Whether whoever asks could book a room for a slot (seconds), were it free."""


def accept_all(_room: Room, _start: int, _end: int) -> bool:
    """For those who only look."""
    return True


def find_rooms(
    availability: Availability, query: RoomQuery, start: int, end: int, *, skip: int = 0, limit: int = 10
) -> SearchResult:
    """Rooms free for the whole of `[start, end)`, in seconds.

    Best first: nearest when a building was named to be near; else the smallest that fits when seats were
    asked for; else those that stay free longest.
    """
    mask = availability.free_rooms(start, end, query)
    ordered = _in_order(availability, mask, query, end)
    page = islice(ordered, skip, skip + limit)
    return SearchResult(tuple(_free(availability, room, query, end) for room in page), mask.bit_count())


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
    """Rooms free for `needed` seconds at some time within `[start, end)`, each with its first such time.

    The first that is `allowed`, where there is one.
    """
    fitting = availability.catalogue.rooms_in(availability.catalogue.matching(query))
    gaps = ((room, _first_gap(availability, room, start, end, needed, allowed)) for room in fitting)
    free = [(room, gap) for room, gap in gaps if gap is not None]
    if query.near is not None:
        free.sort(key=lambda each: _metres(availability, each[0], query))
    page = free[skip : skip + limit]
    return SearchResult(
        tuple(replace(_free(availability, room, query, gap[1]), start=gap[0]) for room, gap in page),
        len(free),
    )


def _first_gap(
    availability: Availability, room: Room, start: int, end: int, needed: int, allowed: SlotFilter
) -> tuple[int, int] | None:
    """On a quarter of an hour, so that it can be booked as it stands."""
    first: tuple[int, int] | None = None
    for opens, finish in availability.schedule(room.id).gaps(start, end):
        for begin in range(-(-opens // _STEP) * _STEP, finish - needed + 1, _STEP):
            if allowed(room, begin, begin + needed):
                return begin, finish
            first = first or (begin, finish)
    return first


def _in_order(availability: Availability, mask: int, query: RoomQuery, end: int) -> Iterator[Room]:
    rooms = availability.catalogue.rooms_in(mask)
    if query.near is not None:
        return iter(sorted(rooms, key=lambda room: _metres(availability, room, query)))
    if query.capacity:
        return rooms
    return iter(sorted(rooms, key=lambda room: -_free_until(availability, room, end)))


def _metres(availability: Availability, room: Room, query: RoomQuery) -> float:
    distance = availability.catalogue.metres(query.near, room.building_id) if query.near else None
    return _FAR_AWAY if distance is None else distance


def _free_until(availability: Availability, room: Room, end: int) -> float:
    following = availability.schedule(room.id).next_after(end)
    return following.start if following else _FAR_AWAY * 10


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
    """What comes nearest to a wish that cannot be met: one of each kind where there is one.

    Every part is free, and `allowed`, as it stands. `closes` is when the day's bookings must end, in seconds.
    """
    candidates = (
        _later(availability, query, start, end, closes, allowed),
        _nearby(availability, query, start, end, allowed),
        _shorter(availability, query, start, end, allowed),
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
    """The first slot so long that begins within `[first, last]`, on a quarter of an hour; all in seconds."""
    for begin in range(-(-first // _STEP) * _STEP, last + 1, _STEP):
        if (room := _best(availability, query, begin, begin + length, allowed)) is not None:
            return Alternative(AlternativeKind.LATER, ((room, begin, begin + length),))
    return None


def _later(
    availability: Availability, query: RoomQuery, start: int, end: int, closes: int, allowed: SlotFilter
) -> Alternative | None:
    last = min(closes - (end - start), start + _LATEST)
    return first_available(availability, query, start + 1, last, end - start, allowed)


def _nearby(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Alternative | None:
    """The same somewhere else, when a room or building was named."""
    home = query.building
    if query.room is not None and (asked := availability.catalogue.rooms.get(query.room)) is not None:
        home = asked.building_id
        query = replace(query, capacity=max(query.capacity, asked.capacity // 2))
    if home is None:
        return None
    wider = replace(query, room=None, building=None, near=home)
    room = _best(availability, wider, start, end, allowed)
    return Alternative(AlternativeKind.NEARBY, ((room, start, end),)) if room is not None else None


def _shorter(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Alternative | None:
    for finish in range((end - 1) // _STEP * _STEP, start + _SHORTEST - 1, -_STEP):
        if (room := _best(availability, query, start, finish, allowed)) is not None:
            return Alternative(AlternativeKind.SHORTER, ((room, start, finish),))
    return None


def _split(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Alternative | None:
    """Two rooms one after the other, the first for as long as possible."""
    for change in range((end - _SHORTEST) // _STEP * _STEP, start + _SHORTEST - 1, -_STEP):
        first = _best(availability, query, start, change, allowed)
        second = _best(availability, query, change, end, allowed) if first is not None else None
        if first is not None and second is not None:
            return Alternative(AlternativeKind.SPLIT, ((first, start, change), (second, change, end)))
    return None


def _best(
    availability: Availability, query: RoomQuery, start: int, end: int, allowed: SlotFilter
) -> Room | None:
    mask = availability.free_rooms(start, end, query)
    if not mask:
        return None
    return next(
        (room for room in _in_order(availability, mask, query, end) if allowed(room, start, end)), None
    )
