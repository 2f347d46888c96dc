"""Series: the rule that bookings of one series follow."""

from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from core.model.campus import RoomId
from core.model.people import PersonId, SocietyId

SeriesId = NewType("SeriesId", str)
"""A UUID in its canonical text form."""

MAX_SERIES_DATES = 52


class SeriesFrequency(StrEnum):
    """Unit of the steps of a rule, with the words of RFC 5545."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class SeriesRule(Struct, frozen=True):
    """The campus dates of a series, as by RFC 5545; `core.policy.recurrence` checks and expands it.

    Every `step` days, weeks or months from `starts_on` on; a week begins on Monday. `weekdays` (Monday is 0)
    are required for weeks; with `nth` they are a month's nth such weekdays (1 and 3: the first and the third;
    -1 is the last), `month_days` are days of a month (-1 is the last). `until` is the last possible date;
    `count` includes `exceptions`, which are dates left out.
    """

    frequency: SeriesFrequency
    starts_on: date
    step: int = 1
    weekdays: tuple[int, ...] = ()
    nth: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None
    exceptions: frozenset[date] = frozenset()


class Series(Struct, frozen=True):
    """A series of bookings at a wall time of the campus's time zone.

    `starts_at` and `length` are minutes: after midnight, and elapsed. `rule.exceptions` are its tombstones:
    dates that were left out or cancelled, and never come back. `version` grows with every change of the
    series. `room_id` is where it usually takes place, `ends_at` when its last date ends. Owners are as of a
    booking.
    """

    id: SeriesId
    rule: SeriesRule
    starts_at: int
    length: int
    room_id: RoomId
    booked_by: PersonId | None
    created_at: datetime
    ends_at: datetime
    society_id: SocietyId | None = None
    title: str = ""
    notes: str = ""
    version: int = 1


class Occurrence(Struct, frozen=True):
    """Which date of which series a booking stands for, wherever it was moved.

    `version` is the booking's when the series last wrote it; a different one was changed by hand since.
    """

    series_id: SeriesId
    day: date
    version: int = 1
