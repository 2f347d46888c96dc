"""Erases people, in steps that can be repeated: a process that is killed in between leaves nothing half done.

The first step marks the person, whom no repository finds from then on, so that nothing new is written for
them. The others may run in any process and more than once; the account, by which everything else is found,
goes last.
"""

import asyncio
import logging
from collections.abc import Collection
from time import perf_counter

from msgspec.structs import replace

from core.clock import Clock
from core.errors import BookingIsOver, Invalid, Unavailable, UnknownBooking, UnknownPerson
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingState,
    DataSubject,
    Erasure,
    PersonalData,
    PersonId,
    WaitEnd,
)
from core.model.retention import RowKey
from core.ports import ManagedStorage, UnitOfWork
from core.read_model import ReadModel
from core.services.bookings import BookingService
from core.services.privacy.plan import (
    ErasurePlan,
    bookings_ahead,
    check_may_be_erased,
    messages_to_administrators,
    plan_erasure,
)
from core.services.reminders import reminders
from core.services.versions import next_version
from core.services.waiting.offers import end

logger = logging.getLogger(__name__)

_ROWS_FOUND = 2_000
_ROWS_PER_TRANSACTION = 100
_MAX_PAUSE = 0.1
"""Seconds; others have the database at least half of the time."""
_ATTEMPTS = 5
"""Something that was being written when the person was marked may refer to the account once more."""


