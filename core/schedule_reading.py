"""Reads room schedules from storage, so that a window of time cuts nothing that reaches over its end."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from core.availability import RoomSchedule
from core.interval import Interval
from core.model import Busy, RoomId, busy_for
from core.ports import UnitOfWork

ALL_TIME = Interval(datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
_LOOKAHEAD = timedelta(days=28)


def without_end(window: Interval) -> Interval:
    """From the start of a window on. Bookings are few, and one may lie beyond today's horizons."""
    return Interval(window.start, ALL_TIME.end)


def read_schedule(unit: UnitOfWork, room_id: RoomId, window: Interval) -> RoomSchedule:
    """All that overlaps a window, and what follows on its end without a gap."""
    return complete_schedule(unit, room_id, RoomSchedule(busy_in_room(unit, room_id, window)), window)


def complete_schedule(
    unit: UnitOfWork, room_id: RoomId, schedule: RoomSchedule, window: Interval
) -> RoomSchedule:
    """The schedule, with the rest of the run that reaches the end of the window.

    Without the rest a room would seem to fall free at the end of the window. Most rooms are free then.
    """
    until = window.end
    if schedule.reach < int(until.timestamp()):
        return schedule
    while (reach := _run_across(schedule, int(until.timestamp()))) is not None:
        further = Interval(until, datetime.fromtimestamp(reach, UTC) + _LOOKAHEAD)
        added = _continuing(busy_in_room(unit, room_id, further), set(schedule.busy), reach)
        schedule, until = schedule.with_all(added), further.end
    return schedule


def busy_in_room(unit: UnitOfWork, room_id: RoomId, window: Interval) -> list[Busy]:
    """Timetable entries, closures and active bookings that overlap a window, whole and by start."""
    entries = [busy for _, busy in unit.timetable.busy(window, [room_id])]
    closed = [busy for _, busy in unit.closures.busy(window, [room_id])]
    return sorted([*entries, *closed, *map(busy_for, unit.bookings.active(window, [room_id]))])


def _run_across(schedule: RoomSchedule, instant: int) -> int | None:
    """The end of the run that touches an instant from before."""
    return next((end for _, end in schedule.runs_in(instant - 1, instant + 1)), None)


def _continuing(found: Iterable[Busy], known: set[Busy], reach: int) -> list[Busy]:
    added: list[Busy] = []
    for each in found:
        if each.start > reach:
            break
        reach = max(reach, each.end)
        if each not in known:
            added.append(each)
    return added
