"""Columns of exported tables; those of what can be imported have the names that imports read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.exporting.cells import Cell
from core.localtime import EPOCH
from core.model import (
    AuditEntry,
    Booking,
    BookingState,
    Building,
    Charge,
    Closure,
    OpeningHours,
    Person,
    PersonId,
    Room,
    Society,
    TimetableEntry,
    UserGroup,
)
from core.services.closures import NewClosure

_GROUP_NAMES = {
    UserGroup.STAFF: "staff",
    UserGroup.STUDENT: "student",
    UserGroup.PRESIDENT: "president",
}
_DAY = 24 * 60


class NamedSociety(Struct, frozen=True):
    """A society, with the usernames of its presidents and its other members."""

    society: Society
    presidents: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class TableContext(Struct, frozen=True):
    """What turns ids and instants into what people read."""

    zone: ZoneInfo
    usernames: Mapping[PersonId, str]

    def local(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(self.zone)

    def username(self, person_id: PersonId | None) -> str:
        """Empty for a booking that only a society made; a number for a person who is gone."""
        return "" if person_id is None else self.usernames.get(person_id, f"person {person_id}")


class Columns(Struct, frozen=True):
    """The headings of a kind of table, and what turns a value into its cells."""

    headings: tuple[str, ...]
    cells: Callable[[Any, TableContext], Sequence[Cell]]


def building_cells(building: Building, _context: TableContext) -> Sequence[Cell]:
    return building.id, building.name, building.latitude, building.longitude, building.aliases


def room_cells(room: Room, _context: TableContext) -> Sequence[Cell]:
    return (
        *(room.id, room.building_id, room.name, room.capacity, room.abbr, room.usage, room.school.strip()),
        *(room.aliases, tuple(sorted(room.equipment)), room.individual_access, room.bookable),
        *(_hours(room.weekday_hours), _hours(room.weekend_hours), room.granularity, room.check_in),
    )


def person_cells(person: Person, _context: TableContext) -> Sequence[Cell]:
    groups = tuple(name for group, name in _GROUP_NAMES.items() if group in person.groups)
    return person.username, person.email, person.name, groups, person.zone or "", person.is_admin


def society_cells(each: NamedSociety, _context: TableContext) -> Sequence[Cell]:
    return each.society.id, each.society.name, each.presidents, each.members


def entry_cells(entry: TimetableEntry, context: TableContext) -> Sequence[Cell]:
    start, end = context.local(entry.interval.start), context.local(entry.interval.end)
    return entry.room_id, entry.name, str(entry.booking_type), start, end


def closure_cells(closure: Closure | NewClosure, context: TableContext) -> Sequence[Cell]:
    """Whole days are dates, the last included."""
    start, end = (each.astimezone(context.zone) for each in (closure.interval.start, closure.interval.end))
    if start.time() == end.time() == time():
        days = start.date(), end.date() - timedelta(days=1)
        return closure.room_id or closure.building_id or "campus", *days, closure.reason, closure.is_yearly
    return closure.room_id or closure.building_id or "campus", start, end, closure.reason, closure.is_yearly


def booking_cells(booking: Booking, context: TableContext) -> Sequence[Cell]:
    return (
        *(booking.id, booking.room_id),
        *(context.local(booking.interval.start), context.local(booking.interval.end)),
        *(booking.title, booking.notes, context.username(booking.booked_by), booking.society_id or ""),
        "active" if booking.state is BookingState.ACTIVE else "cancelled",
        *(context.local(booking.created_at), context.local(booking.checked_in_at), booking.series_id or ""),
        context.local(booking.released_at),
    )


def charge_cells(charge: Charge, context: TableContext) -> Sequence[Cell]:
    week = EPOCH + timedelta(days=charge.week)
    return (
        context.local(charge.at),
        context.username(charge.person_id),
        charge.booking_id,
        week,
        charge.minutes,
    )


def audit_cells(entry: AuditEntry, context: TableContext) -> Sequence[Cell]:
    return context.local(entry.at), entry.actor, entry.action, entry.subject, entry.details


COLUMNS: Mapping[str, Columns] = {
    "buildings": Columns(("id", "name", "lat", "long", "aliases"), building_cells),
    "rooms": Columns(
        (
            *("id", "building_id", "name", "capacity", "abbr", "usage", "school", "aliases", "equipment"),
            *("individual_access", "bookable", "weekday_hours", "weekend_hours", "granularity", "check_in"),
        ),
        room_cells,
    ),
    "people": Columns(("username", "email", "name", "groups", "zone", "admin"), person_cells),
    "societies": Columns(("id", "name", "presidents", "members"), society_cells),
    "timetable": Columns(("room", "name", "type", "start", "end"), entry_cells),
    "closures": Columns(("place", "start", "end", "reason", "yearly"), closure_cells),
    "bookings": Columns(
        (
            *("id", "room", "start", "end", "title", "notes", "booked_by", "society", "state"),
            *("created_at", "checked_in_at", "series", "released_at"),
        ),
        booking_cells,
    ),
    "ledger": Columns(("at", "person", "booking", "week", "minutes"), charge_cells),
    "audit": Columns(("at", "actor", "action", "subject", "details"), audit_cells),
}


def _hours(hours: OpeningHours | None) -> str:
    if hours is None:
        return ""
    closes = hours.closes if hours.closes <= _DAY else hours.closes - _DAY
    return f"{_clock(hours.opens)}-{_clock(closes)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
