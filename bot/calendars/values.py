"""Calendars as values, from which iCalendar is written."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.interval import Interval
from core.model import SeriesRule


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When an event recurs: by a rule until an instant, without `exceptions`. Wall time of the campus."""

    rule: SeriesRule
    until: datetime
    exceptions: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarEvent:
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


@dataclass(frozen=True, slots=True)
class FreeBusy:
    """When a room is taken within a window, without saying by what."""

    uid: str
    window: Interval
    busy: tuple[Interval, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar: its name, the campus's time zone, and events or free/busy times."""

    name: str
    zone: ZoneInfo
    events: tuple[CalendarEvent, ...] = ()
    free_busy: FreeBusy | None = None
