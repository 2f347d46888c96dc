"""Bookings, what they cost, and how they look to others."""

from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple, NewType

from msgspec import Struct

from core.interval import Interval
from core.model.campus import RoomId
from core.model.people import Identity, PersonId, SocietyId
from core.model.series import Occurrence, SeriesId
from core.model.timetable import BookingType

BookingId = NewType("BookingId", str)
"""A UUID in its canonical text form."""


class BookingState(Enum):
    """`HELD` is no booking, but an offer: until `held_until` only its person can book the slot."""

    ACTIVE = 1
    CANCELLED = 0
    HELD = 2


class Guest(Struct, frozen=True):
    """A person invited to a booking: one with an account, or a chat account that is not linked to one.

    `name` is how the platform calls the chat account; it may be empty.
    """

    person_id: PersonId | None = None
    identity: Identity | None = None
    name: str = ""

    @property
    def key(self) -> str:
        """The same for the same person, whatever their name."""
        return self.identity or str(self.person_id)


class TransferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Transfer(Struct, frozen=True):
    """A booking offered to the person `to`, to have it, or to exchange it for theirs (`swap_with`).

    `place` and `swap_place` are what `Booking.place` was when it was offered.
    """

    id: str
    to: PersonId
    expires_at: datetime
    place: str
    swap_with: BookingId | None = None
    swap_place: str = ""
    state: TransferState = TransferState.OPEN


class ReleaseNotice(Struct, frozen=True):
    """Warning number `number` that a booking is released at `release_at` unless somebody checks in.

    It counts from `delivered_at`, when it was first known to have arrived; until then nothing is released.
    `is_postponed`: somebody has said that they are still coming.
    """

    number: int
    release_at: datetime
    delivered_at: datetime | None = None
    is_postponed: bool = False


class Booking(Struct, frozen=True):
    """A booking of a room.

    `booked_by` is None when a society token made the booking: then the society itself is the owner.
    `version` grows with every change. `non_refundable` is how many of its charged minutes stay spent because
    it was changed too late for a refund. `occurrence` says of which series it is a date, if of any.
    `held_until` is when a hold expires. `guests` are the people invited, `transfer` the last offer to hand it
    over. `release` is the last warning that nobody has checked in; at `released_at` the rest was released.
    """

    id: BookingId
    room_id: RoomId
    interval: Interval
    booked_by: PersonId | None
    created_at: datetime
    society_id: SocietyId | None = None
    title: str = ""
    notes: str = ""
    state: BookingState = BookingState.ACTIVE
    checked_in_at: datetime | None = None
    version: int = 1
    non_refundable: int = 0
    occurrence: Occurrence | None = None
    held_until: datetime | None = None
    guests: tuple[Guest, ...] = ()
    transfer: Transfer | None = None
    release: ReleaseNotice | None = None
    released_at: datetime | None = None

    @property
    def place(self) -> str:
        """Room and slot as text, to compare."""
        start, end = (int(each.timestamp()) for each in (self.interval.start, self.interval.end))
        return f"{start}-{end} {self.room_id}"

    @property
    def series_id(self) -> SeriesId | None:
        return self.occurrence.series_id if self.occurrence is not None else None


class Charge(Struct, frozen=True):
    """One entry of the quota ledger: `minutes` charged (negative: refunded) in a quota week.

    `week` is the campus date of the Monday on which the quota week begins, as days since 1970-01-01.
    """

    person_id: PersonId
    booking_id: BookingId
    week: int
    minutes: int
    at: datetime


class Busy(NamedTuple):
    """An interval in which a room is taken by a booking, a hold, a timetable entry or a closure.

    `start` and `end` are seconds since 1970, UTC, half-open. `name` is public: a personal booking is only
    called `Booked`. `source` is the timetable it came from, or `booking:`, `hold:` or `closure:` and an id.
    """

    start: int
    end: int
    name: str
    booking_type: str
    source: str

    @property
    def booking_id(self) -> BookingId | None:
        prefix, _, booking_id = self.source.partition(":")
        return BookingId(booking_id) if prefix == "booking" else None

    @property
    def is_hold(self) -> bool:
        return self.source.startswith("hold:")

    @property
    def is_closure(self) -> bool:
        return self.source.startswith("closure:")


def busy_for(booking: Booking) -> Busy:
    """The public view of a booking: a society's shows its title, a person's or a hold only that it exists."""
    if booking.state is BookingState.HELD:
        return _busy_for_hold(booking)
    return Busy(
        int(booking.interval.start.timestamp()),
        int(booking.interval.end.timestamp()),
        booking.title or "Society booking" if booking.society_id else "Booked",
        BookingType.SOCIETY if booking.society_id else BookingType.INTERNAL,
        f"booking:{booking.id}",
    )


def _busy_for_hold(hold: Booking) -> Busy:
    start, end = int(hold.interval.start.timestamp()), int(hold.interval.end.timestamp())
    return Busy(start, end, "Held", BookingType.INTERNAL, f"hold:{hold.id}")
