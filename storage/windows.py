"""Conditions on rows of a window of time."""

from sqlalchemy import ColumnElement, Table

from core.interval import Interval


def overlaps(table: Table, window: Interval, max_length: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions on rows that overlap a window.

    `max_length` (seconds) bounds the scan of the index on `start`.
    """
    start, end = int(window.start.timestamp()), int(window.end.timestamp())
    return table.c.start < end, table.c.end > start, table.c.start > start - max_length
