"""Timelines of rooms on one day: when the status changes, and what responses show until then.

Most rooms share theirs with others: a campus of 50,000 rooms has some hundred patterns of a day's classes.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from bot.web.framework.serializers import iso
from bot.web.framework.status_layout import NEVER
from core.availability import SOON, RoomSchedule, Status

_ALWAYS = 1 << 62
Moments: TypeAlias = tuple[tuple[int, int], ...]
"""Start and end of each interval in which a room is busy."""


class RoomTimeline(Struct, frozen=True):
    """One day: from `edges[i]` on the status is `statuses[i + 1]`, free until `free_until[i + 1]`."""

    edges: Sequence[int]
    statuses: tuple[bytes, ...]
    free_until: Sequence[int]


class DayTimelines(dict[Moments, int]):
    """The different timelines of a day, numbered in the order in which rooms needed them."""

    def __init__(self, day: tuple[int, int]) -> None:
        super().__init__()
        self.day = day
        self.timelines: list[RoomTimeline] = []

    def __missing__(self, busy: Moments) -> int:
        self[busy] = number = len(self.timelines)
        self.timelines.append(_build_timeline(busy, self.day))
        return number

    def number_of(self, schedule: RoomSchedule) -> int:
        """The number of a room's timeline."""
        return self[tuple(schedule.runs_in(*self.day))]

    def edges(self) -> set[int]:
        return {edge for each in self.timelines for edge in each.edges}

    def at(self, instant: int) -> tuple[list[bytes], list[int]]:
        """Of each timeline, the status at an instant, and until when it is free."""
        places = [bisect_right(each.edges, instant) for each in self.timelines]
        numbered = list(zip(self.timelines, places, strict=True))
        statuses = [each.statuses[place] for each, place in numbered]
        return statuses, [each.free_until[place] for each, place in numbered]


def _build_timeline(busy: Moments, day: tuple[int, int]) -> RoomTimeline:
    intervals = list(_intervals(busy, *day))
    return RoomTimeline(
        array("q", [since for since, _, _ in intervals[1:]]),
        tuple(_render_status(status, until) for _, status, until in intervals),
        array(
            "q", [NEVER if status is not Status.FREE else until or _ALWAYS for _, status, until in intervals]
        ),
    )


def _intervals(busy: Moments, begins: int, ends: int) -> Iterator[tuple[int, Status, int | None]]:
    """The statuses of a room's day in order: start, status, and the end that responses show."""
    at = begins
    for start, finish in busy:
        if at < start:
            yield at, Status.FREE, start
        nearly = finish - SOON
        if max(at, start) < nearly:
            yield max(at, start), Status.BUSY, finish
        if max(at, start, nearly) < ends:
            yield max(at, start, nearly), Status.SOON, finish
        at = finish
    if at < ends:
        yield at, Status.FREE, None


@lru_cache(maxsize=1 << 14)
def _render_status(status: Status, until: int | None) -> bytes:
    ends = iso(until) if until is not None else ""
    return f':{{"status":"{status.value}","endtime":"{ends}"}}'.encode()
