"""Messages to people about what an administrator did."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from core.interval import Interval
from core.model import Booking, Identity, OutboxMessage, PersonId
from core.services.guest_messages import read_place, write_place

ADMINISTRATION = "administration"
ANNOUNCEMENT = "announcement"
_LIFETIME = timedelta(days=7)
_ANNOUNCED_FOR = timedelta(days=2)


class AdminEvent(StrEnum):
    """What happened to the person, or to something of theirs."""

    CANCELLED = "cancelled"
    HANDED_OVER = "handed over"
    GRANTED = "granted"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    PASSWORD_SET = "password set"  # noqa: S105 - no password
    WAIT_ENDED = "wait ended"
    OFFER_ENDED = "offer ended"


def admin_message(
    event: AdminEvent,
    person_id: PersonId,
    key: str,
    now: datetime,
    details: Mapping[str, str | int],
    booking: Booking | None = None,
) -> OutboxMessage:
    """`key` says what the message is about, so that it is queued once."""
    payload: dict[str, str | int] = {"event": event, **details}
    if booking is not None:
        payload["place"] = write_place(booking.room_id, booking.interval)
    return OutboxMessage(
        key=f"{ADMINISTRATION} {event} {key} {person_id}",
        kind=ADMINISTRATION,
        due_at=now,
        payload=json.dumps(payload),
        person_id=person_id,
        booking_id=None if booking is None else booking.id,
        expires_at=now + _LIFETIME,
    )


def read_payload(payload: str) -> tuple[AdminEvent, Mapping[str, str | int]]:
    details = json.loads(payload)
    return AdminEvent(details.pop("event")), details


def read_booking_place(details: Mapping[str, str | int]) -> tuple[str, Interval]:
    """The room and the time of the booking that a message is about."""
    return read_place(str(details["place"]))


def announcement(channel: Identity, text: str, number: str, now: datetime) -> OutboxMessage:
    return OutboxMessage(
        key=f"{ANNOUNCEMENT} {number} {channel}",
        kind=ANNOUNCEMENT,
        due_at=now,
        payload=text,
        identity=channel,
        expires_at=now + _ANNOUNCED_FOR,
    )
