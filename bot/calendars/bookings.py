"""Bookings as events: single ones, and those of a series as one recurring event."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from bot.calendars.values import CalendarEvent, Recurrence
from bot.chat.formatting import room_name
from core.catalogue import Catalogue
from core.localtime import is_skipped
from core.model import Booking, BookingId, BookingState, RoomId, Series, SeriesId
from core.names import one_line
from core.policy.recurrence import every_date, occurrence_slot
from core.services.series.change_plan import day_of

UNTITLED = "Room booking"


class BookingFacts(Struct, frozen=True):
    """What is needed to write bookings as events. `changes`: when bookings and series last changed."""

    catalogue: Catalogue
    zone: ZoneInfo
    changes: Mapping[str, datetime]
    series: Mapping[SeriesId, Series]


def booking_events(bookings: Iterable[Booking], facts: BookingFacts) -> list[CalendarEvent]:
    """Events of active and cancelled bookings, those of a series in one recurring event where possible."""
    singles: list[Booking] = []
    dates: dict[SeriesId, list[Booking]] = {}
    for each in bookings:
        if each.series_id is not None and each.series_id in facts.series:
            dates.setdefault(each.series_id, []).append(each)
        else:
            singles.append(each)
    events = [booking_event(each, facts) for each in singles]
    for series_id, found in dates.items():
        events += _series_events(facts.series[series_id], found, facts)
    return events


def booking_event(booking: Booking, facts: BookingFacts, host: str = "") -> CalendarEvent:
    """A booking as an event of its own; `host` is who invited the reader to it."""
    lines = [f"Invited by {host}"] if host else []
    lines += [one_line(booking.notes)] if booking.title and booking.notes else []
    return CalendarEvent(
        uid=f"{booking.id}@roomie",
        interval=booking.interval,
        summary=one_line(booking.title or booking.notes) or UNTITLED,
        changed_at=last_change(booking, facts.changes),
        created_at=booking.created_at,
        location=place_of(booking.room_id, facts.catalogue),
        description="\n".join(lines),
        version=booking.version,
        is_cancelled=booking.state is BookingState.CANCELLED,
    )


def last_change(booking: Booking, changes: Mapping[str, datetime]) -> datetime:
    """When a booking changed, alone or with its series."""
    known = (changes.get(booking.id), changes.get(booking.series_id) if booking.series_id else None)
    return max((each for each in known if each is not None), default=booking.created_at)


def place_of(room_id: RoomId, catalogue: Catalogue) -> str:
    """`Wren G02 (W-G02), Wren Building`."""
    room = catalogue.rooms.get(room_id)
    if room is None:
        return room_id
    building = catalogue.buildings.get(room.building_id)
    name = room_name(room)
    return name if building is None or building.name in name else f"{name}, {building.name}"


def _series_events(series: Series, bookings: Sequence[Booking], facts: BookingFacts) -> list[CalendarEvent]:
    """The recurring event of a series, and one for each date that differs from it or was cancelled.

    Dates outside its rule, such as past ones from before a change, are events of their own. All are if
    clocks change during a date, for readers disagree about such times.
    """
    days = every_date(series.rule)
    if not days or not all(_has_plain_times(day, series, facts.zone) for day in days):
        return [booking_event(each, facts) for each in bookings]
    by_day, others = _by_day(bookings, set(days))
    master = _master(series, days, by_day, facts)
    overrides = (_override(each, day, series, master, facts) for day, each in by_day.items())
    if all(each.state is BookingState.CANCELLED for each in by_day.values()):
        return [replace(master, is_cancelled=True), *(booking_event(each, facts) for each in others)]
    return [
        master,
        *(each for each in overrides if each is not None),
        *(booking_event(each, facts) for each in others),
    ]


def _has_plain_times(day: date, series: Series, zone: ZoneInfo) -> bool:
    """Whether a date begins on its day, at a wall time that exists once, and no clock changes during it."""
    slot = occurrence_slot(day, series.starts_at, series.length, zone)
    start, end = (each.astimezone(zone).replace(tzinfo=None) for each in (slot.start, slot.end))
    return (
        start == datetime.combine(day, time()) + timedelta(minutes=series.starts_at)
        and start.date() == day
        and end - start == timedelta(minutes=series.length)
        and not any(_is_unclear(each, zone) for each in (start, end))
    )


def _is_unclear(wall: datetime, zone: ZoneInfo) -> bool:
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return is_skipped(first) or first.utcoffset() != second.utcoffset()


def _by_day(bookings: Iterable[Booking], days: set[date]) -> tuple[Mapping[date, Booking], list[Booking]]:
    """The booking of each date, an active one rather than a cancelled one; and active ones of no date."""
    by_day: dict[date, Booking] = {}
    others: list[Booking] = []
    for each in bookings:
        is_active, day = each.state is BookingState.ACTIVE, day_of(each)
        if day not in days:
            others += [each] if is_active else []
        elif is_active or day not in by_day:
            by_day[day] = each
    return by_day, others


def _master(
    series: Series, days: Sequence[date], by_day: Mapping[date, Booking], facts: BookingFacts
) -> CalendarEvent:
    starts = {day: occurrence_slot(day, series.starts_at, series.length, facts.zone).start for day in days}
    changes = [last_change(each, facts.changes) for each in by_day.values()]
    if (known := facts.changes.get(series.id)) is not None:
        changes.append(known)
    pattern = _as_booking(series, days[0], facts.zone)
    recurrence = Recurrence(
        series.rule, starts[days[-1]], tuple(starts[day] for day in days if day not in by_day)
    )
    return replace(
        booking_event(pattern, facts),
        uid=f"series-{series.id}@roomie",
        changed_at=max(changes, default=series.created_at),
        version=series.version,
        recurrence=recurrence,
    )


def _as_booking(series: Series, day: date, zone: ZoneInfo) -> Booking:
    """What a booking of a date looks like that nobody has changed."""
    return Booking(
        id=BookingId(series.id),
        room_id=series.room_id,
        interval=occurrence_slot(day, series.starts_at, series.length, zone),
        booked_by=series.booked_by,
        created_at=series.created_at,
        society_id=series.society_id,
        title=series.title,
        notes=series.notes,
    )


def _override(
    booking: Booking, day: date, series: Series, master: CalendarEvent, facts: BookingFacts
) -> CalendarEvent | None:
    """The event of a date; None if it is as the series says."""
    slot = occurrence_slot(day, series.starts_at, series.length, facts.zone)
    event = booking_event(booking, facts)
    is_regular = (
        not event.is_cancelled
        and event.interval == slot
        and (event.summary, event.location, event.description)
        == (master.summary, master.location, master.description)
    )
    return None if is_regular else replace(event, uid=master.uid, replaces=slot.start)
