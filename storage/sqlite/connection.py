"""Opens SQLite files with our settings, and reads their revision."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from storage.migrations import READ_VERSION_SQL, SchemaVersion
from storage.private_files import make_private_file, restrict_access

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=0",
    "secure_delete=FAST",  # overwrites deleted content
)


def connect(path: Path) -> sqlite3.Connection:
    """Opens a connection in autocommit mode: WAL mode, full fsync, 5 s busy timeout.

    The file and those that SQLite creates beside it are accessible to our own account only.
    """
    with suppress(OSError):  # SQLite reports the error
        make_private_file(path)
        restrict_access(path)
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=5
    )
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def stored_revision(connection: sqlite3.Connection) -> SchemaVersion:
    """The revision of a file, read without Alembic."""
    try:
        row = connection.execute(READ_VERSION_SQL).fetchone()
    except sqlite3.OperationalError:
        return SchemaVersion()
    return SchemaVersion() if row is None else SchemaVersion(*row)
