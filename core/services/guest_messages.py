"""Messages to the guests of a booking: invitations, and what became of the booking."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from core.interval import Interval
from core.model import Booking, BookingState, Guest, OutboxMessage, RoomId

INVITATION = "invitation"
GUEST_NOTICE = "guest notice"


class GuestEvent(StrEnum):
    """What happened to the booking, or to the guest's place on it."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    REMOVED = "removed"


class GuestNotice(Struct, frozen=True):
    """Payload of a notice: the event, and the room and time of the booking before it."""

    event: GuestEvent
    room_id: RoomId
    interval: Interval

    def __str__(self) -> str:
        return f"{self.event} {write_place(self.room_id, self.interval)}"

    @classmethod
    def read(cls, payload: str) -> "GuestNotice":
        event, place = payload.split(" ", 1)
        return cls(GuestEvent(event), *read_place(place))


def write_place(room_id: RoomId, interval: Interval) -> str:
    """A room and a time as they end a payload: `1773241200 1773244800 K-J17-G01`, in seconds since 1970."""
    start, end = (int(each.timestamp()) for each in (interval.start, interval.end))
    return f"{start} {end} {room_id}"


def read_place(text: str) -> tuple[RoomId, Interval]:
    start, end, room_id = text.split(" ", 2)
    first, last = (datetime.fromtimestamp(int(each), UTC) for each in (start, end))
    return RoomId(room_id), Interval(first, last)


def invitations(booking: Booking, guests: Iterable[Guest], now: datetime) -> tuple[OutboxMessage, ...]:
    """One message for each guest; however often a person is invited, they get one for a booking."""
    return tuple(
        OutboxMessage(
            key=f"{INVITATION} {booking.id} {guest.key}",
            kind=INVITATION,
            due_at=now,
            payload=guest.key,
            person_id=guest.person_id,
            identity=guest.identity,
            booking_id=booking.id,
            expires_at=booking.interval.end,
        )
        for guest in guests
    )


def notices(before: Booking, after: Booking, now: datetime) -> tuple[OutboxMessage, ...]:
    """Notices to the guests of a booking that it was cancelled, or moved to another room or time."""
    if after.state is BookingState.CANCELLED:
        return guest_notices(GuestEvent.CANCELLED, before, before.guests, after.version, now)
    if after.place != before.place:
        return guest_notices(GuestEvent.MOVED, before, after.guests, after.version, now)
    return ()


def guest_notices(
    event: GuestEvent, before: Booking, guests: Iterable[Guest], version: int, now: datetime
) -> tuple[OutboxMessage, ...]:
    """`version` is the booking's after the event."""
    return tuple(
        OutboxMessage(
            key=f"{GUEST_NOTICE} {before.id} v{version} {guest.key}",
            kind=GUEST_NOTICE,
            due_at=now,
            payload=str(GuestNotice(event, before.room_id, before.interval)),
            person_id=guest.person_id,
            identity=guest.identity,
            booking_id=before.id,
            expires_at=before.interval.end,
        )
        for guest in guests
    )
