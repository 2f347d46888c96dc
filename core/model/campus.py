"""Buildings and rooms."""

import re
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from msgspec import Struct

BuildingId = NewType("BuildingId", str)
RoomId = NewType("RoomId", str)


class Usage(StrEnum):
    """Room types, with the codes of the FreeRooms API."""

    AUDITORIUM = "AUD"
    COMPUTER_LAB = "CMLB"
    LABORATORY = "LAB"
    LECTURE_THEATRE = "LCTR"
    MEETING_ROOM = "MEET"
    STUDIO = "SDIO"
    TUTORIAL_ROOM = "TUSM"
    LIBRARY = "LIB"


class Equipment(StrEnum):
    """Equipment and facilities of a room."""

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


_GRID_NUMBER = re.compile(r"\d+")
_UPPER_FROM = 19


class Building(Struct, frozen=True):
    """A building. Coordinates are degrees; 0, 0 means unknown. `retired_at`: out of use since then."""

    id: BuildingId
    name: str
    latitude: float = 0.0
    longitude: float = 0.0
    aliases: tuple[str, ...] = ()
    retired_at: datetime | None = None

    @property
    def location(self) -> Location:
        """Upper campus from grid number 19 on, and for ids without a number."""
        number = _GRID_NUMBER.search(self.id)
        if number is None or int(number.group()) >= _UPPER_FROM:
            return Location.UPPER
        return Location.LOWER

    @property
    def has_coordinates(self) -> bool:
        return bool(self.latitude or self.longitude)


class OpeningHours(Struct, frozen=True):
    """The earliest start and the latest end of the bookings of a day.

    Minutes after the day's midnight, campus time. Open all day is 0 to 1440; 1080 to 1560 is from 18:00 to
    02:00 of the next day.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= self.opens + 24 * 60 or self.opens >= 24 * 60:
            raise ValueError(f"opening hours must open before they close: {self.opens} to {self.closes}")


BookingRules: TypeAlias = tuple[OpeningHours | None, OpeningHours | None, int | None, bool, bool]
"""All properties of a room that decide whether a free slot of it may be booked."""


class Room(Struct, frozen=True):
    """A room, bookable or not.

    `individual_access` false means that only societies may book it; `bookable` false that nobody may. With
    `check_in`, a booking is released if nobody checks in. `weekday_hours`, `weekend_hours` and `granularity`
    (minutes) override the campus-wide rules. Out of use since `retired_at`, it is neither found nor booked.
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
    check_in: bool = False
    retired_at: datetime | None = None

    @property
    def booking_rules(self) -> BookingRules:
        return (
            self.weekday_hours,
            self.weekend_hours,
            self.granularity,
            self.bookable,
            self.individual_access,
        )

    @property
    def number(self) -> str:
        """The id without the building's prefix; the whole id where it has none (`RO-PIZZA`)."""
        return self.id.removeprefix(f"{self.building_id}-")

    @property
    def short_number(self) -> str:
        """The room number as signposted; the short name where the id has no number."""
        return self.number if self.number != self.id else self.abbr or self.name

    @property
    def requires_card(self) -> bool:
        """Whether the room belongs to a school, so that entry takes the school's card."""
        return self.school.strip() != ""
