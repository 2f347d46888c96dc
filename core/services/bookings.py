"""Booking service: decisions on bookings, and lookups."""

import uuid
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.clock import Clock
from core.errors import InvalidTimes, UnknownBooking
from core.interval import Interval
from core.model import (
    AttemptedRequest,
    Booking,
    BookingId,
    BookingState,
    Identity,
    PersonId,
    RequestedAction,
    Room,
    RoomId,
)
from core.policy.door_code import DoorCodes
from core.policy.quota import quota_left, quota_week
from core.policy.rules import Rules
from core.ports import Decision, Facts, Storage, UnitOfWork
from core.read_model import ReadModel
from core.services.attempts import about, attempting
from core.services.book_room import BookingResult, BookRoom, booking_keys, decide_booking
from core.services.cancel_booking import CancelBooking, CancellationResult, cancel_keys, decide_cancel
from core.services.check_in import CheckIn, DoorCodeCheck, check_in_keys, decide_check_in
from core.services.move_booking import MoveBooking, MoveResult, decide_move, move_keys


class QuotaStatus(Struct, frozen=True):
    """Minutes left of this quota week's quota, and minutes spent last week.

    `weekly_quota` includes what was granted for this week; `spent` is less by it.
    """

    left: int
    weekly_quota: int
    last_week: int
    spent: int = 0


def new_booking_id() -> BookingId:
    """Random from the first digit on: people name a booking by its first eight."""
    return BookingId(str(uuid.uuid4()))


def quota_status(unit: UnitOfWork, person_id: PersonId, week: int, rules: Rules) -> QuotaStatus:
    """A person's quota of a week, and what was used in the week before."""
    ledger, before = unit.bookings, week - 7
    spent, granted = ledger.spent(person_id, week), ledger.granted(person_id, week)
    last_week = ledger.spent(person_id, before) + ledger.granted(person_id, before)
    whole = max(0, rules.weekly_quota + granted)
    return QuotaStatus(quota_left(spent, rules), whole, last_week, spent)


