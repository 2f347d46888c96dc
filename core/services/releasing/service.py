"""Warns people who have not checked in, and releases what is left of their bookings."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from core.catalogue import Catalogue
from core.clock import Clock
from core.errors import NothingToPostpone, UnknownBooking
from core.model import AuditEntry, Booking, BookingId, ReleaseNotice, Room
from core.policy.check_in import POSTPONEMENT, free_from, is_awaited, needs_check_in
from core.policy.rules import Rules
from core.ports import Facts, Storage, UnitOfWork
from core.read_model import ReadModel
from core.services.ownership import attended_booking
from core.services.releasing.presence import record_presence
from core.services.releasing.steps import WORKER, ReleaseStep, platforms_reached, warn
from core.services.sharing.guests import Attendee
from core.services.versions import next_version


class ReleaseService:
    """Bookings in rooms where people check in."""

    def __init__(self, storage: Storage, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        self._storage = storage
        self._read_model = read_model
        self._rules = rules
        self._clock = clock
        self._rooms: tuple[Catalogue | None, tuple[Room, ...]] = (None, ())

    def needs_check_in(self, booking: Booking) -> bool:
        room = self._read_model.catalogue.rooms.get(booking.room_id)
        return room is not None and needs_check_in(room, self._rules)

    async def still_coming(self, booking_id: BookingId, by: Attendee) -> ReleaseNotice:
        """Postpones the release by a quarter of an hour, once; else `NothingToPostpone`."""
        known = self._read_model.bookings.get(booking_id)
        room = self._read_model.catalogue.rooms.get(known.room_id) if known is not None else None
        if known is None or room is None:
            raise UnknownBooking
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> ReleaseNotice:
            unit.bookings.lock(known)
            booking = _attended(unit, known.id, by, now)
            notice = booking.release
            if booking.checked_in_at is not None:
                raise NothingToPostpone("You're checked in already, so the room stays yours.")
            if notice is None:
                raise NothingToPostpone("There's nothing to postpone. Check in when you're there.")
            if notice.is_postponed:
                raise NothingToPostpone("You've said so once already. Check in when you're there.")
            later = ReleaseNotice(notice.number + 1, notice.release_at + POSTPONEMENT, is_postponed=True)
            unit.audit(AuditEntry(now, by.actor, "postpone release", booking.id))
            if free_from(room, self._rules, later.release_at) >= booking.interval.end:
                unit.bookings.update(booking, replace(next_version(booking), release=later))
            else:
                warn(unit, booking, later)
            return later

        return await self._storage.write_relaxed(transaction)

    async def record_presence(self, parts: Collection[str]) -> None:
        """Records that these parts of Roomie run, while there is anybody who may have to check in."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> None:
            for each in parts:
                record_presence(unit, each, now)

        if parts and any([True async for _ in self._awaited(now)]):
            await self._storage.write_relaxed(transaction)

    async def release_absent(self) -> int:
        """Takes the next step of each booking to which nobody has checked in; returns how many were changed.

        Any process may call this at any time; the parts that run must have recorded their presence.
        """
        await self.record_presence([WORKER])
        now, changed = self._clock.now(), 0
        for room, booking in await self._due(now):
            step = partial(ReleaseStep(room, self._rules, now).run, known=booking)
            changed += await self._storage.write_relaxed(step)
        return changed

    async def _due(self, now: datetime) -> list[tuple[Room, Booking]]:
        """Those with a step to take, as the read model knows them; they are read again in the transaction."""
        awaited = [each async for each in self._awaited(now)]
        warned = [each for _, each in awaited if each.release and each.release.delivered_at is None]
        arrived = await self._storage.read(partial(_arrived, warned)) if warned else frozenset()
        return [(room, each) for room, each in awaited if _is_due(each, now) or each.id in arrived]

    async def _awaited(self, now: datetime) -> AsyncIterator[tuple[Room, Booking]]:
        """Running bookings to which nobody has checked in by the time of the first warning."""
        read_model, second = self._read_model, int(now.timestamp())
        for room in await self._check_in_rooms():
            for busy in read_model.availability.schedule(room.id).conflicts(second, second + 1):
                booking = read_model.bookings.get(busy.booking_id) if busy.booking_id is not None else None
                if booking is not None and is_awaited(booking, room, self._rules, now):
                    yield room, booking

    async def _check_in_rooms(self) -> tuple[Room, ...]:
        """Chosen on a thread: it takes 50 ms for 50,000 rooms."""
        if self._rooms[0] is not (catalogue := self._read_model.catalogue):
            self._rooms = catalogue, await asyncio.to_thread(_check_in_rooms, catalogue, self._rules)
        return self._rooms[1]


def _check_in_rooms(catalogue: Catalogue, rules: Rules) -> tuple[Room, ...]:
    return tuple([each for each in catalogue.order if needs_check_in(each, rules)])


def _is_due(booking: Booking, now: datetime) -> bool:
    notice = booking.release
    return notice is None or (notice.delivered_at is not None and notice.release_at <= now)


def _arrived(warned: Iterable[Booking], unit: UnitOfWork) -> frozenset[BookingId]:
    """The bookings whose warning has arrived."""
    return frozenset(
        each.id for each in warned if each.release and platforms_reached(unit, each, each.release)
    )


def _attended(unit: UnitOfWork, booking_id: BookingId, by: Attendee, now: datetime) -> Booking:
    """The booking, if the requester is on it and it is not over."""
    booking, role = unit.bookings.get(booking_id), None
    if booking is not None and booking.society_id is not None and by.person_id is not None:
        role = unit.societies.role(by.person_id, booking.society_id)
    return attended_booking(Facts(booking=booking, role=role), by.person_id, now, by.identities)
