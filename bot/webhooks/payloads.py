"""Payloads: an event as the JSON that is sent."""

import copy
from datetime import UTC, datetime
from typing import Any

import orjson

from core.model import Booking, RoomId, WebhookEvent
from core.read_model import ReadModel

TEST_TYPE = "webhook.test"


def payload_of(
    event: WebhookEvent, read_model: ReadModel, *, is_personal: bool = False, booking: Booking | None = None
) -> bytes:
    """The body for an event, with the names of rooms.

    With `is_personal` also the owner, and the title of `booking` as it is now.
    """
    data = copy.deepcopy(dict(event.data))
    about = data.get("booking", data)
    if "room_id" in about:
        about["room_name"] = _room_name(read_model, about["room_id"])
    if event.type.value.startswith("booking.") and is_personal:
        about["title"] = booking.title if booking is not None else ""
        about["booked_by"] = _person(event, read_model)
    return _render(event.type.value, event.at, data)


def render_test(now: datetime, campus: str) -> bytes:
    """The body of a test."""
    of_campus = f" of {campus}" if campus else ""
    return _render(TEST_TYPE, now, {"message": f"A test by Roomie{of_campus}."})


def _render(event_type: str, at: datetime, data: dict[str, Any]) -> bytes:
    timestamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return orjson.dumps({"type": event_type, "timestamp": timestamp, "data": data})


def _room_name(read_model: ReadModel, room_id: str) -> str:
    room = read_model.catalogue.rooms.get(RoomId(room_id))
    return room.name if room is not None else room_id


def _person(event: WebhookEvent, read_model: ReadModel) -> dict[str, str] | None:
    """None for a society's booking by token, and for people who are no longer there."""
    account = read_model.directory.people.get(event.person_id) if event.person_id is not None else None
    return None if account is None else {"username": account.person.username, "name": account.person.name}