class ErasureService:
    """Exports and erases people."""

    def __init__(
        self, storage: ManagedStorage, read_model: ReadModel, clock: Clock, bookings: BookingService
    ) -> None:
        self._storage = storage
        self._read_model = read_model
        self._clock = clock
        self._bookings = bookings

    async def export(self, person_id: PersonId) -> PersonalData:
        """All that is stored about a person, from one snapshot."""

        def read(unit: UnitOfWork) -> PersonalData:
            subject = unit.privacy.subject(person_id)
            if subject is None or unit.people.get(person_id) is None:
                raise UnknownPerson(str(person_id))
            return unit.privacy.export(subject)

        return await self._storage.read(read)

    async def preview(self, person_id: PersonId) -> ErasurePlan:
        """What erasing a person would do now; raises what forbids it."""
        now = self._clock.now()
        account = self._read_model.directory.people.get(person_id)
        invited = self._read_model.of_guest(person_id, account.identities if account is not None else ())
        guest_of = sum(each.interval.end > now for each in invited)
        return await self._storage.read(lambda unit: plan_erasure(unit, person_id, guest_of, now))

    async def begin(
        self, person_id: PersonId, hand_over_to: PersonId | None = None, by: str = "erased"
    ) -> Erasure:
        """Marks and logs out a person. `by` is an actor of the audit trail; their name is never in it.

        Raises `UnknownPerson`, `LastAdministrator`, or `Invalid` for a successor who cannot be one.
        """
        erasure = Erasure(person_id, self._clock.now(), hand_over_to)

        def transaction(unit: UnitOfWork) -> None:
            check_may_be_erased(unit, person_id, erasure.requested_at)
            if hand_over_to == person_id:
                raise Invalid("The person who is erased can't have the bookings. Name somebody else.")
            if hand_over_to is not None and unit.people.get(hand_over_to) is None:
                raise UnknownPerson(str(hand_over_to))
            unit.outbox.add(list(messages_to_administrators(unit, person_id, erasure.requested_at)))
            unit.privacy.begin(erasure)
            unit.audit(AuditEntry(erasure.requested_at, by, "erase person", "erased"))

        await self._storage.write(transaction)
        return erasure

    async def complete_all(self) -> int:
        """Completes all erasures that have begun, in this process or another; returns how many."""
        pending = await self._storage.read(lambda unit: unit.privacy.unfinished())
        for each in pending:
            await self._remove(each)
        if pending:
            await self._storage.scrub()
            ids, now = [each.person_id for each in pending], self._clock.now()
            await self._storage.write_relaxed(lambda unit: unit.privacy.finish(ids, now))
        return len(pending)

    async def erase(
        self, person_id: PersonId, hand_over_to: PersonId | None = None, by: str = "administrator"
    ) -> None:
        """Erases a person completely."""
        await self.begin(person_id, hand_over_to, by)
        await self.complete_all()

    async def repeat(self, person_ids: Collection[PersonId]) -> int:
        """Erases people whom a restored backup has brought back; returns how many were there.

        To be called before anybody is added to what was restored: numbers above its highest are given again.
        """
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> int:
            back = [each for each in person_ids if unit.privacy.subject(each) is not None]
            return sum(unit.privacy.begin(Erasure(each, now)) for each in back)

        found = await self._storage.write(transaction)
        await self.complete_all()
        return found

    # Steps

    async def _remove(self, erasure: Erasure) -> None:
        subject = await self._storage.read(lambda unit: unit.privacy.subject(erasure.person_id))
        if subject is None:
            return
        await self._settle_bookings(erasure)
        await self._end_waits(erasure.person_id)
        for _ in range(_ATTEMPTS - 1):
            if await self._remove_rows(subject):
                return
            logger.info("an erased account is still referred to; trying again")
        await self._remove_rows(subject, is_last=True)

    async def _remove_rows(self, subject: DataSubject, *, is_last: bool = False) -> bool:
        """Erases all rows and then the account; False if something refers to it again."""
        while await self._erase_rows(subject):
            pass
        try:
            await self._storage.write(lambda unit: unit.privacy.remove_person(subject.person_id))
        except Unavailable:
            if is_last:
                raise
            return False
        return True

    async def _settle_bookings(self, erasure: Erasure) -> None:
        """Cancels bookings that are not over, so that others on them hear of it, or hands them over."""
        person_id, now = erasure.person_id, self._clock.now()
        ahead = await self._storage.read(lambda unit: bookings_ahead(unit, person_id, now))
        for booking in ahead:
            if booking.society_id is not None:
                continue  # stays with the society
            if not await self._hand_over(booking.id, erasure):
                await self._cancel(booking, person_id)

    async def _cancel(self, booking: Booking, person_id: PersonId) -> None:
        try:
            await self._bookings.cancel(booking.id, person_id)
        except (BookingIsOver, UnknownBooking):
            return

    async def _hand_over(self, booking_id: BookingId, erasure: Erasure) -> bool:
        """Whether the booking went to a successor, who is not charged for it."""
        to, now = erasure.hand_over_to, self._clock.now()
        if to is None:
            return False

        def transaction(unit: UnitOfWork) -> bool:
            before, successor = unit.bookings.get(booking_id), unit.people.get(to)
            if before is None or successor is None:
                return False
            unit.bookings.lock(before)
            before = unit.bookings.get(booking_id)
            if before is None or before.booked_by != erasure.person_id:
                return True
            if before.state is not BookingState.ACTIVE:
                return True
            guests = tuple(each for each in before.guests if each.person_id != to)
            after = replace(
                next_version(before), booked_by=to, guests=guests, transfer=None, occurrence=None, notes=""
            )
            unit.bookings.update(before, after)
            unit.outbox.add(reminders(replace(after, guests=()), successor, now))
            details = {"to": f"person:{to}"}
            unit.audit(AuditEntry(now, "erased", "hand over", booking_id, details))
            return True

        return await self._storage.write(transaction)

    async def _end_waits(self, person_id: PersonId) -> None:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> None:
            unit.waits.lock([person_id])
            for each in unit.waits.of_person(person_id):
                end(unit, each, WaitEnd.STOPPED, now)

        await self._storage.write_relaxed(transaction)

    async def _erase_rows(self, subject: DataSubject) -> int:
        """One pass over all sections; returns how many rows were changed."""
        sections = await self._storage.read(lambda unit: unit.privacy.sections)
        return sum([await self._erase_section(each, subject) for each in sections])

    async def _erase_section(self, section: str, subject: DataSubject) -> int:
        after: RowKey | None = None
        changed = 0
        while keys := await self._find(section, subject, after):
            for first in range(0, len(keys), _ROWS_PER_TRANSACTION):
                some = keys[first : first + _ROWS_PER_TRANSACTION]
                changed += await self._erase_some(section, subject, some)
            after = keys[-1]
        return changed

    async def _find(self, section: str, subject: DataSubject, after: RowKey | None) -> list[RowKey]:
        return list(
            await self._storage.read(lambda unit: unit.privacy.find(section, subject, after, _ROWS_FOUND))
        )

    async def _erase_some(self, section: str, subject: DataSubject, keys: list[RowKey]) -> int:
        began, now = perf_counter(), self._clock.now()
        erased = await self._storage.write_relaxed(
            lambda unit: unit.privacy.erase(section, subject, keys, now)
        )
        await asyncio.sleep(min(perf_counter() - began, _MAX_PAUSE))
        return erased
