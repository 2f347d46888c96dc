"""Reading the log of changes on a database where sequence numbers may commit out of order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

from sqlalchemy import Connection, func, select

from core.model import Change
from core.read_model import EVERYTHING
from storage.tables import change

_OVERLAP = 1_000
"""How far behind the newest number a transaction may still be about to commit when reading begins."""
_GAP_TTL = 120.0
"""Seconds until a missing number is taken for one that never comes: longer than a transaction may take."""
_MAX_GAPS = 10_000


@dataclass(frozen=True, slots=True)
class LogPosition:
    """How far the log was read: the newest number, and which below it were missing, noticed when."""

    newest: int = 0
    missing_numbers: dict[int, float] = field(default_factory=dict)


def end_of_log(connection: Connection) -> LogPosition:
    """Where to read on after everything else was read in the same snapshot."""
    newest = connection.execute(select(func.coalesce(func.max(change.c.seq), 0))).scalar_one()
    first = max(0, newest - _OVERLAP)
    there = connection.execute(select(change.c.seq).where(change.c.seq > first)).scalars()
    return LogPosition(newest, _missing_numbers(range(first + 1, newest), there))


def read_since(
    connection: Connection, place: LogPosition, origin: str
) -> tuple[LogPosition, frozenset[Change]]:
    """What changed since, but for rooms that `origin` changed itself, and where to read on from then.

    Everything counts as changed when part of the log is gone.
    """
    oldest = connection.execute(select(func.min(change.c.seq))).scalar()
    if oldest is not None and oldest > place.newest + 1:
        return end_of_log(connection), EVERYTHING
    is_new = (change.c.seq > place.newest) | change.c.seq.in_(place.missing_numbers)
    rows = connection.execute(select(change).where(is_new)).all()
    ours = {row.seq for row in rows if row.origin == origin and row.kind == "room"}
    changes = frozenset(Change(row.kind, row.key) for row in rows if row.seq not in ours)
    place = _advance(place, {row.seq for row in rows})
    return (
        (place, changes) if len(place.missing_numbers) <= _MAX_GAPS else (end_of_log(connection), EVERYTHING)
    )


def _advance(place: LogPosition, read: set[int]) -> LogPosition:
    newest = max(read, default=place.newest)
    newest = max(newest, place.newest)
    now = perf_counter()
    kept = {seq: at for seq, at in place.missing_numbers.items() if seq not in read and now - at < _GAP_TTL}
    return LogPosition(newest, kept | _missing_numbers(range(place.newest + 1, newest), read))


def _missing_numbers(expected: range, there: Iterable[int]) -> dict[int, float]:
    return dict.fromkeys(sorted(set(expected).difference(there)), perf_counter())
