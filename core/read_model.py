"""In-memory read model: answers reads.

It is updated by own commits at once, before the caller gets the result, and by those of other processes
through the change log. It covers a window of time around now; outside it reads go to storage. No booking
relies on it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeAlias, TypeVar

from core.availability import Availability, RoomSchedule
from core.catalogue import Catalogue
from core.clock import Clock
from core.directory import Account, Directory
from core.interval import Interval
from core.live_holds import LiveHolds
from core.model import (
    Booking,
    BookingId,
    BookingState,
    Busy,
    Change,
    Guest,
    Identity,
    Membership,
    PersonId,
    RoomId,
    Society,
    SocietyId,
    SourceState,
    TokenTerm,
    TransferState,
    busy_for,
)
from core.policy.rules import Rules
from core.ports import UnitOfWork, WriteSet
from core.schedule_reading import complete_schedule, without_end

EVERYTHING = frozenset(Change(kind) for kind in ("catalogue", "timetable", "people", "societies", "webhook"))


def default_window(now: datetime, rules: Rules) -> Interval:
    """From two days ago to ten days past the longest booking horizon. A campus day may take 25 hours."""
    return Interval(now - timedelta(days=2), now + rules.max_horizon + timedelta(days=10))


@dataclass(frozen=True, slots=True)
class RoomUpdate:
    """A room's busy intervals and active bookings within the window; also bookings and holds after it.

    `schedule` has no holds: they expire.
    """

    schedule: RoomSchedule
    bookings: tuple[Booking, ...] = ()
    holds: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadModelUpdate:
    """Changed entities as read from storage; None was not read. `is_complete`: `rooms` replaces all rooms."""

    catalogue: Catalogue | None = None
    window: Interval | None = None
    rooms: Mapping[RoomId, RoomUpdate] = field(default_factory=dict)
    is_complete: bool = False
    people: Mapping[PersonId, Account | None] = field(default_factory=dict)
    societies: tuple[list[Society], Mapping[SocietyId, TokenTerm]] | None = None
    sources: Mapping[str, SourceState] | None = None
    logins: bool = False  # whether a login session ended
    has_webhooks: bool | None = None


def read_update(unit: UnitOfWork, changes: Iterable[Change], window: Interval) -> ReadModelUpdate:
    """Reads all entities that a set of changes invalidated, from one snapshot."""
    touched: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        touched[change.kind].add(change.key)
    is_complete = "timetable" in touched or ("catalogue" in touched and bool(unit.closures.all()))
    changed_rooms = [RoomId(key) for key in touched["room"] | touched["schedule"]]
    return ReadModelUpdate(
        catalogue=Catalogue(unit.rooms.buildings(), unit.rooms.rooms()) if "catalogue" in touched else None,
        window=window if is_complete else None,
        rooms=read_rooms(unit, window, None if is_complete else changed_rooms),
        is_complete=is_complete,
        people=_all_people(unit) if "people" in touched else _some_people(unit, touched["person"]),
        societies=_societies(unit) if "society" in touched or "societies" in touched else None,
        sources={each.name: each for each in unit.sources.all()}
        if is_complete or "source" in touched
        else None,
        logins=is_complete or "login" in touched,
        has_webhooks=unit.webhooks.are_any() if "webhook" in touched else None,
    )


def read_rooms(
    unit: UnitOfWork, window: Interval, rooms: Collection[RoomId] | None = None
) -> dict[RoomId, RoomUpdate]:
    """Reads schedules, active bookings and holds within a window, in four statements.

    Of all rooms that are busy at some time, or of each of `rooms`, busy or not.
    """
    if rooms is not None and not rooms:
        return {}
    busy: dict[RoomId, list[Busy]] = {room_id: [] for room_id in rooms or ()}
    bookings: dict[RoomId, list[Booking]] = defaultdict(list)
    for room_id, entry in chain(unit.timetable.busy(window, rooms), unit.closures.busy(window, rooms)):
        busy.setdefault(room_id, []).append(entry)
    for booking in unit.bookings.active(without_end(window), rooms):
        busy.setdefault(booking.room_id, []).append(busy_for(booking))
        bookings[booking.room_id].append(booking)
    holds: dict[RoomId, list[Booking]] = defaultdict(list)
    for hold in unit.bookings.holds(without_end(window), rooms):
        busy.setdefault(hold.room_id, [])
        holds[hold.room_id].append(hold)
    return {
        room_id: RoomUpdate(
            _schedule(unit, room_id, taken, window),
            tuple(bookings.get(room_id, ())),
            tuple(holds.get(room_id, ())),
        )
        for room_id, taken in busy.items()
    }


def _schedule(unit: UnitOfWork, room_id: RoomId, busy: list[Busy], window: Interval) -> RoomSchedule:
    """The schedule, completed if the window cuts it; most rooms are free at the end of the window."""
    end = int(window.end.timestamp())
    if any(each.end >= end for each in busy):
        return complete_schedule(unit, room_id, busy, window)
    return RoomSchedule(busy)


def load_availability(unit: UnitOfWork, catalogue: Catalogue, window: Interval) -> Availability:
    """The availability of all rooms in a window that the read model does not cover."""
    rooms = read_rooms(unit, window)
    return Availability(catalogue, {room_id: room.schedule for room_id, room in rooms.items()})


def _all_people(unit: UnitOfWork) -> dict[PersonId, Account | None]:
    identities, memberships = unit.people.all_identities(), unit.societies.all_memberships()
    logins, addresses = unit.tokens.all(), unit.people.all_known_addresses()
    return {
        person.id: Account(
            person,
            tuple(identities.get(person.id, ())),
            tuple(memberships.get(person.id, ())),
            tuple(logins.get(person.id, ())),
            addresses.get(person.id, {}),
        )
        for person in unit.people.all()
    }


def _some_people(unit: UnitOfWork, people: Iterable[str]) -> dict[PersonId, Account | None]:
    return {person_id: _one_person(unit, person_id) for person_id in map(PersonId, map(int, people))}


def _one_person(unit: UnitOfWork, person_id: PersonId) -> Account | None:
    person = unit.people.get(person_id)
    if person is None:
        return None
    memberships: list[Membership] = unit.societies.memberships(person_id)
    return Account(
        person,
        tuple(unit.people.identities(person_id)),
        tuple(memberships),
        tuple(unit.tokens.of_person(person_id)),
        unit.people.known_addresses(person_id),
    )


def _societies(unit: UnitOfWork) -> tuple[list[Society], Mapping[SocietyId, TokenTerm]]:
    return unit.societies.all(), unit.societies.terms()


_Key = TypeVar("_Key")
ChangeCallback: TypeAlias = Callable[[frozenset[PersonId]], None]
_MAX_NOTIFIED = 100
"""Subscribers are told of nobody when an update touches more people than this."""


class ReadModel:
    """Catalogue, availability, directory and active bookings, updated by storage."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or Catalogue((), ())
        self._availability = Availability(self.catalogue)
        self.directory = Directory()
        self.bookings: dict[BookingId, Booking] = {}
        self.window: Interval | None = None
        self.sources: Mapping[str, SourceState] = {}
        self.logins = 0  # grows whenever a login session ends, in any process
        self.has_webhooks = False
        self._of_person: dict[PersonId, tuple[Booking, ...]] = {}
        self._of_society: dict[SocietyId, tuple[Booking, ...]] = {}
        self._in_room: dict[RoomId, tuple[Booking, ...]] = {}
        self._of_guest: dict[str, tuple[Booking, ...]] = {}
        self._offered_to: dict[PersonId, tuple[Booking, ...]] = {}
        self._listeners: list[ChangeCallback] = []
        self._touched: set[PersonId] = set()
        self._holds = LiveHolds()

    def use_clock(self, clock: Clock) -> None:
        """The clock by which holds expire; without one they never do."""
        self._holds.clock = clock

    @property
    def availability(self) -> Availability:
        """Free and busy times now: holds that have expired are removed first."""
        self._remove_busy(self._holds.remove_expired())
        return self._availability

    def _remove_busy(self, holds: Iterable[Booking]) -> None:
        for hold in holds:
            self._availability.remove(hold.room_id, busy_for(hold))

    def subscribe(self, listener: ChangeCallback) -> None:
        """Calls `listener` after each change with the people whose bookings or societies changed, if any."""
        self._listeners.append(listener)

    @property
    def is_complete(self) -> bool:
        """Whether busy times and people have been read; the catalogue is available before."""
        return self.window is not None

    def covers(self, interval: Interval) -> bool:
        window = self.window
        return window is not None and window.start <= interval.start and interval.end <= window.end

    def _includes(self, booking: Booking) -> bool:
        return self.window is not None and booking.interval.end > self.window.start

    def of_person(self, person_id: PersonId) -> tuple[Booking, ...]:
        """A person's active bookings from the window's start on, by start; the same tuple until a change."""
        return self._of_person.get(person_id, ())

    def of_guest(
        self, person_id: PersonId | None, identities: Iterable[Identity] = ()
    ) -> tuple[Booking, ...]:
        """Active bookings to which a person or one of these chat accounts is invited, by start."""
        keys = [Guest(person_id).key, *identities] if person_id is not None else list(identities)
        found = {each.id: each for key in keys for each in self._of_guest.get(key, ())}
        return tuple(sorted(found.values(), key=_order))

    def offered_to(self, person_id: PersonId) -> tuple[Booking, ...]:
        """Bookings with an offer to a person that was not answered; it may have ended."""
        return self._offered_to.get(person_id, ())

    def of_society(self, society_id: SocietyId) -> tuple[Booking, ...]:
        return self._of_society.get(society_id, ())

    def in_room(self, room_id: RoomId) -> tuple[Booking, ...]:
        return self._in_room.get(room_id, ())

    def apply_commit(self, *batch: WriteSet) -> None:
        """Applies decisions that this process has committed."""
        for writes in batch:
            self._apply_writes(writes)
        self._notify()

    def _apply_writes(self, writes: WriteSet) -> None:
        if writes.before is not None:
            self._availability.remove(writes.before.room_id, busy_for(writes.before))
            self._remove(writes.before)
        booking = writes.insert or writes.update
        if booking is not None and booking.state is BookingState.ACTIVE and self._includes(booking):
            self._remove_busy(self._holds.remove_overlapping(booking.room_id, booking.interval))
            self._availability.add(booking.room_id, busy_for(booking))
            self._store(booking)

    def apply_update(self, update: ReadModelUpdate) -> None:
        """Applies what was read from storage."""
        if update.catalogue is not None:
            self.catalogue = update.catalogue
            self._availability = self._availability.of(update.catalogue)
        if update.is_complete:
            self._replace_all(update)
        self._apply_rooms(update.rooms)
        for person_id, account in update.people.items():
            self.directory.put(person_id, account)
        if update.societies is not None:
            self.directory.put_societies(*update.societies)
        self.logins += update.logins
        if update.sources is not None:
            self.sources = update.sources
        if update.has_webhooks is not None:
            self.has_webhooks = update.has_webhooks
        self._touched.update(update.people)
        if update.is_complete or len(update.people) > _MAX_NOTIFIED:
            self._touched.clear()
        self._notify()

    def _notify(self) -> None:
        touched, self._touched = frozenset(self._touched), set()
        for listener in self._listeners:
            listener(touched)

    def _replace_all(self, update: ReadModelUpdate) -> None:
        self.window = update.window
        schedules = {room_id: room.schedule for room_id, room in update.rooms.items()}
        self._availability = Availability(self.catalogue, schedules, self._availability.version + 1)
        self._holds.clear()
        self.bookings.clear()
        self._of_person.clear()
        self._of_society.clear()
        self._in_room.clear()
        self._of_guest.clear()
        self._offered_to.clear()

    def _apply_rooms(self, rooms: Mapping[RoomId, RoomUpdate]) -> None:
        """Removes all old bookings before adding new ones: one may have moved from room to room."""
        for room_id, room in rooms.items():
            self._replace_schedule(room_id, room)
            for booking in self.in_room(room_id):
                self._remove(booking)
        for room in rooms.values():
            for booking in room.bookings:
                self._store(booking)

    def _replace_schedule(self, room_id: RoomId, room: RoomUpdate) -> None:
        """Live holds are part of the new schedule, so that equal times count as unchanged."""
        holds = self._holds.replace(room_id, room.holds)
        schedule = RoomSchedule([*room.schedule.busy, *map(busy_for, holds)]) if holds else room.schedule
        self._availability.replace(room_id, schedule)

    def _store(self, booking: Booking) -> None:
        """Adds to all indexes. A room's may still hold an older version: other rooms are read apart."""
        if (older := self.bookings.get(booking.id)) is not None:
            self._remove_from_people(older)
        self.bookings[booking.id] = booking
        _insert(self._in_room, booking.room_id, booking, is_known=True)
        if booking.booked_by is not None:
            _insert(self._of_person, booking.booked_by, booking)
        if booking.society_id is not None:
            _insert(self._of_society, booking.society_id, booking)
        for guest in booking.guests:
            _insert(self._of_guest, guest.key, booking)
        if (recipient := _recipient(booking)) is not None:
            _insert(self._offered_to, recipient, booking)
        self._touched.update(_people_of(booking))

    def _remove(self, booking: Booking) -> None:
        """Removes from the room's index, and from all others unless the booking has moved to another room."""
        _remove(self._in_room, booking.room_id, booking)
        stored = self.bookings.get(booking.id)
        if stored is None or stored.room_id != booking.room_id:
            return
        del self.bookings[booking.id]
        self._remove_from_people(stored)

    def _remove_from_people(self, booking: Booking) -> None:
        """Removes from the indexes of its owner, society and guests, who may be others in a new version."""
        if booking.booked_by is not None:
            _remove(self._of_person, booking.booked_by, booking)
        if booking.society_id is not None:
            _remove(self._of_society, booking.society_id, booking)
        for guest in booking.guests:
            _remove(self._of_guest, guest.key, booking)
        if (recipient := _recipient(booking)) is not None:
            _remove(self._offered_to, recipient, booking)
        self._touched.update(_people_of(booking))


def _people_of(booking: Booking) -> Iterator[PersonId]:
    """Its owner, its guests and to whom it is offered, of those with accounts."""
    if booking.booked_by is not None:
        yield booking.booked_by
    yield from (each.person_id for each in booking.guests if each.person_id is not None)
    if (recipient := _recipient(booking)) is not None:
        yield recipient


def _recipient(booking: Booking) -> PersonId | None:
    """To whom it is offered."""
    transfer = booking.transfer
    return transfer.to if transfer is not None and transfer.state is TransferState.OPEN else None


def _insert(
    index: dict[_Key, tuple[Booking, ...]], key: _Key, booking: Booking, *, is_known: bool = False
) -> None:
    others = index.get(key, ())
    if is_known:
        others = tuple(each for each in others if each.id != booking.id)
    place = bisect_left(others, _order(booking), key=_order)
    index[key] = (*others[:place], booking, *others[place:])


def _order(booking: Booking) -> tuple[datetime, str]:
    return booking.interval.start, booking.id


def _remove(index: dict[_Key, tuple[Booking, ...]], key: _Key, booking: Booking) -> None:
    rest = tuple(each for each in index.get(key, ()) if each.id != booking.id)
    if rest:
        index[key] = rest
    else:
        index.pop(key, None)
