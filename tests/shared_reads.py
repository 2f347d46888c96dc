"""What was read from a database file, shared by all storages of a test process that open an equal one.

Thousands of tests open a copy of one of a few files, and reading it took half of opening it. A file is read
again as soon as a byte of it differs, or its write-ahead log contains anything.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from core.booking_index import BookingIndex
from core.catalogue import Catalogue
from core.interval import Interval
from core.model import Change
from core.read_model import EVERYTHING, ReadModelUpdate, read_update
from storage.sqlite import storage as sqlite_storage
from storage.unit_of_work import SqlUnitOfWork

_MAX_FILES = 20
_Key = tuple[bytes, Interval]
_read: dict[_Key, ReadModelUpdate] = {}


def share_reads() -> None:
    """Lets storages on equal SQLite files, from now on, use each other's first read."""
    sqlite_storage.read_update = _read_once


def _read_once(
    unit: SqlUnitOfWork, changes: Iterable[Change], window: Interval, known: Catalogue | None = None
) -> ReadModelUpdate:
    key = _key(unit, window) if changes is EVERYTHING else None
    if key is None:
        return read_update(unit, changes, window, known)
    if key not in _read:
        while len(_read) >= _MAX_FILES:
            del _read[next(iter(_read))]
        _read[key] = read_update(unit, changes, window)
    return _own(_read[key])


def _key(unit: SqlUnitOfWork, window: Interval) -> _Key | None:
    """The file's content, which our transaction keeps as it is; None if some of it is in the log."""
    file = Path(unit._connection.exec_driver_sql("PRAGMA database_list").first()[2])
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size:
        return None
    return hashlib.sha256(file.read_bytes()).digest(), window


def _own(update: ReadModelUpdate) -> ReadModelUpdate:
    """A copy with its own index of bookings, which a read model takes over and changes."""
    whole = update.whole
    return replace(update, whole=whole._replace(bookings=BookingIndex.of(whole.bookings.bookings.values())))
