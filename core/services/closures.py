"""Closures: close rooms, buildings and the campus, and notify the holders of bookings inside."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from core.clock import Clock
from core.errors import BookingsInClosure, Invalid, InvalidTimes, UnknownBuilding, UnknownClosure, UnknownRoom
from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BuildingId,
    Closure,
    ClosureId,
    OutboxMessage,
    Person,
    RoomId,
)
from core.names import check_label
from core.policy.rules import Rules
from core.ports import Storage, UnitOfWork
from core.schedule_reading import ALL_TIME
from core.services.conflicts import holders_of
from core.services.import_comparison import ImportComparison

CLOSED = "closure"
MAX_REASON = 150
_MAX_LENGTH = timedelta(days=366)


class NewClosure(Struct, frozen=True):
    """Request to close a room, a building, or (with neither) the campus."""

    interval: Interval
    reason: str = ""
    room_id: RoomId | None = None
    building_id: BuildingId | None = None
    is_yearly: bool = False


class ClosureResult(Struct, frozen=True):
    """The closures that are new, how many there were before, and the bookings whose holders are notified."""

    added: tuple[Closure, ...]
    known: int
    bookings: tuple[Booking, ...]


class UnansweredBooking(Struct, frozen=True):
    """A booking that still lies in a closure, with the people who decide on it."""

    closure: Closure
    booking: Booking
    holders: tuple[Person, ...]


class ClosureService:
    """Use cases of operators. The caller checks their rights."""

    def __init__(self, storage: Storage, rules: Rules, clock: Clock) -> None:
        self._storage = storage
        self._rules = rules
        self._clock = clock

    async def add(self, new: Sequence[NewClosure], by: str, *, is_confirmed: bool = False) -> ClosureResult:
        """Closes what is not closed so already, all or nothing.

        `BookingsInClosure` if bookings lie inside and `is_confirmed` is false. With it, they stay, and their
        holders are notified once.
        """
        now = self._clock.now()
        closures = [self._closure(each, by, now) for each in new]

        def transaction(unit: UnitOfWork) -> ClosureResult:
            unit.closures.lock()
            _check_places(unit, closures)
            there = {_key(each) for each in unit.closures.all()}
            missing = [each for each in dict.fromkeys(closures) if _key(each) not in there]
            inside = {each: tuple(_bookings_in(unit, each, now)) for each in missing}
            bookings = tuple(dict.fromkeys(booking for found in inside.values() for booking in found))
            if bookings and not is_confirmed:
                raise BookingsInClosure(bookings)
            added = []
            for each in missing:
                stored = unit.closures.add(each)
                added.append(stored)
                unit.audit(AuditEntry(now, by, "close", _subject(stored), {"closure": stored.id}))
                unit.outbox.add(_notices(unit, stored, inside[each], now))
            return ClosureResult(tuple(added), len(closures) - len(missing), bookings)

        return await self._storage.write_relaxed(transaction)

    async def remove(self, closure_id: ClosureId, by: str) -> Closure:
        """Opens again what a closure closed; raises `UnknownClosure`."""

        def transaction(unit: UnitOfWork) -> Closure:
            closure = unit.closures.get(closure_id)
            if closure is None or not unit.closures.remove(closure_id):
                raise UnknownClosure
            unit.audit(AuditEntry(self._clock.now(), by, "open", _subject(closure), {"closure": closure_id}))
            return closure

        return await self._storage.write(transaction)

    async def all(self, *, past: bool = False) -> list[Closure]:
        """Closures that are not over, or all of them."""
        now = self._clock.now()
        closures = await self._storage.read(lambda unit: unit.closures.all())
        return [each for each in closures if past or each.is_yearly or each.interval.end > now]

    async def unanswered(self) -> list[UnansweredBooking]:
        """Bookings, not over yet, that still lie in closures."""
        now = self._clock.now()

        def find(unit: UnitOfWork) -> list[UnansweredBooking]:
            return [
                UnansweredBooking(closure, booking, tuple(_people(unit, booking)))
                for closure in unit.closures.all()
                for booking in _bookings_in(unit, closure, now)
            ]

        return await self._storage.read(find)

    def _closure(self, new: NewClosure, by: str, now: datetime) -> Closure:
        reason = check_label(new.reason, "A reason") if new.reason.strip() else ""
        if len(reason) > MAX_REASON:
            raise Invalid(f"A reason has at most {MAX_REASON} characters.")
        if new.is_yearly and new.interval.duration > _MAX_LENGTH:
            raise InvalidTimes("A yearly closure lasts for a year at most.")
        if not new.is_yearly and new.interval.end <= now:
            raise InvalidTimes("That time has passed. Choose a later end.")
        zone = self._rules.zone.key
        return Closure(
            ClosureId(0), new.interval, reason, now, by, zone, new.room_id, new.building_id, new.is_yearly
        )


def _check_places(unit: UnitOfWork, closures: Iterable[Closure]) -> None:
    rooms = {each.id for each in unit.rooms.rooms()}
    buildings = {each.id for each in unit.rooms.buildings()}
    for each in closures:
        if each.room_id is not None and each.room_id not in rooms:
            raise UnknownRoom(each.room_id)
        if each.building_id is not None and each.building_id not in buildings:
            raise UnknownBuilding(f"There is no building {each.building_id}.")


def compare_closures(
    unit: UnitOfWork, new: Iterable[NewClosure]
) -> ImportComparison[tuple[object, ...], NewClosure]:
    """What `ClosureService.add` would add; a closure that is there stays as it is."""
    wanted = {_key(each): each for each in new}
    there = {_key(each) for each in unit.closures.all()}
    return ImportComparison({key: each for key, each in wanted.items() if key in there}, wanted)


def _key(closure: Closure | NewClosure) -> tuple[object, ...]:
    """What makes two closures the same."""
    return closure.room_id, closure.building_id, closure.interval, closure.is_yearly


def _subject(closure: Closure) -> str:
    return f"room:{closure.room_id}" if closure.room_id else f"building:{closure.building_id or 'all'}"


def _bookings_in(unit: UnitOfWork, closure: Closure, now: datetime) -> Iterator[Booking]:
    """Active bookings, not over yet, that overlap a closure."""
    rooms = _rooms_in(unit, closure)
    first = now if closure.is_yearly else max(now, closure.interval.start)
    last = ALL_TIME.end if closure.is_yearly else closure.interval.end
    if last <= first or rooms == []:
        return
    for booking in unit.bookings.active(Interval(first, last), rooms):
        if booking.interval.end > now and any(True for _ in closure.occurrences(booking.interval)):
            yield booking


def _rooms_in(unit: UnitOfWork, closure: Closure) -> list[RoomId] | None:
    """The rooms that a closure closes; None for all of them."""
    if closure.room_id is not None:
        return [closure.room_id]
    if closure.building_id is None:
        return None
    return [each.id for each in unit.rooms.rooms() if each.building_id == closure.building_id]


def _people(unit: UnitOfWork, booking: Booking) -> Iterator[Person]:
    for person_id in holders_of(unit, booking):
        if (person := unit.people.get(person_id)) is not None:
            yield person


def _notices(
    unit: UnitOfWork, closure: Closure, bookings: Iterable[Booking], now: datetime
) -> Iterator[OutboxMessage]:
    """One message per booking and holder."""
    for booking in bookings:
        for person_id in holders_of(unit, booking):
            yield OutboxMessage(
                key=f"{CLOSED} {closure.id} {booking.id} {person_id}",
                kind=CLOSED,
                due_at=now,
                payload=str(closure.id),
                person_id=person_id,
                booking_id=booking.id,
                expires_at=booking.interval.end,
            )
