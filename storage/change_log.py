"""Reader of the change log for databases where sequence numbers may commit out of order."""

from collections.abc import Iterable
from time import perf_counter

from msgspec import Struct, field
from sqlalchemy import Connection, func, select

from core.model import Change
from core.read_model import EVERYTHING
from storage.tables import change

_OVERLAP = 1_000
"""How far below the newest number one may still be uncommitted when reading begins."""
_GAP_TTL = 120.0
"""Seconds until a missing number counts as rolled back: longer than a transaction may take."""
_MAX_GAPS = 10_000


class LogPosition(Struct, frozen=True):
    """Read position: the newest number, and the missing ones below it with the time they were noticed."""

    newest: int = 0
    missing_numbers: dict[int, float] = field(default_factory=dict)


def end_of_log(connection: Connection) -> LogPosition:
    """The position after everything else was read in the same snapshot."""
    newest = connection.execute(select(func.coalesce(func.max(change.c.seq), 0))).scalar_one()
    first = max(0, newest - _OVERLAP)
    present = connection.execute(select(change.c.seq).where(change.c.seq > first)).scalars()
    return LogPosition(newest, _missing_numbers(range(first + 1, newest), present))


def read_since(
    connection: Connection, position: LogPosition, origin: str
) -> tuple[LogPosition, frozenset[Change]]:
    """Reads the changes since a position, except those of rooms by `origin`.

    Returns them and the new position.

    Everything counts as changed when part of the log was purged.
    """
    oldest = connection.execute(select(func.min(change.c.seq))).scalar()
    if oldest is not None and oldest > position.newest + 1:
        return end_of_log(connection), EVERYTHING
    is_new = (change.c.seq > position.newest) | change.c.seq.in_(position.missing_numbers)
    rows = connection.execute(select(change).where(is_new)).all()
    ours = {row.seq for row in rows if row.origin == origin and row.kind == "room"}
    changes = frozenset(Change(row.kind, row.key) for row in rows if row.seq not in ours)
    position = _advance(position, {row.seq for row in rows})
    return (
        (position, changes)
        if len(position.missing_numbers) <= _MAX_GAPS
        else (end_of_log(connection), EVERYTHING)
    )


def _advance(position: LogPosition, read: set[int]) -> LogPosition:
    newest = max(read, default=position.newest)
    newest = max(newest, position.newest)
    now = perf_counter()
    missing = {
        seq: at for seq, at in position.missing_numbers.items() if seq not in read and now - at < _GAP_TTL
    }
    return LogPosition(newest, missing | _missing_numbers(range(position.newest + 1, newest), read))


def _missing_numbers(expected: range, present: Iterable[int]) -> dict[int, float]:
    return dict.fromkeys(sorted(set(expected).difference(present)), perf_counter())
