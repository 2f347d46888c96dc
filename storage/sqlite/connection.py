"""Opening a SQLite file as this house wants it, and asking which revision it is at."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from storage.migrations import READ_VERSION_SQL, SchemaVersion
from storage.private_files import make_private_file, tighten

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=0",
    "secure_delete=FAST",  # what is deleted or written over is gone from its page, too
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that leaves transactions to us: WAL, durable commits, patient with other writers.

    The file, and what SQLite makes beside it, are for our own account alone.
    """
    with suppress(OSError):  # what keeps us from the file, SQLite says
        make_private_file(path)
        tighten(path)
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=5
    )
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def stored_revision(connection: sqlite3.Connection) -> SchemaVersion:
    """Where a file stands, without Alembic; nowhere when it holds no tables yet."""
    try:
        row = connection.execute(READ_VERSION_SQL).fetchone()
    except sqlite3.OperationalError:
        return SchemaVersion()
    return SchemaVersion() if row is None else SchemaVersion(*row)
