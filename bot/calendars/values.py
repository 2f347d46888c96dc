"""Calendars as values, from which iCalendar is written."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.interval import Interval
from core.model import SeriesRule


class Recurrence(Struct, frozen=True):
    """When an event recurs: by a rule until an instant, without `exceptions`. Wall time of the campus."""

    rule: SeriesRule
    until: datetime
    exceptions: tuple[datetime, ...] = ()


class CalendarEvent(Struct, frozen=True):
    """An event. `version` is its SEQUENCE.

    With `recurrence` it is the first of many, with `replaces` it takes the place of the one that would begin
    then; both are written in wall time of the campus, all others in UTC.
    """

    uid: str
    interval: Interval
    summary: str
    changed_at: datetime
    created_at: datetime
    location: str = ""
    description: str = ""
    version: int = 0
    is_cancelled: bool = False
    recurrence: Recurrence | None = None
    replaces: datetime | None = None


class FreeBusy(Struct, frozen=True):
    """When a room is taken within a window, without saying by what."""

    uid: str
    window: Interval
    busy: tuple[Interval, ...]
    changed_at: datetime


class Calendar(Struct, frozen=True):
    """A calendar: its name, the campus's time zone, and events or free/busy times."""

    name: str
    zone: ZoneInfo
    events: tuple[CalendarEvent, ...] = ()
    free_busy: FreeBusy | None = None
