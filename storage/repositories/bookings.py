"""Bookings and the quota ledger."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from core.interval import Interval
from core.model import (
    Booking,
    BookingId,
    BookingState,
    Change,
    Charge,
    PersonId,
    QuotaGrant,
    RoomId,
    SeriesId,
    SocietyId,
)
from storage.advisory_locks import take_locks
from storage.mapping import booking_values, charge_values, seconds, to_booking
from storage.service_tables import quota_grant
from storage.tables import MAX_BOOKING_LENGTH, booking, charge, is_active, is_held
from storage.windows import overlaps


class SqlBookingRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def get(self, booking_id: BookingId) -> Booking | None:
        row = self._connection.execute(select(booking).where(booking.c.id == booking_id)).one_or_none()
        return None if row is None else to_booking(row)

    def of_person(self, person_id: PersonId, window: Interval | None = None) -> list[Booking]:
        return self._active(booking.c.booked_by == person_id, *_overlaps(window))

    def of_society(self, society_id: SocietyId, window: Interval | None = None) -> list[Booking]:
        return self._active(booking.c.society_id == society_id, *_overlaps(window))

    def active(self, window: Interval, rooms: Collection[RoomId] | None = None) -> list[Booking]:
        in_rooms = () if rooms is None else (booking.c.room_id.in_(rooms),)
        return self._active(*in_rooms, *_overlaps(window))

    def lock(self, known: Booking) -> None:
        owner = [] if known.booked_by is None else [("person", known.booked_by)]
        take_locks(self._connection, [("room", known.room_id), ("booking", known.id), *owner])

    def lock_all(
        self,
        bookings: Iterable[Booking],
        rooms: Iterable[RoomId] = (),
        people: Iterable[PersonId] = (),
        societies: Iterable[SocietyId] = (),
    ) -> None:
        known = list(bookings)
        named: set[tuple[str, object]] = {("booking", each.id) for each in known}
        named |= {("room", each) for each in (*rooms, *(each.room_id for each in known))}
        named |= {
            ("person", each) for each in (*people, *(each.booked_by for each in known)) if each is not None
        }
        named |= {("society", each) for each in societies}
        take_locks(self._connection, named)

    def update(self, before: Booking, after: Booking) -> bool:
        same = (booking.c.id == before.id, booking.c.version == before.version)
        done = self._connection.execute(update(booking).where(*same).values(booking_values(after)))
        if done.rowcount == 1:
            self._changes.update(Change("schedule", each.room_id) for each in (before, after))
        return done.rowcount == 1

    def charge(self, new: Charge) -> None:
        self._connection.execute(insert(charge).values(charge_values(new)))

    def charges(self, booking_id: BookingId, person_id: PersonId) -> Mapping[int, int]:
        totals = select(charge.c.week, func.sum(charge.c.minutes)).where(
            charge.c.booking_id == booking_id, charge.c.person_id == person_id
        )
        return {row[0]: int(row[1]) for row in self._connection.execute(totals.group_by(charge.c.week))}

    def no_shows(self, person_id: PersonId, since: datetime) -> int:
        """By start, for the index."""
        counted = select(func.count()).where(
            booking.c.booked_by == person_id,
            booking.c.start > seconds(since) - MAX_BOOKING_LENGTH,
            booking.c.released_at > seconds(since),
            booking.c.society_id.is_(None),
        )
        return int(self._connection.execute(counted).scalar_one())

    def holds(self, window: Interval, rooms: Collection[RoomId] | None = None) -> list[Booking]:
        in_rooms = () if rooms is None else (booking.c.room_id.in_(rooms),)
        found = select(booking).where(is_held, *in_rooms, *_overlaps(window)).order_by(booking.c.start)
        return [to_booking(row) for row in self._connection.execute(found)]

    def hold(self, hold: Booking) -> None:
        self._connection.execute(insert(booking).values(booking_values(hold)))
        self._changes.add(Change("schedule", hold.room_id))

    def end_hold(self, hold_id: BookingId) -> bool:
        ending = update(booking).where(booking.c.id == hold_id, is_held)
        values = {"state": BookingState.CANCELLED.value, "version": booking.c.version + 1}
        room_id = self._connection.execute(ending.values(values).returning(booking.c.room_id)).scalar()
        if room_id is not None:
            self._changes.add(Change("schedule", room_id))
        return room_id is not None

    def end_expired_holds(self, now: datetime, window: Interval, room_id: RoomId) -> None:
        is_past = booking.c.held_until <= seconds(now)
        ending = update(booking).where(is_held, is_past, booking.c.room_id == room_id, *_overlaps(window))
        values = {"state": BookingState.CANCELLED.value, "version": booking.c.version + 1}
        self._connection.execute(ending.values(values))

    def of_series(self, series_id: SeriesId) -> list[Booking]:
        return self._active(booking.c.series_id == series_id, booking.c.series_id.is_not(None))

    def charges_of_series(self, series_id: SeriesId) -> Mapping[BookingId, Mapping[int, int]]:
        totals = (
            select(charge.c.booking_id, charge.c.week, func.sum(charge.c.minutes))
            .join(booking, booking.c.id == charge.c.booking_id)
            .where(
                is_active,
                booking.c.series_id == series_id,
                booking.c.series_id.is_not(None),
                charge.c.person_id == booking.c.booked_by,
            )
            .group_by(charge.c.booking_id, charge.c.week)
        )
        charged: dict[BookingId, dict[int, int]] = defaultdict(dict)
        for booking_id, week, minutes in self._connection.execute(totals):
            charged[booking_id][week] = int(minutes)
        return charged

    def spent_since(self, person_id: PersonId, week: int) -> Mapping[int, int]:
        totals: dict[int, int] = defaultdict(int)
        for ledger, sign in ((charge.c, 1), (quota_grant.c, -1)):
            summed = select(ledger.week, func.sum(ledger.minutes)).where(
                ledger.person_id == person_id, ledger.week >= week
            )
            for each, minutes in self._connection.execute(summed.group_by(ledger.week)):
                totals[each] += sign * int(minutes)
        return totals

    def spent(self, person_id: PersonId, week: int) -> int:
        total = select(func.coalesce(func.sum(charge.c.minutes), 0)).where(
            charge.c.person_id == person_id, charge.c.week == week
        )
        return int(self._connection.execute(total).scalar_one()) - self.granted(person_id, week)

    def grant(self, new: QuotaGrant) -> None:
        self._connection.execute(insert(quota_grant).values({**asdict(new), "at": seconds(new.at)}))

    def granted(self, person_id: PersonId, week: int) -> int:
        total = select(func.coalesce(func.sum(quota_grant.c.minutes), 0)).where(
            quota_grant.c.person_id == person_id, quota_grant.c.week == week
        )
        return int(self._connection.execute(total).scalar_one())

    def _active(self, *conditions: ColumnElement[bool]) -> list[Booking]:
        found = select(booking).where(is_active, *conditions)
        return [
            to_booking(row) for row in self._connection.execute(found.order_by(booking.c.start, booking.c.id))
        ]


def _overlaps(window: Interval | None) -> tuple[ColumnElement[bool], ...]:
    return () if window is None else overlaps(booking, window, MAX_BOOKING_LENGTH)
