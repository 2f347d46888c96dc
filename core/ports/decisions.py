"""Batched decisions: a pure function decides on facts, storage reads them and writes the result.

Hot use cases (book, cancel, move, check in) name what they touch as `DecisionKeys`, receive `Facts` and
return a `Decision`. They never await, so storage can run many of them in one transaction. A decision on many
bookings at once (a series) names keys for each of them, and is written completely or not at all.
"""

from datetime import timedelta
from typing import Generic, TypeVar

from msgspec import Struct

from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    Busy,
    Change,
    Charge,
    OutboxMessage,
    Person,
    PersonId,
    Role,
    Room,
    RoomId,
    Series,
    SeriesId,
    Society,
    SocietyId,
    TokenTerm,
)

T = TypeVar("T")


CLOSURE_LOOKAHEAD = timedelta(days=60)
"""For how long closures are read that follow on one, to name when a room opens again."""


class DecisionKeys(Struct, frozen=True):
    """What a decision touches: the facts to read, and on PostgreSQL the locks to take."""

    week: int
    """The quota week whose charges are summed."""
    room: RoomId | None = None
    window: Interval | None = None
    """The interval of `room` whose busy intervals are read."""
    person: PersonId | None = None
    society: SocietyId | None = None
    booking: BookingId | None = None
    request: str | None = None
    """Idempotency key: executed once; repeats get the same result."""
    series: SeriesId | None = None
    society_week: Interval | None = None
    """The interval in which the bookings of `society` are summed."""

    @property
    def closure_window(self) -> Interval | None:
        """The interval of `room` whose closures are read."""
        window = self.window if self.room is not None else None
        return None if window is None else Interval(window.start, window.end + CLOSURE_LOOKAHEAD)


class Facts(Struct, frozen=True):
    """What the transaction read for `DecisionKeys`; empty for keys that are None.

    `society` and `role` are the existing booking's when the keys have no society. `spent` is the sum of the
    person's charges in the week; `charged` is what they were charged for the existing booking in that week,
    and `charges` what in each week. `guests` are the people with accounts who are invited to it.
    `series_minutes` are those of the society's series in `society_week`, `society_minutes` those of all its
    bookings. Granted minutes count as not spent.
    """

    room: Room | None = None
    person: Person | None = None
    society: Society | None = None
    role: Role | None = None
    term: TokenTerm | None = None
    booking: Booking | None = None
    busy: tuple[Busy, ...] = ()
    """Bookings and timetable entries in the window."""
    closures: tuple[Busy, ...] = ()
    """Closed times of the room from the window's start to `CLOSURE_LOOKAHEAD` after its end."""
    spent: int = 0
    charged: int = 0
    charges: tuple[tuple[int, int], ...] = ()
    series_minutes: int = 0
    society_minutes: int = 0
    guests: tuple[Person, ...] = ()
    previous_result: Booking | None = None
    """The result of an earlier request with the same idempotency key."""


class WriteSet(Struct, frozen=True):
    """What a decision writes, atomically."""

    insert: Booking | None = None
    update: Booking | None = None
    """The new state of a booking. `before` is the old one; its version must match the stored one."""
    before: Booking | None = None
    charge: Charge | None = None
    refunds: tuple[Charge, ...] = ()
    """Refunds in other weeks than that of `charge`."""
    audit: AuditEntry | None = None
    request: str | None = None
    """Idempotency key, stored with the booking that is inserted or updated."""
    withdraw_messages_of: BookingId | None = None
    """The booking whose unsent messages are withdrawn, except for those in `messages`."""
    messages: tuple[OutboxMessage, ...] = ()
    series: Series | None = None
    """A new series, or the new state of `series_before`, whose version must match the stored one."""
    series_before: Series | None = None
    detach: tuple[BookingId, ...] = ()
    """Bookings that leave their series first, so that others can take their place."""

    @property
    def charges(self) -> tuple[Charge, ...]:
        return self.refunds if self.charge is None else (self.charge, *self.refunds)

    @property
    def changes(self) -> set[Change]:
        """Change events of the rooms whose busy times it changes."""
        touched = (self.insert, self.update, self.before)
        return {Change("room", each.room_id) for each in touched if each is not None}


class Decision(Struct, Generic[T], frozen=True):
    """The result for the caller, and the writes to commit first; None when nothing changes."""

    outcome: T
    writes: WriteSet | None = None


class JointDecision(Struct, Generic[T], frozen=True):
    """The result for the caller, and all writes to commit first: in this order, completely or not at all."""

    outcome: T
    writes: tuple[WriteSet, ...] = ()
