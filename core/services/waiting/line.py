"""Who is first in line for what is free, on the read model: cheap, and checked again before an offer."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from core.availability import Availability
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import RoomId, Wait, WaitState
from core.policy.check_in import needs_check_in
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.find_rooms import find_rooms
from core.services.waiting.queries import query_of

MIN_HOLD = timedelta(minutes=2)
"""How long an offer lasts at least."""
_MAX_ROOMS = 5
"""Free rooms that are tried for one wait."""


class WaitCandidate(Struct, frozen=True):
    """A wait that something may be done about, with the rooms to offer, best first."""

    wait: Wait
    rooms: tuple[RoomId, ...] = ()


def bookable_rooms(wait: Wait, read_model: ReadModel) -> int:
    """The mask of rooms that would do."""
    return read_model.catalogue.matching(_bookable(wait))


def has_booking(wait: Wait, read_model: ReadModel) -> bool:
    """Whether the person, or the society they wait for, has a room for that time."""
    society_id, others = wait.society_id, read_model.of_person(wait.person_id)
    if society_id is not None:
        others = read_model.of_society(society_id)
    return any(each.interval.overlaps(wait.interval) and each.society_id == society_id for each in others)


def is_past(wait: Wait, read_model: ReadModel, rules: Rules, now: datetime) -> bool:
    """Whether it is too late to begin. A watch lasts until its time is over."""
    if wait.is_watch:
        return wait.interval.end <= now
    return slot_left(wait, read_model, rules, now) is None


def slot_left(wait: Wait, read_model: ReadModel, rules: Rules, now: datetime) -> Interval | None:
    """What can still be offered of the time of a wait; None when it is too late.

    Where people check in, bookings may be released after they have begun: until half of the time is over, its
    rest can be offered, from the current step of the grid on, or from the next if that one is nearly over.
    """
    room = read_model.catalogue.rooms.get(wait.room_id) if wait.room_id is not None else None
    start, step = wait.interval.start, timedelta(minutes=rules.slot_length_of(room))
    if now < start + step:
        return wait.interval
    if now - start >= wait.interval.duration / 2 or not _may_be_released(wait, read_model, rules):
        return None
    since_step = (now - start) % step
    begin = now - since_step if step - since_step >= MIN_HOLD else now - since_step + step
    return Interval(begin, wait.interval.end) if begin < wait.interval.end else None


def _may_be_released(wait: Wait, read_model: ReadModel, rules: Rules) -> bool:
    catalogue, wanted = read_model.catalogue, bookable_rooms(wait, read_model)
    return any(
        wanted >> place & 1 and needs_check_in(room, rules) for place, room in enumerate(catalogue.order)
    )


def free_since(wait: Wait, now: datetime) -> Interval | None:
    """The first moments of what is watched that are still to come; None when it is over."""
    start = max(now, wait.interval.start)
    return Interval(start, wait.interval.end) if start < wait.interval.end else None


def candidates(
    waits: Iterable[Wait], read_model: ReadModel, rules: Rules, now: datetime
) -> list[WaitCandidate]:
    """What is to be done now: offers that have ended first, then the line in its order."""
    line = _Line(read_model, rules, now)
    found = [each for each in map(line.judge, waits) if each is not None]
    return sorted(found, key=lambda each: (each.wait.state is WaitState.WAITING, each.wait.id))


class _Line:
    """Judges waits; what is free is computed once for all who wait for the same."""

    def __init__(self, read_model: ReadModel, rules: Rules, now: datetime) -> None:
        self._read_model, self._rules, self._now = read_model, rules, now
        self._availability = read_model.availability
        self._free: dict[tuple[object, ...], tuple[RoomId, ...]] = {}

    def judge(self, wait: Wait) -> WaitCandidate | None:
        """None if nothing is to be done about a wait."""
        is_served = not wait.is_watch and has_booking(wait, self._read_model)
        if is_served or is_past(wait, self._read_model, self._rules, self._now):
            return WaitCandidate(wait)
        if wait.state is WaitState.OFFERED:
            is_over = wait.offered_until is not None and wait.offered_until <= self._now
            return WaitCandidate(wait) if is_over else None
        if wait.is_watch:
            return WaitCandidate(wait) if is_free_to_watch(wait, self._availability, self._now) else None
        slot = slot_left(wait, self._read_model, self._rules, self._now)
        rooms = self._free_rooms(replace(wait, interval=slot)) if slot is not None else ()
        return WaitCandidate(wait, rooms) if rooms else None

    def _free_rooms(self, wait: Wait) -> tuple[RoomId, ...]:
        key = (wait.room_id, wait.query, wait.interval, wait.society_id is None)
        if (rooms := self._free.get(key)) is None:
            rooms = self._free[key] = free_rooms(wait, self._availability)
        return rooms


def is_free_to_watch(wait: Wait, availability: Availability, now: datetime) -> bool:
    """Whether the watched room is free now, or when the time begins."""
    rest = free_since(wait, now)
    if rest is None or wait.room_id is None:
        return False
    start = int(rest.start.timestamp())
    return availability.schedule(wait.room_id).is_free(start, start + 1)


def free_rooms(wait: Wait, availability: Availability) -> tuple[RoomId, ...]:
    """The best of the rooms that are free and would do."""
    if not free_mask(wait, availability):
        return ()
    start, end = _seconds(wait)
    found = find_rooms(availability, _bookable(wait), start, end, limit=_MAX_ROOMS)
    return tuple(each.room.id for each in found.rooms)


def free_mask(wait: Wait, availability: Availability) -> int:
    """The mask of all rooms that are free and would do."""
    start, end = _seconds(wait)
    return availability.free_rooms(start, end, _bookable(wait))


def _bookable(wait: Wait) -> RoomQuery:
    return replace(query_of(wait), bookable_only=True, individual_only=wait.society_id is None)


def _seconds(wait: Wait) -> tuple[int, int]:
    return int(wait.interval.start.timestamp()), int(wait.interval.end.timestamp())


def place_in_line(wait: Wait, waits: Sequence[Wait], read_model: ReadModel) -> int:
    """1 for the first in line: how many wait longer for a time and a room that both could take, and one."""
    mine = bookable_rooms(wait, read_model)
    ahead = (each for each in waits if each.id < wait.id and not each.is_watch)
    return 1 + sum(
        each.interval.overlaps(wait.interval) and bool(bookable_rooms(each, read_model) & mine)
        for each in ahead
    )
