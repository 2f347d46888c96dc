"""Timetable runs: one import of a source each, of which one is current."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct, field

from core.model.campus import RoomId
from core.model.timetable import BookingType


class TimetableSlot(NamedTuple):
    """A timetable entry as numbers: `start` and `end` are seconds since 1970, UTC, half-open."""

    room_id: RoomId
    start: int
    end: int
    name: str
    booking_type: BookingType


class RunState(StrEnum):
    """Being written; served; awaiting an operator's decision; replaced or abandoned."""

    WRITING = "writing"
    CURRENT = "current"
    REJECTED = "refused"
    OLD = "old"


class TimetableRun(Struct, frozen=True):
    """One import of a source. `report` is a `RunReport` as JSON."""

    id: int
    source: str
    state: RunState
    made_at: datetime
    report: str = ""


class PublishedEntry(NamedTuple):
    """A timetable entry that is served, with the run of its source that published it."""

    slot: TimetableSlot
    source: str
    run_id: int
    published_at: datetime


class SourceState(Struct, frozen=True):
    """Health of a source. `fingerprints` are those of the pages that its current run was read from."""

    name: str
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    last_good_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_error: str = ""
