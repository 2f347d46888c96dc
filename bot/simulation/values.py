"""What is replayed: the requests of a period in their order, and the campus as it is."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from msgspec import Struct, field

from core.interval import Interval
from core.model import (
    Booking,
    BookingId,
    Busy,
    Charge,
    Person,
    PersonId,
    Role,
    Room,
    RoomId,
    Society,
    SocietyId,
)


class PastKind(Enum):
    """A request, or what became of a booking; in the order in which they are replayed within a second."""

    RELEASE = 0
    """Nobody checked in."""
    CANCEL = 1
    SERIES_DATE = 2
    """A date of a series, which is kept as it was."""
    BOOK = 3
    MOVE = 4


class PastEvent(Struct, frozen=True):
    """An event of the past. `was_refused` is the code of its refusal, empty if it succeeded.

    `room_id` and `slot` are what was asked for.
    """

    at: datetime
    kind: PastKind
    booking_id: BookingId
    by: PersonId | None = None
    room_id: RoomId | None = None
    slot: Interval | None = None
    society_id: SocietyId | None = None
    was_refused: str = ""

    @property
    def is_request(self) -> bool:
        return self.kind in {PastKind.BOOK, PastKind.MOVE}


class Past(Struct, frozen=True):
    """Everything that a replay needs. `bookings` and `charges` are those from before the period."""

    events: tuple[PastEvent, ...]
    rooms: Mapping[RoomId, Room] = field(default_factory=dict)
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    societies: Mapping[SocietyId, Society] = field(default_factory=dict)
    roles: Mapping[tuple[PersonId, SocietyId], Role] = field(default_factory=dict)
    timetable: tuple[tuple[RoomId, Busy], ...] = ()
    closures: tuple[tuple[RoomId, Busy], ...] = ()
    bookings: tuple[Booking, ...] = ()
    charges: tuple[Charge, ...] = ()
