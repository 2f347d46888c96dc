"""Serializes series of bookings as JSON: previews, and series as booked."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.web.framework.serializers import facts_of, room_name, taken_by, wall_time
from core.catalogue import Catalogue
from core.interval import Interval
from core.model import Booking, RoomId, Series
from core.policy.recurrence import write_rule
from core.services.series import Choices, SeriesDate, SeriesOverview, SeriesPreview


def preview(found: SeriesPreview, catalogue: Catalogue, zone: ZoneInfo) -> dict[str, object]:
    """A preview; each list under `choices` can be sent back to book what it shows."""
    choices = {"free": found.free, "with_other_rooms": found.with_other_rooms}
    if found.room_for_all is not None:
        choices["room_for_all"] = found.all_in(found.room_for_all)
    return {
        "dates": [_date(each, catalogue, zone) for each in found.dates],
        "is_all_free": found.is_all_free,
        "room_for_all": found.room_for_all,
        "quota_cost": found.quota_cost,
        "choices": {name: _choices(each) for name, each in choices.items()},
    }


def _choices(choices: Choices) -> list[dict[str, str]]:
    return [{"date": day.isoformat(), "room_id": room_id} for day, room_id in choices]


def _date(found: SeriesDate, catalogue: Catalogue, zone: ZoneInfo) -> dict[str, object]:
    """One date: `is_moved` if its wall time does not exist that day, so that it starts later."""
    row: dict[str, object] = {
        "date": found.day.isoformat(),
        **_times(found.slot, zone),
        **_room(found.room_id, catalogue),
        "verdict": found.verdict.value,
        "is_moved": found.is_shifted,
    }
    if found.refusal is not None:
        row |= {"error": str(found.refusal), "code": found.refusal.code, **facts_of(found.refusal)}
    if found.holders:
        row["taken_by"] = [taken_by(each) for each in found.holders]
    if found.other_room is not None:
        row["other_room"] = _room(found.other_room, catalogue)
    return row


def _times(slot: Interval, zone: ZoneInfo) -> dict[str, str]:
    start, end = (int(each.timestamp()) for each in (slot.start, slot.end))
    return {"start": wall_time(start, zone), "end": wall_time(end, zone)}


def _room(room_id: RoomId | None, catalogue: Catalogue) -> dict[str, str | None]:
    if room_id is None:
        return {"room_id": None, "room_name": None}
    room = catalogue.rooms.get(room_id)
    return {"room_id": room_id, "room_name": room_name(room) if room else room_id}


def overview(found: SeriesOverview, catalogue: Catalogue, zone: ZoneInfo) -> dict[str, object]:
    """A series, with its bookings to come."""
    return series(found.series, catalogue) | {"bookings": bookings(found.upcoming, catalogue, zone)}


def series(found: Series, catalogue: Catalogue) -> dict[str, object]:
    rule = found.rule
    return {
        "series_id": found.id,
        "rrule": write_rule(rule),
        "date": rule.starts_on.isoformat(),
        "exdate": [day.isoformat() for day in sorted(rule.exceptions)],
        "start_time": f"{found.starts_at // 60:02}:{found.starts_at % 60:02}",
        "minutes": found.length,
        **_room(found.room_id, catalogue),
        "society": found.society_id,
        "event_name": found.title,
        "notes": found.notes,
    }


def bookings(booked: Iterable[Booking], catalogue: Catalogue, zone: ZoneInfo) -> list[dict[str, object]]:
    return [_booking(each, catalogue, zone) for each in booked]


def _booking(booking: Booking, catalogue: Catalogue, zone: ZoneInfo) -> dict[str, object]:
    """One date of a series. `series_date` is its day by the rule; it stays when the booking moves."""
    occurrence = booking.occurrence
    return {
        "booking_id": booking.id,
        "date": _day(booking.interval.start, zone),
        "series_date": None if occurrence is None else occurrence.day.isoformat(),
        **_times(booking.interval, zone),
        **_room(booking.room_id, catalogue),
    }


def _day(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).date().isoformat()
