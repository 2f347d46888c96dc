"""How to read one feed."""

from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.model import BookingType
from scraper.common.room_lookup import RoomLookup


class Treatment(StrEnum):
    """What becomes of events of a kind: their room is busy, free, or free with a line in the report."""

    BUSY = "busy"
    FREE = "free"
    REPORT = "report"


class Treatments(Struct, frozen=True):
    """Treatments of those events that may or may not mean that a room is taken."""

    transparent: Treatment = Treatment.REPORT
    tentative: Treatment = Treatment.BUSY
    all_day: Treatment = Treatment.BUSY


class FeedOptions(Struct, frozen=True):
    """How to parse one feed. It is expanded from `first_day` up to, not including, `last_day`."""

    zone: ZoneInfo
    first_day: date
    last_day: date
    room_lookup: RoomLookup
    source: str
    default_type: BookingType = BookingType.MISC
    treatments: Treatments = Treatments()
