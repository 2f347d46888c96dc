"""What the display at the door of a room shows, as a pure function of the room's schedule."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from core.availability import RoomSchedule, RoomStatus, Status
from core.localtime import local_instant
from core.model import Booking, Busy, Room
from core.policy.check_in import needs_check_in, release_due
from core.policy.opening_hours import next_opening, open_until
from core.policy.rules import Rules
from core.services.check_in import opens_at

_MAX_UPCOMING = 3
_DAY_MINUTES = 24 * 60


class DisplayState(StrEnum):
    """`CLOSED`: by a closure, or free outside the hours in which it can be booked."""

    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"


class DisplayEntry(NamedTuple):
    """`15:00–16:00`, and the name that everybody may see."""

    time: str
    name: str


class DisplayView(Struct, frozen=True):
    """`until` says when the state changes; `now` what is on, `note` what to do about it."""

    state: DisplayState
    until: str
    now: DisplayEntry | None = None
    note: str = ""
    upcoming: tuple[DisplayEntry, ...] = ()
    can_check_in: bool = False

    @property
    def heading(self) -> str:
        return {
            DisplayState.FREE: "Free",
            DisplayState.TAKEN: "Taken",
            DisplayState.CLOSED: "Closed",
        }[self.state]


def display_view(
    room: Room, schedule: RoomSchedule, bookings: Sequence[Booking], rules: Rules, now: datetime
) -> DisplayView:
    """`bookings` are those of the room that are on, or begin today."""
    second, midnight = int(now.timestamp()), _midnight_after(now, rules)
    status = schedule.at(second, midnight)
    current = next(iter(schedule.conflicts(second, second + 1)), None)
    upcoming = tuple(_entries(_later(schedule, second, midnight), rules, now))[:_MAX_UPCOMING]
    awaited = _awaited(bookings, rules, now)
    changes = _next_change(room, status, rules, now)
    view = DisplayView(
        DisplayState.FREE,
        "for the rest of the day" if changes is None else f"until {_clock(changes, rules, now)}",
        next(_entries([current], rules, now)) if current is not None else None,
        _note(room, awaited, rules, now),
        upcoming,
        can_check_in=awaited is not None,
    )
    if current is not None:
        return replace(view, state=DisplayState.CLOSED if current.is_closure else DisplayState.TAKEN)
    opens = next_opening(now, room, rules) if room.bookable else now
    if opens > now:
        until = f"until {_clock(opens.timestamp(), rules, now)}"
        return replace(view, state=DisplayState.CLOSED, until=until)
    return view


def _next_change(room: Room, status: RoomStatus, rules: Rules, now: datetime) -> float | None:
    """When a taken room falls free, or a free one is taken or closes; None: not today."""
    if status.status is not Status.FREE or not room.bookable:
        return status.until
    closes = open_until(now, room, rules).timestamp()
    if status.until is not None or closes < _midnight_after(now, rules):
        return min(closes, status.until or closes)
    return None


def _awaited(bookings: Sequence[Booking], rules: Rules, now: datetime) -> Booking | None:
    """The first booking to which people can check in now and have not."""
    return next(
        (
            each
            for each in bookings
            if each.checked_in_at is None and opens_at(each, rules) <= now < each.interval.end
        ),
        None,
    )


def _note(room: Room, awaited: Booking | None, rules: Rules, now: datetime) -> str:
    """What those who have booked should do."""
    if awaited is None:
        return ""
    if now < awaited.interval.start:
        return f"Check-in for {_clock(awaited.interval.start.timestamp(), rules, now)} is open."
    if not needs_check_in(room, rules):
        return "Please check in."
    due = release_due(awaited, room, rules)
    if awaited.release is not None:
        due = max(due, awaited.release.release_at)
    if not now < due < awaited.interval.end:
        return "Please check in."
    return f"Check in by {_clock(due.timestamp(), rules, now)}, or the room falls free."


def _later(schedule: RoomSchedule, second: int, midnight: int) -> list[Busy]:
    """What begins later today."""
    return [each for each in schedule.conflicts(second, midnight) if each.start > second]


def _entries(busy: Sequence[Busy], rules: Rules, now: datetime) -> Iterator[DisplayEntry]:
    for each in busy:
        span = f"{_clock(each.start, rules, now)}–{_clock(each.end, rules, now)}"
        yield DisplayEntry(span, each.name)


def _clock(second: float, rules: Rules, now: datetime) -> str:
    """`15:00`, with the day where it is another one: `Thu 12 Mar 09:00`."""
    local, today = datetime.fromtimestamp(second, UTC).astimezone(rules.zone), now.astimezone(rules.zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.date() == today.date() + timedelta(days=1):
        return "midnight" if not (local.hour or local.minute) else f"{local:%H:%M} tomorrow"
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def _midnight_after(now: datetime, rules: Rules) -> int:
    return int(local_instant(now.astimezone(rules.zone).date(), _DAY_MINUTES, rules.zone).timestamp())
