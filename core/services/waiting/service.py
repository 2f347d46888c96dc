"""Use cases of the waiting list."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from core.catalogue import RoomQuery
from core.clock import Clock
from core.errors import (
    NothingToWaitFor,
    OfferExpired,
    RoomieError,
    SlotTaken,
    TooManyWaits,
    UnknownPerson,
    UnknownRoom,
    UnknownWait,
)
from core.interval import Interval
from core.model import (
    AttemptedRequest,
    AuditEntry,
    Booking,
    BookingState,
    PersonId,
    RequestedAction,
    Room,
    SocietyId,
    Wait,
    WaitEnd,
    WaitId,
    WaitState,
)
from core.policy.rules import Rules
from core.ports import Storage, UnitOfWork
from core.read_model import ReadModel
from core.services.attempts import attempting
from core.services.book_room import BookingResult, BookRoom
from core.services.bookings import BookingService, new_booking_id
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.waiting.line import (
    WaitCandidate,
    bookable_rooms,
    candidates,
    free_mask,
    has_booking,
    is_free_to_watch,
    is_past,
    place_in_line,
)
from core.services.waiting.offers import OfferRound, end, reference
from core.services.waiting.queries import query_of, without_room, write_query

_BATCH_SIZE = 25
"""Waits in one transaction: on SQLite nothing else is written meanwhile."""


class WaitRequest(Struct, frozen=True):
    """Request to wait for a room that fits `query`, or to watch the one that it names."""

    by: PersonId
    slot: Interval
    query: RoomQuery = field(default_factory=RoomQuery)
    society_id: SocietyId | None = None
    is_watch: bool = False


class PlaceInLine(Struct, frozen=True):
    """A wait and its place in line, 1 for the first. `hold` is the offer that is to be answered."""

    wait: Wait
    number: int
    hold: Booking | None = None


class WaitingService:
    """Waits of people, and the offers to them."""

    def __init__(
        self, storage: Storage, read_model: ReadModel, rules: Rules, clock: Clock, bookings: BookingService
    ) -> None:
        self._storage = storage
        self._read_model = read_model
        self._rules = rules
        self._clock = clock
        self._bookings = bookings

    async def ask(self, request: WaitRequest) -> PlaceInLine:
        """Puts the person at the end of the line; once for the same request.

        Raises `NothingToWaitFor`, `TooManyWaits`, or what would refuse the booking were the room free.
        """
        now = self._clock.now()
        new = Wait(
            WaitId(0),
            request.by,
            request.slot,
            now,
            request.query.room,
            "" if request.query.room is not None else write_query(request.query),
            request.society_id,
            request.is_watch,
        )
        query = request.query
        attempt = AttemptedRequest(
            RequestedAction.WAIT, request.by, query.room, request.slot, request.society_id, query.capacity
        )
        with attempting(attempt):
            self._check(new, now)
            return await self._join(new, now)

    async def _join(self, new: Wait, now: datetime) -> PlaceInLine:
        def transaction(unit: UnitOfWork) -> tuple[Wait, list[Wait]]:
            unit.waits.lock([new.person_id])
            mine = unit.waits.of_person(new.person_id)
            stored = next((each for each in mine if _key(each) == _key(new)), None)
            if stored is None:
                if sum(each.is_watch == new.is_watch for each in mine) >= self._rules.waits_per_person:
                    raise TooManyWaits(self._rules.waits_per_person)
                stored = unit.waits.add(new)
                subject, actor = f"wait:{stored.id}", f"person:{new.person_id}"
                unit.audit(AuditEntry(now, actor, "watch" if new.is_watch else "wait", subject))
            return stored, unit.waits.open()

        wait, waits = await self._storage.write_relaxed(transaction)
        return PlaceInLine(wait, place_in_line(wait, waits, self._read_model))

    async def of_person(self, person_id: PersonId) -> list[PlaceInLine]:
        """What a person waits for, with the place in line."""
        now = self._clock.now()

        def read(unit: UnitOfWork) -> tuple[list[Wait], dict[str, Booking | None]]:
            waits = unit.waits.open()
            mine = [each for each in waits if each.person_id == person_id and each.hold_id]
            return waits, {each.hold_id: unit.bookings.get(each.hold_id) for each in mine if each.hold_id}

        waits, holds = await self._storage.read(read)
        return [
            PlaceInLine(
                each, place_in_line(each, waits, self._read_model), _live(holds.get(each.hold_id or ""), now)
            )
            for each in waits
            if each.person_id == person_id and not self._is_over(each, now)
        ]

    async def get(self, wait_reference: str, by: PersonId) -> tuple[Wait, Booking | None]:
        """A person's wait, by its id or an offer's reference, with the hold of that offer."""
        wait, hold = await self._storage.read(lambda unit: _find(unit, wait_reference, by))
        return wait, hold

    async def take(self, wait_reference: str, by: PersonId) -> BookingResult:
        """Books what is offered, as any booking; `OfferExpired` if it is too late. Repeats change nothing."""
        now = self._clock.now()
        wait, hold = await self.get(wait_reference, by)
        if hold is None or not (_live(hold, now) or self._is_booked(hold, by)):
            raise OfferExpired
        booked = await self._bookings.book(
            BookRoom(
                new_booking_id(),
                hold.room_id,
                hold.interval,
                by,
                hold.society_id,
                request=f"offer {hold.id}",
            )
        )
        await self._end(wait, WaitEnd.BOOKED)
        return booked

    async def pass_on(self, wait_reference: str, by: PersonId) -> Wait:
        """Declines an offer. Who waits for a room stops waiting; others keep their place for other rooms."""

        def transaction(unit: UnitOfWork) -> Wait:
            unit.waits.lock([by])
            wait, hold = _find(unit, wait_reference, by)
            if wait.ended is WaitEnd.PASSED:
                return wait
            if wait.state is not WaitState.OFFERED or hold is None or wait.hold_id != hold.id:
                raise OfferExpired
            if wait.room_id is not None:
                end(unit, wait, WaitEnd.PASSED, self._clock.now())
                return replace(wait, state=WaitState.ENDED, ended=WaitEnd.PASSED)
            unit.bookings.end_hold(hold.id)
            again = replace(without_room(wait, hold.room_id), state=WaitState.WAITING, offered_until=None)
            unit.waits.put(again)
            return again

        return await self._storage.write_relaxed(transaction)

    async def stop(self, wait_id: WaitId, by: PersonId) -> Wait:
        """Ends a wait of `by`; `UnknownWait` if it has ended."""

        def transaction(unit: UnitOfWork) -> Wait:
            unit.waits.lock([by])
            wait, _ = _find(unit, str(wait_id), by)
            if wait.state is WaitState.ENDED:
                raise UnknownWait
            end(unit, wait, WaitEnd.STOPPED, self._clock.now())
            return wait

        return await self._storage.write_relaxed(transaction)

    async def make_offers(self) -> int | None:
        """Offers what is free to those who are first in line; returns how many waits have changed.

        Any process may call this at any time: whatever freed a slot, it is found by its being free. None if
        another process makes offers at this moment: call again a little later.
        """
        waits = await self._storage.read(lambda unit: unit.waits.open())
        now = self._clock.now()
        pending = candidates(waits, self._read_model, self._rules, now)
        offers, changed = OfferRound(self._read_model, self._rules, now), 0
        while batch := _next_batch(pending, offers):
            settled = await self._settle(offers, batch)
            if settled is None:
                return None
            changed += settled
        return changed

    async def _settle(self, offers: OfferRound, batch: Sequence[WaitCandidate]) -> int | None:
        """What a transaction has offered counts only when it is committed; it may be repeated."""
        before = tuple(offers.taken)

        def transaction(unit: UnitOfWork) -> int | None:
            offers.taken[:] = before
            return offers.settle(unit, batch)

        try:
            return await self._storage.write_relaxed(transaction)
        except SlotTaken:
            offers.taken[:] = before
            return 0

    def _is_booked(self, hold: Booking, by: PersonId) -> bool:
        mine = self._read_model.of_person(by)
        return any((each.room_id, each.interval) == (hold.room_id, hold.interval) for each in mine)

    async def _end(self, ended: Wait, why: WaitEnd) -> None:
        def transaction(unit: UnitOfWork) -> None:
            unit.waits.lock([ended.person_id])
            wait = unit.waits.get(ended.id)
            if wait is not None and wait.ended is not why:
                end(unit, wait, why, self._clock.now())

        await self._storage.write_relaxed(transaction)

    def _is_over(self, wait: Wait, now: datetime) -> bool:
        is_served = not wait.is_watch and has_booking(wait, self._read_model)
        return is_served or is_past(wait, self._read_model, self._rules, now)

    def _check(self, wait: Wait, now: datetime) -> None:
        if wait.is_watch:
            self._check_watch(wait, now)
            return
        if has_booking(wait, self._read_model):
            raise NothingToWaitFor(
                "You have a room for that time already. Cancel it first to wait for another."
            )
        check, allowed, refusals = self._eligibility(wait, now), 0, list[RoomieError]()
        for room, alike in self._rooms(wait):
            if (refusal := check.refusal(room, wait.interval)) is None:
                allowed |= alike
            else:
                refusals.append(refusal)
        if not allowed:
            raise refusals[0]
        if free_mask(wait, self._read_model.availability) & allowed:
            raise NothingToWaitFor("That's free, so there is nothing to wait for. Book it now.", is_free=True)

    def _check_watch(self, wait: Wait, now: datetime) -> None:
        if wait.room_id is None:
            raise UnknownRoom
        if is_past(wait, self._read_model, self._rules, now):
            raise NothingToWaitFor("That time has passed. Choose a later one.")
        if is_free_to_watch(wait, self._read_model.availability, now):
            raise NothingToWaitFor("It's free already. Book it now.", is_free=True)

    def _rooms(self, wait: Wait) -> list[tuple[Room, int]]:
        """The rooms that would do: one of each combination of booking rules, with the mask of all alike."""
        catalogue, mask = self._read_model.catalogue, bookable_rooms(wait, self._read_model)
        rooms = [(room, alike & mask) for room, alike in catalogue.rooms_by_rules if alike & mask]
        if not rooms and wait.room_id is not None:
            return [(catalogue.room(wait.room_id), 0)]
        if not rooms:
            raise NothingToWaitFor("There's no room like that to wait for. Ask for something else.")
        return rooms

    def _eligibility(self, wait: Wait, now: datetime) -> EligibilityCheck:
        """What the person could book now. Quota is left out: it may be there when there is an offer."""
        directory = self._read_model.directory
        account = directory.people.get(wait.person_id)
        if account is None:
            raise UnknownPerson(str(wait.person_id))
        society = directory.societies.get(wait.society_id) if wait.society_id is not None else None
        role = account.role_in(society.id) if society is not None else None
        return EligibilityCheck(BookingParty(account.person, society, role), self._rules, now)


def _next_batch(pending: list[WaitCandidate], offers: OfferRound) -> list[WaitCandidate]:
    """Removes the next candidates, without those whose rooms have been offered to others."""
    batch: list[WaitCandidate] = []
    while pending and len(batch) < _BATCH_SIZE:
        if not offers.is_hopeless(each := pending.pop(0)):
            batch.append(each)
    return batch


def _find(unit: UnitOfWork, wait_reference: str, by: PersonId) -> tuple[Wait, Booking | None]:
    """A wait of `by`, and its hold; an older offer's reference has none."""
    number, _, _ = wait_reference.partition(".")
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    wait = unit.waits.get(int(number)) if is_number else None
    if wait is None or wait.person_id != by:
        raise UnknownWait
    is_current = wait.hold_id is not None and wait_reference == reference(wait)
    return wait, unit.bookings.get(wait.hold_id) if is_current and wait.hold_id else None


def _live(hold: Booking | None, now: datetime) -> Booking | None:
    if hold is None or hold.state is not BookingState.HELD or hold.held_until is None:
        return None
    return hold if hold.held_until > now else None


def _key(wait: Wait) -> tuple[object, ...]:
    """What makes two requests the same."""
    return wait.room_id, query_of(wait), wait.interval, wait.society_id, wait.is_watch
