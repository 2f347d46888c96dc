"""Builders of values; they fill in what a test does not care about.

Tests take place on Wednesday, 11 March 2026, when London is on UTC.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.interval import Interval
from core.model import (
    Booking,
    BookingId,
    BookingType,
    Building,
    BuildingId,
    Person,
    PersonId,
    Room,
    RoomId,
    Society,
    SocietyId,
    TimetableEntry,
    UserGroup,
)

NOW = datetime(2026, 3, 11, 10, 20, tzinfo=UTC)


def at(time: str = "11:00", days: int = 0) -> datetime:
    """A time of day in UTC, `days` after the day of the tests: `at("15:30", days=1)`."""
    hours, minutes = map(int, time.split(":"))
    return NOW.replace(hour=hours, minute=minutes) + timedelta(days=days)


def a_slot(start: str = "11:00", minutes: int = 60, days: int = 0) -> Interval:
    return Interval.of_length(at(start, days), timedelta(minutes=minutes))


def a_building(building_id: str = "K-J17", name: str = "Ainsworth Building", **others: Any) -> Building:
    return Building(BuildingId(building_id), name, **others)


def a_room(room_id: str = "K-J17-G01", building_id: str = "K-J17", capacity: int = 20, **others: Any) -> Room:
    others.setdefault("name", f"Room {room_id}")
    return Room(RoomId(room_id), BuildingId(building_id), capacity=capacity, **others)


def a_person(username: str = "wil", *groups: UserGroup, person_id: int = 0, **others: Any) -> Person:
    """A student unless groups are given; the id is 0 until storage assigns one."""
    others.setdefault("email", f"{username}@example.org")
    others.setdefault("name", username.capitalize())
    held = frozenset(groups or {UserGroup.STUDENT})
    return Person(PersonId(person_id), username, groups=held, **others)


def a_society(society_id: str = "CHESS", name: str = "Chess Society") -> Society:
    return Society(SocietyId(society_id), name)


def a_booking(
    booking_id: str = "b1",
    room_id: str = "K-J17-G01",
    slot: Interval | None = None,
    by: int | None = 1,
    **others: Any,
) -> Booking:
    others.setdefault("created_at", NOW)
    booked_by = None if by is None else PersonId(by)
    return Booking(BookingId(booking_id), RoomId(room_id), slot or a_slot(), booked_by, **others)


def an_entry(room_id: str = "K-J17-G01", slot: Interval | None = None, **others: Any) -> TimetableEntry:
    """A class, unless `booking_type` is given."""
    others.setdefault("name", "MATH1081")
    others.setdefault("booking_type", BookingType.CLASS)
    others.setdefault("source", "timetable")
    return TimetableEntry(RoomId(room_id), slot or a_slot(), **others)
