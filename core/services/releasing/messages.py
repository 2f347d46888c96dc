"""Messages to the people on a booking: that it is going to be released, and that it was."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from core.interval import Interval
from core.model import Booking, Guest, OutboxMessage, ReleaseNotice, RoomId
from core.policy.check_in import WARNING

RELEASE_WARNING = "release warning"
RELEASED = "released"
_MESSAGE_LIFETIME = timedelta(days=1)


class Warned(Struct, frozen=True):
    """Payload of a warning: its number, and the start of the booking it was made for."""

    number: int
    start: datetime

    def __str__(self) -> str:
        return f"{self.number} {int(self.start.timestamp())}"

    @classmethod
    def read(cls, payload: str) -> "Warned":
        number, start = map(int, payload.split())
        return cls(number, datetime.fromtimestamp(start, UTC))


class ReleasedBooking(Struct, frozen=True):
    """Payload of the word that a booking was released.

    `interval` is what it was, `free_from` what was released of it. `refund` are the minutes given back,
    `no_shows` those of the recipient in four weeks (0: not counted). Until `same_day_until` they can book for
    the same day only.
    """

    room_id: RoomId
    interval: Interval
    free_from: datetime
    refund: int = 0
    no_shows: int = 0
    same_day_until: datetime | None = None

    def __str__(self) -> str:
        until = self.same_day_until
        moments = (self.interval.start, self.interval.end, self.free_from)
        numbers = [*(int(each.timestamp()) for each in moments), self.refund, self.no_shows]
        return " ".join(
            map(str, [*numbers, int(until.timestamp()) if until is not None else 0, self.room_id])
        )

    @classmethod
    def read(cls, payload: str) -> "ReleasedBooking":
        *numbers, room_id = payload.split(" ", 6)
        start, end, free, refund, no_shows, until = map(int, numbers)
        return cls(
            RoomId(room_id),
            Interval(_instant(start), _instant(end)),
            _instant(free),
            refund,
            no_shows,
            _instant(until) if until else None,
        )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def warnings(booking: Booking, notice: ReleaseNotice, people: Iterable[Guest]) -> list[OutboxMessage]:
    """Warnings of one number, five minutes before the release, to the holders and guests of a booking."""
    warned = Warned(notice.number, booking.interval.start)
    return [
        OutboxMessage(
            key=f"{RELEASE_WARNING} {booking.id} {warned} {each.key}",
            kind=RELEASE_WARNING,
            due_at=notice.release_at - WARNING,
            payload=str(warned),
            person_id=each.person_id,
            identity=each.identity,
            booking_id=booking.id,
            expires_at=booking.interval.end,
        )
        for each in people
    ]


def released_message(booking: Booking, released: ReleasedBooking, to: Guest, now: datetime) -> OutboxMessage:
    return OutboxMessage(
        key=f"{RELEASED} {booking.id} {to.key}",
        kind=RELEASED,
        due_at=now,
        payload=str(released),
        person_id=to.person_id,
        identity=to.identity,
        booking_id=booking.id,
        expires_at=now + _MESSAGE_LIFETIME,
    )