class BookingService:
    """Runs decisions on bookings and looks bookings up."""

    def __init__(
        self,
        storage: Storage,
        read_model: ReadModel,
        rules: Rules,
        clock: Clock,
        door_codes: DoorCodes | None = None,
    ) -> None:
        self._storage = storage
        self._read_model = read_model
        self._rules = rules
        self._clock = clock
        self._door_codes = door_codes or DoorCodes()

    async def book(self, request: BookRoom) -> BookingResult:
        now = self._clock.now()
        attempt = AttemptedRequest(
            RequestedAction.BOOK, request.by, request.room_id, request.slot, request.society_id
        )
        with attempting(attempt):
            return await self._storage.decide(
                booking_keys(request, self._rules, now),
                partial(decide_booking, request=request, rules=self._rules, now=now),
            )

    async def cancel(self, booking_id: BookingId, by: PersonId) -> CancellationResult:
        now, request = self._clock.now(), CancelBooking(booking_id, by)
        with attempting(self._attempt_at(RequestedAction.CANCEL, booking_id, by)):
            return await self._storage.decide(
                cancel_keys(request, self._rules, now),
                partial(decide_cancel, request=request, rules=self._rules, now=now),
            )

    async def preview_cancel(self, booking_id: BookingId, by: PersonId) -> CancellationResult:
        """What cancelling would refund now, without cancelling; raises what cancelling would raise."""
        now, request = self._clock.now(), CancelBooking(booking_id, by)

        def decide(facts: Facts) -> Decision[CancellationResult]:
            return Decision(decide_cancel(facts, request, self._rules, now).outcome)

        return await self._storage.decide(cancel_keys(request, self._rules, now), decide)

    async def move(
        self,
        booking: Booking,
        by: PersonId,
        slot: Interval,
        room_id: RoomId | None = None,
        title: str | None = None,
    ) -> MoveResult:
        """Moves `booking` (the version that the requester saw) to another slot, room, or both.

        `title` is its new one; None leaves it.
        """
        now = self._clock.now()
        request = MoveBooking(
            booking.id,
            by,
            room_id or booking.room_id,
            slot,
            booking.version,
            is_occurrence=booking.occurrence is not None,
            title=title,
            society_id=booking.society_id,
        )
        with attempting(
            AttemptedRequest(RequestedAction.MOVE, by, request.room_id, slot, booking.society_id)
        ):
            return await self._storage.decide(
                move_keys(request, self._rules, now),
                partial(decide_move, request=request, rules=self._rules, now=now),
            )

    async def extend(self, booking: Booking, by: PersonId, longer: timedelta) -> MoveResult:
        """Moves the end of a booking by `longer`; negative shortens it."""
        start, end = booking.interval.start, booking.interval.end + longer
        if end <= start:
            raise InvalidTimes("That would leave nothing of the booking. Cancel it instead.")
        with attempting(about(RequestedAction.EXTEND, booking, by)):
            return await self.move(booking, by, Interval(start, end))

    async def check_in(
        self,
        booking_id: BookingId,
        by: PersonId | None,
        identities: tuple[Identity, ...] = (),
        door_code: str = "",
    ) -> Booking:
        """Checks in the owner or a guest, who may have been invited by one of their chat accounts."""
        now, request = self._clock.now(), CheckIn(booking_id, by, identities, door_code)
        check = DoorCodeCheck(self._door_codes, self._read_model.catalogue.rooms)
        with attempting(self._attempt_at(RequestedAction.CHECK_IN, booking_id, by)):
            return await self._storage.decide(
                check_in_keys(request, self._rules, now),
                partial(decide_check_in, request=request, rules=self._rules, now=now, check=check),
            )

    def _attempt_at(
        self, action: RequestedAction, booking_id: BookingId, by: PersonId | None
    ) -> AttemptedRequest:
        """What is asked of a booking, as far as the read model knows it."""
        booking = self._read_model.bookings.get(booking_id)
        return AttemptedRequest(action, by) if booking is None else about(action, booking, by)

    async def get(self, booking_id: BookingId) -> Booking:
        """Finds an active booking, in the read model first."""
        booking = self._read_model.bookings.get(booking_id)
        if booking is None:
            booking = await self._storage.read(lambda unit: unit.bookings.get(booking_id))
        if booking is None or booking.state is not BookingState.ACTIVE:
            raise UnknownBooking
        return booking

    def upcoming(self, person_id: PersonId) -> tuple[Booking, ...]:
        """A person's bookings that are not over, by start."""
        now = self._clock.now()
        return tuple(each for each in self._read_model.of_person(person_id) if each.interval.end > now)

    async def quota(self, person_id: PersonId) -> QuotaStatus:
        week = quota_week(self._clock.now(), self._rules)
        return await self._storage.read(lambda unit: quota_status(unit, person_id, week, self._rules))


GridSlot: TypeAlias = Interval
"""Interval that starts and ends on a room's booking grid; `snap_to_grid` makes one."""


def snap_to_grid(slot: Interval, room: Room | None, rules: Rules) -> GridSlot:
    """Returns the smallest slot on the booking grid of `room`, or of the campus, that contains `slot`.

    For requests only: busy times are never rounded.
    """
    return _snap(slot, rules.slot_length_of(room), rules.zone)


@lru_cache(maxsize=1024)
def _snap(slot: Interval, minutes: int, zone: ZoneInfo) -> GridSlot:
    """Cached: a search snaps the same slot for every room."""
    grid = timedelta(minutes=minutes)
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return Interval(start - _past_grid(start, grid), end + (-_past_grid(end, grid)) % grid)


def _past_grid(local: datetime, grid: timedelta) -> timedelta:
    since_midnight = timedelta(
        hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return since_midnight % grid
