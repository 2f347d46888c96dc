"""Entries of the waiting list."""

from datetime import datetime
from enum import Enum, StrEnum
from typing import NewType

from msgspec import Struct

from core.interval import Interval
from core.model.booking import BookingId
from core.model.campus import RoomId
from core.model.people import PersonId, SocietyId

WaitId = NewType("WaitId", int)
"""Grows with time: the order of the line."""


class WaitState(Enum):
    """In line, with an offer to answer, or over."""

    WAITING = 0
    OFFERED = 1
    ENDED = 2


class WaitEnd(StrEnum):
    """Why a wait is over."""

    BOOKED = "booked"
    """The person took the offer, or booked something else for that time."""
    PASSED = "passed"
    MISSED = "missed"
    """The offer was not answered in time."""
    STOPPED = "stopped"
    NOTIFIED = "notified"
    """A watch has told that the room is free."""
    OVER = "over"
    """The time itself has passed."""


class Wait(Struct, frozen=True):
    """A person waiting for a room, or for any that fits `query`, to fall free for `interval`.

    `query` is what the waiting service wrote. `hold_id` is the hold of the last offer. With `is_watch` the
    person is told once when `room_id` falls free, and nothing is held.
    """

    id: WaitId
    person_id: PersonId
    interval: Interval
    created_at: datetime
    room_id: RoomId | None = None
    query: str = ""
    society_id: SocietyId | None = None
    is_watch: bool = False
    state: WaitState = WaitState.WAITING
    ended: WaitEnd | None = None
    hold_id: BookingId | None = None
    offered_until: datetime | None = None
