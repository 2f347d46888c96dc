"""In-memory read model: answers reads.

It is updated by own commits at once, before the caller gets the result, and by those of other processes
through the change log. It covers a window of time around now; outside it reads go to storage. No booking
relies on it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import NamedTuple, TypeAlias

from msgspec import Struct, field

from core.account_reading import all_accounts, read_accounts
from core.availability import ALWAYS_FREE, Availability, RoomSchedule
from core.booking_index import BookingIndex, people_of
from core.catalogue import Catalogue
from core.clock import Clock
from core.directory import Account, Directory
from core.interval import Interval
from core.live_holds import LiveHolds
from core.memory import build_lasting_values, free_in_slices, pause_full_collections
from core.model import (
    Booking,
    BookingId,
    BookingState,
    Busy,
    Change,
    Identity,
    PersonId,
    RoomId,
    Society,
    SocietyId,
    SourceState,
    TokenTerm,
    busy_for,
)
from core.policy.rules import Rules
from core.ports import UnitOfWork, WriteSet
from core.room_bookings import BookingReader, RoomBookings, known_of, read_bookings
from core.schedule_reading import complete_schedule, without_end

EVERYTHING = frozenset(Change(kind) for kind in ("catalogue", "timetable", "people", "societies", "webhook"))


def default_window(now: datetime, rules: Rules) -> Interval:
    """From two days ago to ten days past the longest booking horizon. A campus day may take 25 hours."""
    return Interval(now - timedelta(days=2), now + rules.max_horizon + timedelta(days=10))


class RoomUpdate(Struct, frozen=True):
    """A room's busy intervals and active bookings within the window; also bookings and holds after it.

    `schedule` has no holds: they expire.
    """

    schedule: RoomSchedule
    bookings: tuple[Booking, ...] = ()
    holds: tuple[Booking, ...] = ()


class WholeCampus(NamedTuple):
    """All rooms, in the form in which the read model keeps them; `held` are those with holds."""

    schedules: Mapping[RoomId, RoomSchedule]
    bookings: BookingIndex
    held: Mapping[RoomId, RoomUpdate]

    @classmethod
    def of(cls, rooms: Mapping[RoomId, RoomUpdate]) -> "WholeCampus":
        return cls(
            {room_id: room.schedule for room_id, room in rooms.items()},
            BookingIndex.of(chain.from_iterable(room.bookings for room in rooms.values())),
            {room_id: room for room_id, room in rooms.items() if room.holds},
        )


class ReadModelUpdate(Struct, frozen=True):
    """Changed entities as read from storage; None was not read. `whole` replaces all rooms."""

    catalogue: Catalogue | None = None
    window: Interval | None = None
    rooms: Mapping[RoomId, RoomUpdate] = field(default_factory=dict)
    booked: Mapping[RoomId, RoomBookings] = field(default_factory=dict)
    """Of rooms whose timetables and closures are as they were."""
    whole: WholeCampus | None = None
    people: Mapping[PersonId, Account | None] = field(default_factory=dict)
    societies: tuple[list[Society], Mapping[SocietyId, TokenTerm]] | None = None
    sources: Mapping[str, SourceState] | None = None
    logins: bool = False  # whether a login session ended
    has_webhooks: bool | None = None


def read_update(
    unit: UnitOfWork,
    changes: Iterable[Change],
    window: Interval,
    known: Catalogue | None = None,
    read_booked: BookingReader | None = None,
) -> ReadModelUpdate:
    """Reads all entities that a set of changes invalidated, from one snapshot.

    Runs beside the event loop, so what takes long for many rooms is done here. A catalogue that equals the
    `known` one is that object, because much is computed from it. `read_booked` replaces `read_bookings`.
    """
    touched: defaultdict[str, set[str]] = defaultdict(set)
    for change in changes:
        touched[change.kind].add(change.key)
    read_booked = read_booked or partial(read_bookings, unit, window)
    is_complete = "timetable" in touched or ("catalogue" in touched and bool(unit.closures.all()))
    with build_lasting_values() if is_complete else pause_full_collections():
        return _read(unit, touched, window, known, read_booked, is_complete=is_complete)


def _read(
    unit: UnitOfWork,
    touched: defaultdict[str, set[str]],
    window: Interval,
    known: Catalogue | None,
    read_booked: BookingReader,
    *,
    is_complete: bool,
) -> ReadModelUpdate:
    changed_rooms = [RoomId(key) for key in touched["schedule"]]
    booked_rooms = [RoomId(key) for key in touched["room"] - touched["schedule"]]
    return ReadModelUpdate(
        catalogue=_read_catalogue(unit, known) if "catalogue" in touched else None,
        window=window if is_complete else None,
        rooms={} if is_complete else read_rooms(unit, window, changed_rooms),
        booked={} if is_complete else read_booked(booked_rooms),
        whole=WholeCampus.of(read_rooms(unit, window)) if is_complete else None,
        people=all_accounts(unit) if "people" in touched else read_accounts(unit, touched["person"]),
        societies=_societies(unit) if "society" in touched or "societies" in touched else None,
        sources={each.name: each for each in unit.sources.all()}
        if is_complete or "source" in touched
        else None,
        logins=is_complete or "login" in touched,
        has_webhooks=unit.webhooks.are_any() if "webhook" in touched else None,
    )


def _read_catalogue(unit: UnitOfWork, known: Catalogue | None) -> Catalogue:
    new = Catalogue(unit.rooms.buildings(), unit.rooms.rooms())
    catalogue = known if known is not None and new.equals(known) else new
    catalogue.prepare()
    return catalogue


def read_rooms(
    unit: UnitOfWork, window: Interval, rooms: Collection[RoomId] | None = None
) -> dict[RoomId, RoomUpdate]:
    """Reads schedules, active bookings and holds within a window, in four statements.

    Of all rooms that are busy at some time, or of each of `rooms`, busy or not.
    """
    if rooms is not None and not rooms:
        return {}
    schedules = _read_timetable(unit, window, rooms)
    busy: dict[RoomId, list[Busy]] = defaultdict(list)
    bookings: dict[RoomId, list[Booking]] = defaultdict(list)
    for room_id, closed in unit.closures.busy(window, rooms):
        busy[room_id].append(closed)
    for booking in unit.bookings.active(without_end(window), rooms):
        busy[booking.room_id].append(busy_for(booking))
        bookings[booking.room_id].append(booking)
    holds: dict[RoomId, list[Booking]] = defaultdict(list)
    for hold in unit.bookings.holds(without_end(window), rooms):
        holds[hold.room_id].append(hold)
    for room_id, taken in busy.items():
        schedules[room_id] = schedules.get(room_id, ALWAYS_FREE).with_all(taken)
    for room_id in holds.keys() - schedules.keys():
        schedules[room_id] = RoomSchedule()
    return {
        room_id: RoomUpdate(
            complete_schedule(unit, room_id, schedule, window),
            tuple(bookings.get(room_id, ())),
            tuple(holds.get(room_id, ())),
        )
        for room_id, schedule in schedules.items()
    }


def _read_timetable(
    unit: UnitOfWork, window: Interval, rooms: Collection[RoomId] | None
) -> dict[RoomId, RoomSchedule]:
    if rooms is None:
        return dict(unit.timetable.schedules(window))
    busy: dict[RoomId, list[Busy]] = {room_id: [] for room_id in rooms}
    for room_id, entry in unit.timetable.busy(window, rooms):
        busy[room_id].append(entry)
    return {room_id: RoomSchedule(entries) for room_id, entries in busy.items()}


def load_availability(unit: UnitOfWork, catalogue: Catalogue, window: Interval) -> Availability:
    """The availability of all rooms in a window that the read model does not cover."""
    rooms = read_rooms(unit, window)
    return Availability(catalogue, {room_id: room.schedule for room_id, room in rooms.items()})


def _societies(unit: UnitOfWork) -> tuple[list[Society], Mapping[SocietyId, TokenTerm]]:
    return unit.societies.all(), unit.societies.terms()


ChangeCallback: TypeAlias = Callable[[frozenset[PersonId]], None]
_MAX_NOTIFIED = 100
"""Subscribers are told of nobody when an update touches more people than this."""


class ReadModel:
    """Catalogue, availability, directory and active bookings, updated by storage."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or Catalogue((), ())
        self._availability = Availability(self.catalogue)
        self.directory = Directory()
        self._index = BookingIndex()
        self.window: Interval | None = None
        self.sources: Mapping[str, SourceState] = {}
        self.logins = 0  # grows whenever a login session ends, in any process
        self.has_webhooks = False
        self._listeners: list[ChangeCallback] = []
        self._touched: set[PersonId] = set()
        self._holds = LiveHolds()

    @property
    def bookings(self) -> Mapping[BookingId, Booking]:
        return self._index.bookings

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
        return self._index.of_person(person_id)

    def of_guest(
        self, person_id: PersonId | None, identities: Iterable[Identity] = ()
    ) -> tuple[Booking, ...]:
        """Active bookings to which a person or one of these chat accounts is invited, by start."""
        return self._index.of_guest(person_id, identities)

    def offered_to(self, person_id: PersonId) -> tuple[Booking, ...]:
        """Bookings with an offer to a person that was not answered; it may have ended."""
        return self._index.offered_to(person_id)

    def of_society(self, society_id: SocietyId) -> tuple[Booking, ...]:
        return self._index.of_society(society_id)

    def in_room(self, room_id: RoomId) -> tuple[Booking, ...]:
        return self._index.in_room(room_id)

    def apply_commit(self, *batch: WriteSet) -> None:
        """Applies decisions that this process has committed."""
        for writes in batch:
            self._apply_writes(writes)
        self._notify()

    def _apply_writes(self, writes: WriteSet) -> None:
        """What is known of a booking may be older than what was decided on: others may have moved it."""
        if (before := writes.before) is not None:
            known = self.bookings.get(before.id)
            for each in (before,) if known is None or known == before else (known, before):
                self._end(each)
        booking = writes.insert or writes.update
        if booking is not None and booking.state is BookingState.ACTIVE and self._includes(booking):
            self._remove_busy(self._holds.remove_overlapping(booking.room_id, booking.interval))
            self._availability.add(booking.room_id, busy_for(booking))
            self._store(booking)

    def apply_update(self, update: ReadModelUpdate) -> None:
        """Applies what was read from storage."""
        if update.catalogue is not None and update.catalogue is not self.catalogue:
            self.catalogue = update.catalogue
            self._availability = self._availability.of(update.catalogue)
        if update.whole is not None:
            self.window = update.window
            self._replace_all(update.whole)
        self._apply_rooms(update.rooms)
        self._apply_bookings(update.booked)
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
        if update.whole is not None or len(update.people) > _MAX_NOTIFIED:
            self._touched.clear()
        self._notify()

    def _notify(self) -> None:
        touched, self._touched = frozenset(self._touched), set()
        for listener in self._listeners:
            listener(touched)

    def _replace_all(self, whole: WholeCampus) -> None:
        old = self._availability
        self._availability = Availability(self.catalogue, whole.schedules, old.version + 1)
        self._index = whole.bookings
        free_in_slices(old.schedules())
        self._holds.clear()
        for room_id, room in whole.held.items():
            self._replace_schedule(room_id, room)

    def _apply_rooms(self, rooms: Mapping[RoomId, RoomUpdate]) -> None:
        """Removes all old bookings before adding new ones: one may have moved from room to room."""
        for room_id, room in rooms.items():
            self._replace_schedule(room_id, room)
            for booking in self.in_room(room_id):
                self._remove(booking)
        for room in rooms.values():
            for booking in room.bookings:
                self._store(booking)

    def _apply_bookings(self, rooms: Mapping[RoomId, RoomBookings]) -> None:
        """Applies the differences; likewise the old ones go first."""
        new: list[Booking] = []
        for room_id, booked in rooms.items():
            unknown = {each.id: each for each in booked.bookings}
            for booking in known_of(booked, room_id, self._index):
                if unknown.get(booking.id) == booking:
                    del unknown[booking.id]
                else:
                    self._end(booking)
            new += unknown.values()
            self._remove_busy(self._holds.in_room(room_id))
            for hold in self._holds.replace(room_id, booked.holds):
                self._availability.add(room_id, busy_for(hold))
        for booking in new:
            self._availability.add(booking.room_id, busy_for(booking))
            self._store(booking)

    def _replace_schedule(self, room_id: RoomId, room: RoomUpdate) -> None:
        """Live holds are part of the new schedule, so that equal times count as unchanged."""
        holds = self._holds.replace(room_id, room.holds)
        schedule = room.schedule.with_all(map(busy_for, holds)) if holds else room.schedule
        self._availability.replace(room_id, schedule)

    def _end(self, booking: Booking) -> None:
        self._availability.remove(booking.room_id, busy_for(booking))
        self._remove(booking)

    def _store(self, booking: Booking) -> None:
        if (older := self.bookings.get(booking.id)) is not None:
            self._touched.update(people_of(older))
        self._index.put(booking)
        self._touched.update(people_of(booking))

    def _remove(self, booking: Booking) -> None:
        if (stored := self._index.remove(booking)) is not None:
            self._touched.update(people_of(stored))
