"""JSON Schemas of the payloads, for the `webhooks` of the OpenAPI document and for docs/webhooks.md."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from core.model import EventType

Schema: TypeAlias = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_INSTANT: Schema = {"type": "string", "format": "date-time", "description": "UTC, to the second."}
_PLACE: Schema = {"room_id": _TEXT, "start": _INSTANT, "end": _INSTANT}
_PERSON: Schema = {
    "type": ["object", "null"],
    "description": "Who owns the booking; null for a society. Only for webhooks with personal data.",
    "properties": {"username": _TEXT, "name": _TEXT},
    "required": ["username", "name"],
    "additionalProperties": False,
}


def _object(properties: Schema, optional: tuple[str, ...] = (), description: str = "") -> Schema:
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": dict(properties),
        "required": [each for each in properties if each not in optional],
        "additionalProperties": False,
    }


_BOOKING = _object(
    {
        "id": _TEXT,
        **_PLACE,
        "room_name": _TEXT,
        "state": {"enum": ["active", "cancelled"]},
        "version": {"type": "integer", "minimum": 1, "description": "Grows with every change."},
        "society_id": {"type": ["string", "null"]},
        "series_id": {"type": ["string", "null"]},
        "checked_in_at": {**_INSTANT, "type": ["string", "null"]},
        "title": {**_TEXT, "description": "As it is when this is sent. Only with personal data."},
        "booked_by": _PERSON,
    },
    optional=("title", "booked_by"),
    description="The booking after the change.",
)
_PREVIOUS = _object(_PLACE, description="Where and when it was before.")
_MADE = _object({"booking": _BOOKING})
_CHANGED = _object({"booking": _BOOKING, "previous": _PREVIOUS})
_FREED = _object(
    {
        **_PLACE,
        "room_name": _TEXT,
        "reason": {"enum": ["cancelled", "changed", "released"]},
        "booking_id": {**_TEXT, "description": "The booking that no longer takes it."},
    }
)
_RESET = _object(
    {"start": _INSTANT, "end": _INSTANT, "weekly_quota_minutes": {"type": "integer", "minimum": 0}}
)
_REFUSED = _object({"source": _TEXT, "reasons": {"type": "array", "items": _TEXT}})

EVENTS: Mapping[EventType, tuple[str, Schema]] = {
    EventType.BOOKING_CREATED: ("A booking was made; each date of a series is one.", _MADE),
    EventType.BOOKING_CHANGED: ("A booking has another room, time, title or owner.", _CHANGED),
    EventType.BOOKING_CANCELLED: ("A booking was cancelled.", _MADE),
    EventType.BOOKING_CHECKED_IN: ("Somebody has checked in.", _MADE),
    EventType.BOOKING_RELEASED: ("Nobody has checked in, and the rest was released.", _CHANGED),
    EventType.ROOM_FREED: (
        "A booking leaves a room free. The waiting list comes first: it may be held for somebody already.",
        _FREED,
    ),
    EventType.QUOTA_RESET: ("A quota week has begun.", _RESET),
    EventType.TIMETABLE_REFUSED: ("A timetable looked wrong; the last good one stays in use.", _REFUSED),
}
"""What each event means, and the schema of its data."""


def payload_schema(event_type: EventType) -> Schema:
    """The schema of a body."""
    _, data = EVENTS[event_type]
    return _object({"type": {"const": event_type.value}, "timestamp": _INSTANT, "data": data})


def openapi_webhooks() -> dict[str, object]:
    """The `webhooks` object of an OpenAPI 3.1 document."""
    return {each.value: {"post": _operation(each)} for each in EventType}


def _operation(event_type: EventType) -> dict[str, object]:
    summary, _ = EVENTS[event_type]
    return {
        "operationId": f"webhook.{event_type.value}",
        "summary": summary,
        "parameters": [_header(name, text) for name, text in _HEADERS.items()],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": payload_schema(event_type)}},
        },
        "responses": {
            "2XX": {"description": "It has arrived. Anything else is sent again, later each time."},
            "410": {"description": "The receiver wants no more: the webhook is paused."},
        },
    }


_HEADERS = {
    "webhook-id": "Unique for each event, and the same when it is sent again.",
    "webhook-timestamp": "When it was sent, in seconds since 1970.",
    "webhook-signature": "Signatures of Standard Webhooks, separated by spaces: `v1,` and base64.",
}


def _header(name: str, description: str) -> dict[str, object]:
    return {"name": name, "in": "header", "required": True, "description": description, "schema": _TEXT}
