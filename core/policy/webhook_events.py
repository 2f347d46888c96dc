"""Events that webhooks are told of, from what is written."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from core.interval import Interval
from core.localtime import EPOCH, local_instant
from core.model import Booking, BookingState, EventType, WebhookEvent
from core.policy.rules import Rules
from core.ports import WriteSet


def events_of(writes: Iterable[WriteSet], now: datetime) -> list[WebhookEvent]:
    """The events of one decision, which may change several bookings, as a swap does."""
    changes = [(each.before, after) for each in writes if (after := each.insert or each.update) is not None]
    taken = [after for _, after in changes if after.state is BookingState.ACTIVE]
    return [event for before, after in changes for event in booking_events(before, after, now, taken)]


def booking_events(
    before: Booking | None, after: Booking, now: datetime, taken: Sequence[Booking] = ()
) -> list[WebhookEvent]:
    """The events of a booking's change: at most one of its own, then the intervals that fell free.

    `before` is None for a new booking. Bookings that were `taken` at the same time leave nothing free.
    Invitations, offers and warnings are no events.
    """
    event_type = _event_type(before, after)
    if event_type is None:
        return []
    freed = [] if before is None else _freed(before, after, now)
    others = [each for each in taken if before is not None and each.room_id == before.room_id]
    left = [piece for each in freed for piece in _without(each, [other.interval for other in others])]
    return [
        _booking_event(event_type, before, after, now),
        *(
            _freed_event(event_type, before, after, each, number, now)
            for number, each in enumerate(left, 1)
            if before is not None
        ),
    ]


def _event_type(before: Booking | None, after: Booking) -> EventType | None:
    was_active = before is not None and before.state is BookingState.ACTIVE
    is_active = after.state is BookingState.ACTIVE
    if before is None or not was_active:
        return EventType.BOOKING_CREATED if is_active else None
    if not is_active:
        return EventType.BOOKING_CANCELLED
    if after.released_at != before.released_at:
        return EventType.BOOKING_RELEASED
    if _announced_values(before) != _announced_values(after):
        return EventType.BOOKING_CHANGED
    if after.checked_in_at is not None and before.checked_in_at is None:
        return EventType.BOOKING_CHECKED_IN
    return None


def _announced_values(booking: Booking) -> tuple[object, ...]:
    return booking.place, booking.booked_by, booking.society_id, booking.title


def _booking_event(
    event_type: EventType, before: Booking | None, after: Booking, now: datetime
) -> WebhookEvent:
    data: dict[str, Any] = {"booking": _booking_data(after)}
    if event_type in {EventType.BOOKING_CHANGED, EventType.BOOKING_RELEASED} and before is not None:
        data["previous"] = _place(before.room_id, before.interval)
    return WebhookEvent(_event_id(after), event_type, now, _subject(after), data, after.id, after.booked_by)


def _booking_data(booking: Booking) -> dict[str, Any]:
    checked_in, series = booking.checked_in_at, booking.series_id
    return {
        "id": booking.id,
        **_place(booking.room_id, booking.interval),
        "state": "active" if booking.state is BookingState.ACTIVE else "cancelled",
        "version": booking.version,
        "society_id": booking.society_id,
        "series_id": series,
        "checked_in_at": _text(checked_in) if checked_in is not None else None,
    }


def _freed(before: Booking, after: Booking, now: datetime) -> Iterator[Interval]:
    """When the room is free now and was not before, as far as it is not over."""
    old, new = before.interval, after.interval
    if before.state is not BookingState.ACTIVE:
        return
    if after.state is not BookingState.ACTIVE or after.room_id != before.room_id or not old.overlaps(new):
        pieces = [(old.start, old.end)]
    else:
        pieces = [(old.start, new.start), (new.end, old.end)]
    for start, end in pieces:
        if max(start, now) < end:
            yield Interval(max(start, now), end)


def _without(freed: Interval, taken: Iterable[Interval]) -> list[Interval]:
    left = [freed]
    for other in taken:
        left = [piece for each in left for piece in _cut(each, other)]
    return left


def _cut(interval: Interval, other: Interval) -> Iterator[Interval]:
    """What remains of an interval without another."""
    if not interval.overlaps(other):
        yield interval
        return
    if interval.start < other.start:
        yield Interval(interval.start, other.start)
    if other.end < interval.end:
        yield Interval(other.end, interval.end)


_WHY_FREED = {
    EventType.BOOKING_CANCELLED: "cancelled",
    EventType.BOOKING_RELEASED: "released",
    EventType.BOOKING_CHANGED: "changed",
}


def _freed_event(
    cause: EventType, before: Booking, after: Booking, freed: Interval, number: int, now: datetime
) -> WebhookEvent:
    data = {**_place(before.room_id, freed), "reason": _WHY_FREED[cause], "booking_id": after.id}
    event_id = f"{_event_id(after)}-free-{number}"
    return WebhookEvent(event_id, EventType.ROOM_FREED, now, _subject(after), data)


def quota_reset(week: int, rules: Rules, now: datetime) -> WebhookEvent:
    """The beginning of a quota week. Its id is the same in every process."""
    monday = EPOCH + timedelta(days=week)
    start, end = (
        local_instant(day, rules.quota_reset_hour * 60, rules.zone)
        for day in (monday, monday + timedelta(days=7))
    )
    data = {"start": _text(start), "end": _text(end), "weekly_quota_minutes": rules.weekly_quota}
    return WebhookEvent(f"quota-{monday}", EventType.QUOTA_RESET, now, "quota", data)


def timetable_refused(source: str, current_run: int, reasons: Sequence[str], now: datetime) -> WebhookEvent:
    """One event for each set of reasons, while the same run stays current."""
    digest = sha256("\n".join((source, str(current_run), *reasons)).encode()).hexdigest()[:24]
    data = {"source": source, "reasons": list(reasons)}
    return WebhookEvent(f"timetable-{digest}", EventType.TIMETABLE_REFUSED, now, f"timetable:{source}", data)


def _event_id(booking: Booking) -> str:
    """Unique, because each change of a booking has a version of its own."""
    return f"{booking.id}-{booking.version}"


def _subject(booking: Booking) -> str:
    return f"booking:{booking.id}"


def _place(room: str, slot: Interval) -> dict[str, Any]:
    return {"room_id": room, "start": _text(slot.start), "end": _text(slot.end)}


def _text(instant: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
