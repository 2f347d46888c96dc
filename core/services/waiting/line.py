"""Who is first in line for what is free, on the read model: cheap, and checked again before an offer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.availability import Availability
from core.interval import Interval
from core.model import RoomId, Wait, WaitState
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.find_rooms import find_rooms
from core.services.waiting.queries import query_of

_MAX_ROOMS = 5
"""Free rooms that are tried for one wait."""


@dataclass(frozen=True, slots=True)
class WaitCandidate:
    """A wait that something may be done about, with the rooms to offer, best first."""

    wait: Wait
    rooms: tuple[RoomId, ...] = ()


def bookable_rooms(wait: Wait, read_model: ReadModel) -> int:
    """The mask of rooms that would do."""
    query = replace(query_of(wait), bookable_only=True, individual_only=wait.society_id is None)
    return read_model.catalogue.matching(query)


def has_booking(wait: Wait, read_model: ReadModel) -> bool:
    """Whether the person, or the society they wait for, has a room for that time."""
    society_id, others = wait.society_id, read_model.of_person(wait.person_id)
    if society_id is not None:
        others = read_model.of_society(society_id)
    return any(each.interval.overlaps(wait.interval) and each.society_id == society_id for each in others)


def is_past(wait: Wait, rules: Rules, now: datetime) -> bool:
    """Whether it is too late to begin. A watch lasts until its time is over."""
    if wait.is_watch:
        return wait.interval.end <= now
    return wait.interval.start + timedelta(minutes=rules.slot_length) <= now


def free_since(wait: Wait, now: datetime) -> Interval | None:
    """The first moments of what is watched that are still to come; None when it is over."""
    start = max(now, wait.interval.start)
    return Interval(start, wait.interval.end) if start < wait.interval.end else None


def candidates(
    waits: Iterable[Wait], read_model: ReadModel, rules: Rules, now: datetime
) -> list[WaitCandidate]:
    """What is to be done now: offers that have ended first, then the line in its order."""
    availability = read_model.availability
    found = [each for each in (_judge(wait, read_model, availability, rules, now) for wait in waits) if each]
    return sorted(found, key=lambda each: (each.wait.state is WaitState.WAITING, each.wait.id))


def _judge(
    wait: Wait, read_model: ReadModel, availability: Availability, rules: Rules, now: datetime
) -> WaitCandidate | None:
    if is_past(wait, rules, now) or (not wait.is_watch and has_booking(wait, read_model)):
        return WaitCandidate(wait)
    if wait.state is WaitState.OFFERED:
        is_over = wait.offered_until is not None and wait.offered_until <= now
        return WaitCandidate(wait) if is_over else None
    if wait.is_watch:
        return WaitCandidate(wait) if is_free_to_watch(wait, availability, now) else None
    rooms = free_rooms(wait, availability)
    return WaitCandidate(wait, rooms) if rooms else None


def is_free_to_watch(wait: Wait, availability: Availability, now: datetime) -> bool:
    """Whether the watched room is free now, or when the time begins."""
    rest = free_since(wait, now)
    if rest is None or wait.room_id is None:
        return False
    start = int(rest.start.timestamp())
    return availability.schedule(wait.room_id).is_free(start, start + 1)


def free_rooms(wait: Wait, availability: Availability) -> tuple[RoomId, ...]:
    start, end = int(wait.interval.start.timestamp()), int(wait.interval.end.timestamp())
    query = replace(query_of(wait), bookable_only=True, individual_only=wait.society_id is None)
    if not availability.free_rooms(start, end, query):
        return ()
    return tuple(each.room.id for each in find_rooms(availability, query, start, end, limit=_MAX_ROOMS).rooms)


def place_in_line(wait: Wait, waits: Sequence[Wait], read_model: ReadModel) -> int:
    """1 for the first in line: how many wait longer for a time and a room that both could take, and one."""
    mine = bookable_rooms(wait, read_model)
    ahead = (each for each in waits if each.id < wait.id and not each.is_watch)
    return 1 + sum(
        each.interval.overlaps(wait.interval) and bool(bookable_rooms(each, read_model) & mine)
        for each in ahead
    )
