"""The facts Roomie keeps: rooms, people, societies, bookings and timetable entries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple, NewType, TypeAlias

from core.interval import Interval

BuildingId = NewType("BuildingId", str)
RoomId = NewType("RoomId", str)
PersonId = NewType("PersonId", int)
SocietyId = NewType("SocietyId", str)
BookingId = NewType("BookingId", str)
"""A UUID in its usual text form."""
Identity = NewType("Identity", str)
"""Who someone is on a platform: `slack:T1:U1`, `discord:2`, `terminal:wil`."""


class Usage(StrEnum):
    """What a room is made for; the codes of the FreeRooms document."""

    AUDITORIUM = "AUD"
    COMPUTER_LAB = "CMLB"
    LABORATORY = "LAB"
    LECTURE_THEATRE = "LCTR"
    MEETING_ROOM = "MEET"
    STUDIO = "SDIO"
    TUTORIAL_ROOM = "TUSM"
    LIBRARY = "LIB"


class Equipment(StrEnum):
    """What a room may hold or offer."""

    PRINTER = "printer"
    COFFEE = "coffee"
    WATER = "water"
    WHITEBOARD = "whiteboard"
    WHEELCHAIR = "wheelchair"
    PROJECTOR = "projector"
    COMPUTER = "computer"


class Location(StrEnum):
    """The half of a campus that a building stands on."""

    UPPER = "upper"
    LOWER = "lower"


class UserGroup(StrEnum):
    """What someone may do; the names of the Roomie McRoomFace document."""

    STAFF = "Group_1"
    STUDENT = "Group_2"
    SOCIETY_MEMBER = "Group_3"
    PRESIDENT = "Group_4"


class Role(StrEnum):
    """What someone is in a society."""

    PRESIDENT = "president"
    MEMBER = "member"


class BookingType(StrEnum):
    """What a timetable entry or booking is for; the types of the FreeRooms document."""

    CLASS = "CLASS"
    SOCIETY = "SOCIETY"
    INTERNAL = "INTERNAL"
    LIBRARY = "LIB"
    BLOCK = "BLOCK"
    MISC = "MISC"
    EXAMS = "EXAMS"


class BookingState(Enum):
    """Whether a booking still holds its room."""

    ACTIVE = 1
    CANCELLED = 0


_GRID_NUMBER = re.compile(r"\d+")
_UPPER_FROM = 19


@dataclass(frozen=True, slots=True)
class Building:
    """A building and where it stands. Coordinates are degrees; 0, 0 means nobody knows."""

    id: BuildingId
    name: str
    latitude: float = 0.0
    longitude: float = 0.0
    aliases: tuple[str, ...] = ()

    @property
    def location(self) -> Location:
        """Upper campus from grid number 19 on, and wherever the id tells no number."""
        number = _GRID_NUMBER.search(self.id)
        if number is None or int(number.group()) >= _UPPER_FROM:
            return Location.UPPER
        return Location.LOWER

    @property
    def has_coordinates(self) -> bool:
        return bool(self.latitude or self.longitude)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a day's bookings may begin at the earliest and end at the latest.

    Minutes after midnight on the campus's wall clock; a day that never closes is 0 to 1440.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 24 * 60:
            raise ValueError(f"opening hours must open before they close: {self.opens} to {self.closes}")


BookingRules: TypeAlias = tuple[OpeningHours | None, OpeningHours | None, int | None, bool, bool]
"""Every property of a room that decides whether a free slot of it may be booked."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room, whether anybody may book it or not.

    `individual_access` false means that only a society may book it; `bookable` false that nobody may.
    `weekday_hours`, `weekend_hours` and `granularity` (minutes) stand in for the campus's own when set.
    """

    id: RoomId
    building_id: BuildingId
    name: str
    capacity: int = 0
    abbr: str = ""
    usage: str = ""
    school: str = " "
    aliases: tuple[str, ...] = ()
    equipment: frozenset[Equipment] = frozenset()
    individual_access: bool = True
    bookable: bool = True
    weekday_hours: OpeningHours | None = None
    weekend_hours: OpeningHours | None = None
    granularity: int | None = None

    @property
    def booking_rules(self) -> "BookingRules":
        return (
            self.weekday_hours,
            self.weekend_hours,
            self.granularity,
            self.bookable,
            self.individual_access,
        )

    @property
    def number(self) -> str:
        """The id without its building's, or the whole id where it does not begin so (`RO-PIZZA`)."""
        return self.id.removeprefix(f"{self.building_id}-")

    @property
    def door_number(self) -> str:
        """What stands on its door: the number, or the short name where the id tells no number."""
        return self.number if self.number != self.id else self.abbr or self.name

    @property
    def requires_card(self) -> bool:
        """Whether a school keeps the room, so that its card opens the door."""
        return self.school.strip() != ""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When someone wants no messages: from and until, minutes after midnight on their wall clock.

    `until` before `start` means the next morning.
    """

    start: int
    until: int

    def __post_init__(self) -> None:
        if self.start == self.until or not (0 <= self.start < 24 * 60 and 0 <= self.until < 24 * 60):
            raise ValueError(
                f"quiet hours must begin and end on one day's clock: {self.start} to {self.until}"
            )


@dataclass(frozen=True, slots=True)
class NotificationPreferences:
    """How someone wants to be told of things unasked.

    `reminders` are minutes before a booking. `deliver_to` is a platform's name; empty leaves it to Roomie.
    """

    reminders: tuple[int, ...] = (30,)
    notices: bool = False
    quiet: QuietHours | None = None
    deliver_to: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One human, with as many identities as platforms. `zone` is an IANA name; the campus's when absent."""

    id: PersonId
    username: str
    email: str
    name: str
    groups: frozenset[UserGroup] = frozenset({UserGroup.STUDENT})
    zone: str | None = None
    is_admin: bool = False
    preferences: NotificationPreferences = NotificationPreferences()


