"""Runs of timetable sources: what each brought, and which of them is current."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.model.entities import BookingType, RoomId


class TimetableSlot(NamedTuple):
    """A timetable entry as numbers: `start` and `end` are seconds since 1970, UTC, half-open."""

    room_id: RoomId
    start: int
    end: int
    name: str
    booking_type: BookingType


class RunState(StrEnum):
    """Being written; read by everybody; waiting for an operator; replaced by another or given up."""

    WRITING = "writing"
    CURRENT = "current"
    REJECTED = "refused"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class TimetableRun:
    """One reading of a source. `report` is what its maker notes for later, in words of his own."""

    id: int
    source: str
    state: RunState
    made_at: datetime
    report: str = ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source is doing. `fingerprints` are of the pages that its current run was read from."""

    name: str
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    last_good_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_error: str = ""
