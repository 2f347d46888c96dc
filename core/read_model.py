"""The picture in memory: what reads are answered from, and how it hears of changes.

It covers a window of time around now; outside it storage answers. A committed change of this process is in
the picture before its caller hears of it; those of others follow a moment later. No booking relies on it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from core.availability import Availability, RoomSchedule
from core.catalogue import Catalogue
from core.directory import Directory, Known
from core.interval import Interval
from core.model.entities import (
    Booking,
    BookingId,
    BookingState,
    Busy,
    Membership,
    PersonId,
    RoomId,
    Society,
    SocietyId,
    TokenTerm,
    busy_with,
)
from core.model.timetable_run import SourceState
from core.policy.rules import Rules
from core.ports.storage import Change, Record, Unit

EVERYTHING = frozenset({Change("catalogue"), Change("timetable"), Change("people"), Change("societies")})


def window_around(now: datetime, rules: Rules) -> Interval:
    """From a day ago to ten days past the longest horizon."""
    return Interval(now - timedelta(days=1), now + rules.longest_horizon + timedelta(days=10))


@dataclass(frozen=True, slots=True)
class RoomNews:
    """A room's busy stretches and active bookings within the window."""

    schedule: RoomSchedule
    bookings: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What changed, as read back from storage. A `whole` picture of rooms replaces the old one."""

    catalogue: Catalogue | None = None
    window: Interval | None = None
    rooms: Mapping[RoomId, RoomNews] = field(default_factory=dict)
    whole: bool = False
    people: Mapping[PersonId, Known | None] = field(default_factory=dict)
    societies: tuple[list[Society], Mapping[SocietyId, TokenTerm]] | None = None
    sources: Mapping[str, SourceState] | None = None
    logins: bool = False
    """Whether a login came to an end."""


def read_news(unit: Unit, changes: Iterable[Change], window: Interval) -> News:
    """Read back, inside one snapshot, all that a set of changes touched."""
    touched: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        touched[change.kind].add(change.key)
    whole = "timetable" in touched
    return News(
        catalogue=Catalogue(unit.rooms.buildings(), unit.rooms.rooms()) if "catalogue" in touched else None,
        window=window if whole else None,
        rooms=_all_rooms(unit, window)
        if whole
        else _some_rooms(unit, touched["room"] | touched["schedule"], window),
        whole=whole,
        people=_everybody(unit) if "people" in touched else _some_people(unit, touched["person"]),
        societies=_societies(unit) if "society" in touched or "societies" in touched else None,
        sources={each.name: each for each in unit.sources.all()} if whole or "source" in touched else None,
        logins=whole or "login" in touched,
    )


def _all_rooms(unit: Unit, window: Interval) -> dict[RoomId, RoomNews]:
    busy: dict[RoomId, list[Busy]] = defaultdict(list)
    bookings: dict[RoomId, list[Booking]] = defaultdict(list)
    for room_id, entry in unit.timetable.busy(window):
        busy[room_id].append(entry)
    for booking in unit.bookings.active(window):
        busy[booking.room_id].append(busy_with(booking))
        bookings[booking.room_id].append(booking)
    return {
        room_id: RoomNews(RoomSchedule(taken), tuple(bookings.get(room_id, ())))
        for room_id, taken in busy.items()
    }


def _some_rooms(unit: Unit, rooms: Iterable[str], window: Interval) -> dict[RoomId, RoomNews]:
    return {RoomId(room_id): _one_room(unit, RoomId(room_id), window) for room_id in rooms}


def _one_room(unit: Unit, room_id: RoomId, window: Interval) -> RoomNews:
    bookings = unit.bookings.in_room(room_id, window)
    entries = unit.timetable.busy_in_room(room_id, window)
    return RoomNews(RoomSchedule([*entries, *map(busy_with, bookings)]), tuple(bookings))


def _everybody(unit: Unit) -> dict[PersonId, Known | None]:
    identities, memberships = unit.people.all_identities(), unit.societies.all_memberships()
    logins, addresses = unit.tokens.all(), unit.people.all_known_addresses()
    return {
        person.id: Known(
            person,
            tuple(identities.get(person.id, ())),
            tuple(memberships.get(person.id, ())),
            tuple(logins.get(person.id, ())),
            addresses.get(person.id, {}),
        )
        for person in unit.people.all()
    }


def _some_people(unit: Unit, people: Iterable[str]) -> dict[PersonId, Known | None]:
    return {person_id: _one_person(unit, person_id) for person_id in map(PersonId, map(int, people))}


def _one_person(unit: Unit, person_id: PersonId) -> Known | None:
    person = unit.people.get(person_id)
    if person is None:
        return None
    memberships: list[Membership] = unit.societies.memberships(person_id)
    return Known(
        person,
        tuple(unit.people.identities(person_id)),
        tuple(memberships),
        tuple(unit.tokens.of_person(person_id)),
        unit.people.known_addresses(person_id),
    )


def _societies(unit: Unit) -> tuple[list[Society], Mapping[SocietyId, TokenTerm]]:
    return unit.societies.all(), unit.societies.terms()


_Key = TypeVar("_Key")
Listener: TypeAlias = Callable[[frozenset[PersonId]], None]
_MOST_TOLD = 100
"""A change that touches more people than this is a new picture; nobody is told of each."""


class Picture:
    """Catalogue, availability, directory and active bookings, kept true by storage."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or Catalogue((), ())
        self.availability = Availability(self.catalogue)
        self.directory = Directory()
        self.bookings: dict[BookingId, Booking] = {}
        self.window: Interval | None = None
        self.sources: Mapping[str, SourceState] = {}
        self.logins = 0
        """Grows whenever a login came to an end, here or in another process."""
        self._of_person: dict[PersonId, tuple[Booking, ...]] = {}
        self._of_society: dict[SocietyId, tuple[Booking, ...]] = {}
        self._in_room: dict[RoomId, tuple[Booking, ...]] = {}
        self._listeners: list[Listener] = []
        self._touched: set[PersonId] = set()

    def tell(self, listener: Listener) -> None:
        """Call `listener` after each change with the people whose bookings or societies it touched."""
        self._listeners.append(listener)

    @property
    def is_complete(self) -> bool:
        """Whether busy times and people have been read; the catalogue alone comes first."""
        return self.window is not None

    def covers(self, interval: Interval) -> bool:
        window = self.window
        return window is not None and window.start <= interval.start and interval.end <= window.end

    def of_person(self, person_id: PersonId) -> tuple[Booking, ...]:
        """Someone's active bookings within the window, by start; the same tuple until one changes."""
        return self._of_person.get(person_id, ())

    def of_society(self, society_id: SocietyId) -> tuple[Booking, ...]:
        return self._of_society.get(society_id, ())

    def in_room(self, room_id: RoomId) -> tuple[Booking, ...]:
        return self._in_room.get(room_id, ())

    def see(self, record: Record) -> None:
        """Take in what a hot use case of this process has just committed."""
        if record.before is not None:
            self.availability.remove(record.before.room_id, busy_with(record.before))
            self._drop(record.before)
        booking = record.insert or record.update
        if booking is not None and booking.state is BookingState.ACTIVE and self.covers(booking.interval):
            self.availability.add(booking.room_id, busy_with(booking))
            self._keep(booking)
        self._tell()

    def learn(self, news: News) -> None:
        """Take in what storage read back."""
        if news.catalogue is not None:
            self.catalogue = news.catalogue
            self.availability = self.availability.of(news.catalogue)
        if news.whole:
            self._start_anew(news)
        self._learn_rooms(news.rooms)
        for person_id, known in news.people.items():
            self.directory.put(person_id, known)
        if news.societies is not None:
            self.directory.put_societies(*news.societies)
        self.logins += news.logins
        if news.sources is not None:
            self.sources = news.sources
        if news.whole or len(news.people) > _MOST_TOLD:
            self._touched.clear()
        else:
            self._touched.update(news.people)
            self._tell()

    def _tell(self) -> None:
        touched, self._touched = frozenset(self._touched), set()
        if touched:
            for listener in self._listeners:
                listener(touched)

    def _start_anew(self, news: News) -> None:
        self.window = news.window
        schedules = {room_id: room.schedule for room_id, room in news.rooms.items()}
        self.availability = Availability(self.catalogue, schedules, self.availability.version + 1)
        self.bookings.clear()
        for index in (self._of_person, self._of_society, self._in_room):
            index.clear()

    def _learn_rooms(self, rooms: Mapping[RoomId, RoomNews]) -> None:
        """All old bookings go before any new one comes: one may have moved from room to room."""
        for room_id, room in rooms.items():
            self.availability.replace(room_id, room.schedule)
            for booking in self.in_room(room_id):
                self._drop(booking)
        for room in rooms.values():
            for booking in room.bookings:
                self._keep(booking)

    def _keep(self, booking: Booking) -> None:
        self.bookings[booking.id] = booking
        _insert(self._in_room, booking.room_id, booking)
        if booking.booked_by is not None:
            _insert(self._of_person, booking.booked_by, booking)
            self._touched.add(booking.booked_by)
        if booking.society_id is not None:
            _insert(self._of_society, booking.society_id, booking)

    def _drop(self, booking: Booking) -> None:
        """Out of its room; out of all else too, unless it is known to have moved to another room."""
        _remove(self._in_room, booking.room_id, booking)
        known = self.bookings.get(booking.id)
        if known is None or known.room_id != booking.room_id:
            return
        del self.bookings[booking.id]
        if booking.booked_by is not None:
            _remove(self._of_person, booking.booked_by, booking)
            self._touched.add(booking.booked_by)
        if booking.society_id is not None:
            _remove(self._of_society, booking.society_id, booking)


def _insert(index: dict[_Key, tuple[Booking, ...]], key: _Key, booking: Booking) -> None:
    others = (each for each in index.get(key, ()) if each.id != booking.id)
    index[key] = tuple(sorted((*others, booking), key=lambda each: (each.interval.start, each.id)))


def _remove(index: dict[_Key, tuple[Booking, ...]], key: _Key, booking: Booking) -> None:
    rest = tuple(each for each in index.get(key, ()) if each.id != booking.id)
    if rest:
        index[key] = rest
    else:
        index.pop(key, None)