@dataclass(frozen=True, slots=True)
class Society:
    id: SocietyId
    name: str


@dataclass(frozen=True, slots=True)
class TokenTerm:
    """Which society token is valid: its number in line, and its day of issue (days since 1970-01-01)."""

    generation: int
    issued_on: int


@dataclass(frozen=True, slots=True)
class Membership:
    """That someone belongs to a society, and as what."""

    society: Society
    person_id: PersonId
    role: Role


@dataclass(frozen=True, slots=True)
class Booking:
    """Someone holds a room.

    `booked_by` is empty when a society token made the booking: then the society itself is the owner.
    `version` grows with every change. Of its charges, `non_refundable` minutes stay spent: those
    it had when it was changed too late to be refunded.
    """

    id: BookingId
    room_id: RoomId
    interval: Interval
    booked_by: PersonId | None
    created_at: datetime
    society_id: SocietyId | None = None
    title: str = ""
    notes: str = ""
    state: BookingState = BookingState.ACTIVE
    checked_in_at: datetime | None = None
    version: int = 1
    non_refundable: int = 0


@dataclass(frozen=True, slots=True)
class TimetableEntry:
    """A class, exam or event published elsewhere; we only read it."""

    room_id: RoomId
    interval: Interval
    name: str
    booking_type: BookingType
    source: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the quota ledger: `minutes` taken (or given back, below zero) in a quota week.

    `week` is the campus date of the Monday on which the quota week begins, as days since 1970-01-01.
    """

    person_id: PersonId
    booking_id: BookingId
    week: int
    minutes: int
    at: datetime


class Busy(NamedTuple):
    """A stretch in which a room is taken, and by what.

    `start` and `end` are seconds since 1970, UTC, half-open. `name` may be shown to everybody: a personal
    booking is only called `Booked`. `source` is the timetable it came from, or the booking's id after
    `booking:`.
    """

    start: int
    end: int
    name: str
    booking_type: str
    source: str

    @property
    def booking_id(self) -> BookingId | None:
        prefix, _, booking_id = self.source.partition(":")
        return BookingId(booking_id) if prefix == "booking" else None


def busy_for(booking: Booking) -> Busy:
    """How a booking looks to everybody: a society's shows its title, a person's only that it is there."""
    return Busy(
        int(booking.interval.start.timestamp()),
        int(booking.interval.end.timestamp()),
        booking.title or "Society booking" if booking.society_id else "Booked",
        BookingType.SOCIETY if booking.society_id else BookingType.INTERNAL,
        f"booking:{booking.id}",
    )


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, when. `details` holds ids and figures, never secrets or texts."""

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, str | int] = field(default_factory=dict)
