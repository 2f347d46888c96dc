"""Stores series that were shown, so that the press of a button books or changes exactly what was shown.

A button has room for 70 characters, so that it carries the id of a stored draft and what to do with it. A
stored draft never changes. Any process can answer the press, until the draft expires.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from bot.chat.command import CommandContext
from core.catalogue import RoomQuery
from core.errors import Invalid
from core.model import (
    Booking,
    BookingId,
    BuildingId,
    Draft,
    Equipment,
    Location,
    RoomId,
    SeriesId,
    SeriesRule,
    SocietyId,
)
from core.policy.recurrence import read_rule, write_rule
from core.services.series import Choices, SeriesChange, SeriesRequest, SeriesScope

_LIFETIME = timedelta(days=2)
_MAX_DRAFTS = 100
"""Per person."""
_ID_LENGTH = 16
_ANY_ZONE = ZoneInfo("UTC")
"""Rules are stored with their last day as a date."""
_EXPIRED = "This preview has expired. Please ask again."


class SeriesDraft(Struct, frozen=True):
    """A request for a series, or a change of one, with the choices shown, by the name of their button.

    `adopt` is the booking that becomes a date of the series.
    """

    request: SeriesRequest | None = None
    change: SeriesChange | None = None
    adopt: BookingId | None = None
    shown: Mapping[str, Choices] = field(default_factory=dict)
    id: str = ""


class DraftValue(Struct, frozen=True):
    """What a button carries: a draft, what to do with it, and a detail of that (a page, a room)."""

    draft_id: str
    mode: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.draft_id}~{self.mode}~{self.detail}"

    @classmethod
    def read(cls, code: str) -> "DraftValue":
        parts = code.split("~")
        if len(parts) != 3 or not parts[0]:
            raise Invalid(_EXPIRED)
        return cls(*parts)


async def store_draft(context: CommandContext, draft: SeriesDraft) -> SeriesDraft:
    """Stores a new draft for the requester; returns it with its id."""
    draft_id = uuid4().hex[:_ID_LENGTH]
    expires_at = context.services.clock.now() + _LIFETIME
    stored = Draft(draft_id, context.person.id, json.dumps(_encode(draft)), expires_at)
    await context.services.storage.write(lambda unit: unit.drafts.add(stored, _MAX_DRAFTS))
    return replace(draft, id=draft_id)


async def keep_draft(
    context: CommandContext, draft: SeriesDraft, shown: Mapping[str, Choices]
) -> SeriesDraft:
    """The draft itself if it is stored with these choices; else a new one, as old buttons keep theirs."""
    if draft.id and draft.shown == shown:
        return draft
    return await store_draft(context, replace(draft, shown=shown))


async def load_draft(context: CommandContext, value: DraftValue) -> SeriesDraft:
    """The draft of a pressed button; `Invalid` where it expired or is somebody else's."""
    person_id, now = context.person.id, context.services.clock.now()
    stored = await context.services.storage.read(lambda unit: unit.drafts.get(value.draft_id))
    if stored is None or stored.person_id != person_id or stored.expires_at <= now:
        raise Invalid(_EXPIRED)
    return _decode(json.loads(stored.payload), stored)


def adopted_booking(context: CommandContext, draft: SeriesDraft) -> Booking | None:
    return context.read_model.bookings.get(draft.adopt) if draft.adopt is not None else None


def _encode(draft: SeriesDraft) -> dict[str, Any]:
    return {
        "request": None if draft.request is None else _encode_request(draft.request),
        "change": None if draft.change is None else _encode_change(draft.change),
        "adopt": draft.adopt,
        "shown": {
            mode: [[day.toordinal(), room_id] for day, room_id in choices]
            for mode, choices in draft.shown.items()
        },
    }


def _decode(payload: Mapping[str, Any], stored: Draft) -> SeriesDraft:
    request, change = payload["request"], payload["change"]
    return SeriesDraft(
        None if request is None else _decode_request(request, stored),
        None if change is None else _decode_change(change, stored),
        payload["adopt"],
        {
            mode: tuple((date.fromordinal(day), RoomId(room_id)) for day, room_id in choices)
            for mode, choices in payload["shown"].items()
        },
        stored.id,
    )


def _encode_request(request: SeriesRequest) -> dict[str, Any]:
    return {
        "rule": _encode_rule(request.rule),
        "starts_at": request.starts_at,
        "length": request.length,
        "room": request.room_id,
        "query": _encode_query(request.query),
        "society": request.society_id,
        "title": request.title,
        "notes": request.notes,
    }


def _decode_request(payload: Mapping[str, Any], stored: Draft) -> SeriesRequest:
    return SeriesRequest(
        _decode_rule(payload["rule"]),
        payload["starts_at"],
        payload["length"],
        stored.person_id,
        None if payload["room"] is None else RoomId(payload["room"]),
        _decode_query(payload["query"]),
        None if payload["society"] is None else SocietyId(payload["society"]),
        payload["title"],
        payload["notes"],
    )


def _encode_rule(rule: SeriesRule) -> dict[str, Any]:
    return {
        "rrule": write_rule(rule),
        "starts_on": rule.starts_on.toordinal(),
        "exceptions": sorted(day.toordinal() for day in rule.exceptions),
    }


def _decode_rule(payload: Mapping[str, Any]) -> SeriesRule:
    rule = read_rule(payload["rrule"], date.fromordinal(payload["starts_on"]), _ANY_ZONE)
    return replace(rule, exceptions=frozenset(map(date.fromordinal, payload["exceptions"])))


def _encode_query(query: RoomQuery) -> dict[str, Any]:
    return {
        "capacity": query.capacity,
        "equipment": sorted(query.equipment),
        "usage": query.usage,
        "building": query.building,
        "location": query.location,
        "near": query.near,
        "excluded": sorted(query.excluded),
        "bookable_only": query.bookable_only,
        "individual_only": query.individual_only,
    }


def _decode_query(payload: Mapping[str, Any]) -> RoomQuery:
    return RoomQuery(
        capacity=payload["capacity"],
        equipment=frozenset(map(Equipment, payload["equipment"])),
        usage=payload["usage"],
        building=None if payload["building"] is None else BuildingId(payload["building"]),
        location=None if payload["location"] is None else Location(payload["location"]),
        near=None if payload["near"] is None else BuildingId(payload["near"]),
        excluded=frozenset(payload["excluded"]),
        bookable_only=payload["bookable_only"],
        individual_only=payload["individual_only"],
    )


def _encode_change(change: SeriesChange) -> dict[str, Any]:
    return {
        "series": change.series_id,
        "scope": change.scope.value,
        "day": _ordinal(change.day),
        "starts_at": change.starts_at,
        "length": change.length,
        "room": change.room_id,
        "title": change.title,
        "until": _ordinal(change.until),
    }


def _decode_change(payload: Mapping[str, Any], stored: Draft) -> SeriesChange:
    return SeriesChange(
        SeriesId(payload["series"]),
        stored.person_id,
        SeriesScope(payload["scope"]),
        _date(payload["day"]),
        payload["starts_at"],
        payload["length"],
        None if payload["room"] is None else RoomId(payload["room"]),
        payload["title"],
        _date(payload["until"]),
    )


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _date(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)
