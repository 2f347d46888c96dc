"""Making, changing and looking up bookings."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import NewType
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.errors import InvalidTimes, UnknownBooking
from core.interval import Interval
from core.model.entities import Booking, BookingId, BookingState, PersonId, Room, RoomId
from core.policy.quota import quota_left, quota_week
from core.policy.rules import Rules
from core.ports.storage import Storage
from core.read_model import ReadModel
from core.services.book_room import BookingResult, BookRoom, booking_keys, decide_booking
from core.services.cancel_booking import CancelBooking, CancellationResult, cancel_keys, decide_cancel
from core.services.check_in import CheckIn, check_in_keys, decide_check_in
from core.services.move_booking import MoveBooking, MoveResult, decide_move, move_keys


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """How much of this quota week is left, in minutes, and what last week took."""

    left: int
    weekly_quota: int
    last_week: int


def new_booking_id() -> BookingId:
    return BookingId(str(uuid.uuid4()))


class BookingService:
    """The hot use cases with their clock and rules, and looking bookings up."""

    def __init__(self, storage: Storage, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        self._storage = storage
        self._read_model = read_model
        self._rules = rules
        self._clock = clock

    async def book(self, request: BookRoom) -> BookingResult:
        now = self._clock.now()
        return await self._storage.decide(
            booking_keys(request, self._rules, now),
            partial(decide_booking, request=request, rules=self._rules, now=now),
        )

    async def cancel(self, booking_id: BookingId, by: PersonId) -> CancellationResult:
        now, wish = self._clock.now(), CancelBooking(booking_id, by)
        return await self._storage.decide(
            cancel_keys(wish, self._rules, now),
            partial(decide_cancel, request=wish, rules=self._rules, now=now),
        )

    async def move(
        self, booking: Booking, by: PersonId, slot: Interval, room_id: RoomId | None = None
    ) -> MoveResult:
        """Have `booking` (as the asker saw it) in another slot, another room, or both."""
        now = self._clock.now()
        wish = MoveBooking(booking.id, by, room_id or booking.room_id, slot, booking.version)
        return await self._storage.decide(
            move_keys(wish, self._rules, now),
            partial(decide_move, request=wish, rules=self._rules, now=now),
        )

    async def extend(self, booking: Booking, by: PersonId, longer: timedelta) -> MoveResult:
        """Let a booking end later, or earlier when `longer` is below zero."""
        start, end = booking.interval.start, booking.interval.end + longer
        if end <= start:
            raise InvalidTimes("That would leave nothing of the booking. Cancel it instead.")
        return await self.move(booking, by, Interval(start, end))

    async def check_in(self, booking_id: BookingId, by: PersonId) -> Booking:
        now, wish = self._clock.now(), CheckIn(booking_id, by)
        return await self._storage.decide(
            check_in_keys(wish, self._rules, now),
            partial(decide_check_in, request=wish, rules=self._rules, now=now),
        )

    async def get(self, booking_id: BookingId) -> Booking:
        """An active booking, from memory where it is known there."""
        booking = self._read_model.bookings.get(booking_id)
        if booking is None:
            booking = await self._storage.read(lambda unit: unit.bookings.get(booking_id))
        if booking is None or booking.state is BookingState.CANCELLED:
            raise UnknownBooking
        return booking

    def upcoming(self, person_id: PersonId) -> tuple[Booking, ...]:
        """Someone's bookings that are not over, by start."""
        now = self._clock.now()
        return tuple(each for each in self._read_model.of_person(person_id) if each.interval.end > now)

    async def on_day(self, person_id: PersonId, day: Interval) -> list[Booking]:
        """Someone's bookings that overlap a day, whenever that is."""
        if self._read_model.covers(day):
            return [each for each in self._read_model.of_person(person_id) if each.interval.overlaps(day)]
        return await self._storage.read(lambda unit: unit.bookings.of_person(person_id, day))

    async def quota(self, person_id: PersonId) -> QuotaStatus:
        week = quota_week(self._clock.now(), self._rules)
        spent, before = await self._storage.read(
            lambda unit: (unit.bookings.spent(person_id, week), unit.bookings.spent(person_id, week - 7))
        )
        return QuotaStatus(quota_left(spent, self._rules), self._rules.weekly_quota, before)


GridSlot = NewType("GridSlot", Interval)
"""Interval that starts and ends on a room's booking grid; `snap_to_grid` makes one."""


def snap_to_grid(slot: Interval, room: Room | None, rules: Rules) -> GridSlot:
    """The smallest slot on the grid of `room`, or of the campus in general, that contains `slot`.

    Free and busy times themselves are never rounded.
    """
    return _snap(slot, rules.slot_length_of(room), rules.zone)


@lru_cache(maxsize=1024)
def _snap(slot: Interval, minutes: int, zone: ZoneInfo) -> GridSlot:
    """Cached, because a list of rooms snaps the same slot for each of them."""
    grid = timedelta(minutes=minutes)
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return GridSlot(Interval(start - _past_grid(start, grid), end + (-_past_grid(end, grid)) % grid))


def _past_grid(local: datetime, grid: timedelta) -> timedelta:
    since_midnight = timedelta(
        hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return since_midnight % grid


def open_hours(instant: datetime, room: Room | None, rules: Rules) -> Interval:
    """When `room`, or the campus in general, is open on the campus day of `instant`."""
    local = instant.astimezone(rules.zone)
    hours = rules.hours(room, local.weekday())
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return Interval(_wall_clock(midnight, hours.opens), _wall_clock(midnight, hours.closes))


def _wall_clock(midnight: datetime, minutes: int) -> datetime:
    """So many minutes after midnight on the wall clock, whatever the clocks did that day."""
    days, minute = divmod(minutes, 24 * 60)
    return (midnight + timedelta(days=days)).replace(hour=minute // 60, minute=minute % 60)
