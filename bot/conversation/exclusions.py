"""Leaves out of a search what its text rules out."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.language import Exclusions
from core.interval import Interval
from core.localtime import local_instant


def allowed_slot(slot: Interval, excluded: Exclusions, needed: timedelta, zone: ZoneInfo) -> Interval:
    """The first part of a slot, long enough for `needed`, without the excluded days and hours.

    The slot itself when nothing of it is left, so that a search shows what it asked for.
    """
    if not (excluded.dates or excluded.weekdays or excluded.times):
        return slot
    start = slot.start
    for gap in _excluded_intervals(slot, excluded, zone):
        if gap.start - start >= needed:
            return Interval(start, gap.start)
        start = max(start, gap.end)
    return Interval(start, slot.end) if slot.end - start >= needed else slot


def _excluded_intervals(slot: Interval, excluded: Exclusions, zone: ZoneInfo) -> Iterator[Interval]:
    """The excluded times that overlap a slot, in order."""
    day, last = slot.start.astimezone(zone).date(), slot.end.astimezone(zone).date()
    while day <= last:
        if day in excluded.dates or day.weekday() in excluded.weekdays:
            yield from _overlap(slot, _at(day, time(), zone), _at(day + timedelta(days=1), time(), zone))
        else:
            for hours in sorted(excluded.times, key=lambda each: each.start):
                ends_on = day if hours.end > hours.start else day + timedelta(days=1)
                yield from _overlap(slot, _at(day, hours.start, zone), _at(ends_on, hours.end, zone))
        day += timedelta(days=1)


def _overlap(slot: Interval, start: datetime, end: datetime) -> Iterator[Interval]:
    start, end = max(slot.start, start), min(slot.end, end)
    if start < end:
        yield Interval(start, end)


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return local_instant(day, wall.hour * 60 + wall.minute, zone)
