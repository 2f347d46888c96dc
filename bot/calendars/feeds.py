"""Reads calendars from storage: of a person, a society, a room, and a room's free/busy times."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from bot.calendars.bookings import BookingFacts, booking_event, booking_events, last_change, place_of
from bot.calendars.values import Calendar, CalendarEvent, FreeBusy
from core.catalogue import Catalogue
from core.directory import Directory
from core.interval import Interval
from core.model import Booking, Busy, CalendarAddress, Room, RoomId, SeriesId, busy_for
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.schedule_reading import ALL_TIME
from core.services.calendar_addresses import resolve_address

PAST = timedelta(days=366)
"""How far back a calendar of bookings reaches."""
CANCELLED_SHOWN = timedelta(days=30)
"""How long after its cancellation a booking is shown as cancelled, so that clients remove it."""
_MAX_CANCELLED = 1_000
ROOM_PAST, ROOM_AHEAD = timedelta(days=28), timedelta(days=182)
FREE_BUSY_AHEAD = timedelta(days=56)


class CampusFacts(Struct, frozen=True):
    """What calendars need besides storage."""

    catalogue: Catalogue
    directory: Directory
    zone: ZoneInfo
    now: datetime


def read_feed(unit: UnitOfWork, secret: str, read_model: ReadModel, campus: CampusFacts) -> Calendar:
    """The calendar with this secret address. Raises `UnknownCalendar`."""
    address = resolve_address(unit, secret)
    window = Interval(campus.now - PAST, ALL_TIME.end)
    own = (
        unit.bookings.of_person(address.person_id, window)
        if address.society_id is None
        else unit.bookings.of_society(address.society_id, window)
    )
    invited = _invited(address, own, read_model)
    cancelled = unit.calendars.cancelled(address, window, _MAX_CANCELLED)
    series_ids = {each.series_id for each in (*own, *cancelled) if each.series_id is not None}
    subjects = {each.id for each in (*own, *cancelled, *invited)} | series_ids
    facts = BookingFacts(
        campus.catalogue,
        campus.zone,
        unit.calendars.last_changes(subjects),
        {each.id: each for each in unit.series.many(series_ids)},
    )
    shown = [each for each in cancelled if last_change(each, facts.changes) > campus.now - CANCELLED_SHOWN]
    events = booking_events([*own, *shown], facts)
    events += [booking_event(each, facts, _host(each, campus.directory)) for each in invited]
    return Calendar(_name(address, campus.directory), campus.zone, _in_order(events))


def _invited(address: CalendarAddress, own: Iterable[Booking], read_model: ReadModel) -> list[Booking]:
    """The bookings that somebody else has invited the person to."""
    account = read_model.directory.people.get(address.person_id)
    if address.society_id is not None or account is None:
        return []
    known = {each.id for each in own}
    found = read_model.of_guest(address.person_id, account.identities)
    return [each for each in found if each.id not in known]


def _host(booking: Booking, directory: Directory) -> str:
    if booking.booked_by is None and booking.society_id is not None:
        society = directory.societies.get(booking.society_id)
        return society.name if society is not None else booking.society_id
    return directory.name(booking.booked_by)


def _name(address: CalendarAddress, directory: Directory) -> str:
    if address.society_id is None:
        return "My room bookings"
    society = directory.societies.get(address.society_id)
    return f"Room bookings of {society.name if society is not None else address.society_id}"


def _in_order(events: Iterable[CalendarEvent]) -> tuple[CalendarEvent, ...]:
    return tuple(sorted(events, key=lambda each: (each.uid, each.replaces or ALL_TIME.start)))


def read_booking(unit: UnitOfWork, booking: Booking, campus: CampusFacts) -> Calendar:
    """One booking, to be added to a calendar."""
    subjects = {booking.id} | ({booking.series_id} if booking.series_id is not None else set())
    facts = BookingFacts(campus.catalogue, campus.zone, unit.calendars.last_changes(subjects), {})
    return Calendar("Room booking", campus.zone, (booking_event(booking, facts),))


def read_room(unit: UnitOfWork, room: Room, campus: CampusFacts) -> Calendar:
    """What takes a room, with the names that everybody may see."""
    today = _midnight(campus)
    window = Interval(today - ROOM_PAST, today + ROOM_AHEAD)
    bookings = unit.bookings.active(window, [room.id])
    changes = unit.calendars.last_changes({each.id for each in bookings} | _series_of(bookings))
    place = place_of(room.id, campus.catalogue)
    events = [_booked(each, place, last_change(each, changes)) for each in bookings]
    published = _published(unit, room.id, window)
    events += [_public_event(each, room.id, place, today) for each in published]
    return Calendar(place, campus.zone, _in_order(events))


def _series_of(bookings: Iterable[Booking]) -> set[SeriesId]:
    return {each.series_id for each in bookings if each.series_id is not None}


def _published(unit: UnitOfWork, room_id: RoomId, window: Interval) -> list[Busy]:
    """Timetable entries and closures, each once; when they changed is not known."""
    found = chain(unit.timetable.busy(window, [room_id]), unit.closures.busy(window, [room_id]))
    return list({busy for _, busy in found})


def _booked(booking: Booking, place: str, changed_at: datetime) -> CalendarEvent:
    event = _public_event(busy_for(booking), booking.room_id, place, changed_at)
    return replace(event, created_at=booking.created_at, version=booking.version)


def _public_event(busy: Busy, room_id: RoomId, place: str, changed_at: datetime) -> CalendarEvent:
    """The public view of what takes a room. A booking's id stays private, and its uid is always the same."""
    when = "" if busy.booking_id is not None else f"{busy.start} {busy.end} {busy.name}"
    uid = uuid5(NAMESPACE_URL, f"{room_id} {busy.source} {when}")
    return CalendarEvent(
        uid=f"{uid}@roomie",
        interval=_interval(busy),
        summary=busy.name,
        changed_at=changed_at,
        created_at=changed_at,
        location=place,
    )


def read_free_busy(unit: UnitOfWork, room: Room, campus: CampusFacts) -> Calendar:
    """When a room is taken in the next weeks."""
    today = _midnight(campus)
    window = Interval(today, today + FREE_BUSY_AHEAD)
    taken = [each.interval for each in unit.bookings.active(window, [room.id])]
    taken += [_interval(each) for each in _published(unit, room.id, window)]
    times = FreeBusy(f"{room.id}@roomie", window, _merged(taken), today)
    return Calendar(place_of(room.id, campus.catalogue), campus.zone, free_busy=times)


def _merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time in as few intervals as possible, by start."""
    merged: list[Interval] = []
    for each in sorted(intervals):
        if merged and each.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return tuple(merged)


def _interval(busy: Busy) -> Interval:
    return Interval(datetime.fromtimestamp(busy.start, UTC), datetime.fromtimestamp(busy.end, UTC))


def _midnight(campus: CampusFacts) -> datetime:
    """The start of today on campus. Calendars of a day are equal while nothing changes."""
    today = campus.now.astimezone(campus.zone).date()
    return datetime.combine(today, time(), campus.zone).astimezone(UTC)
