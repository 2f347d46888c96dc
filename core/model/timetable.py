"""Timetable entries: classes, exams and events published elsewhere."""

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from core.interval import Interval
from core.model.campus import RoomId


class BookingType(StrEnum):
    """Kinds of timetable entries and bookings, with the codes of the FreeRooms API."""

    CLASS = "CLASS"
    SOCIETY = "SOCIETY"
    INTERNAL = "INTERNAL"
    LIBRARY = "LIB"
    BLOCK = "BLOCK"
    MISC = "MISC"
    EXAMS = "EXAMS"


MAX_ENTRY_LENGTH = timedelta(days=28)
"""Longer entries are stored in consecutive parts of this length, and read as one."""


class TimetableEntry(Struct, frozen=True):
    """A class, exam or event published elsewhere; read only."""

    room_id: RoomId
    interval: Interval
    name: str
    booking_type: BookingType
    source: str = ""
