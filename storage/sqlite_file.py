"""Opening a SQLite file as this house wants it, and asking which revision it is at."""

import sqlite3
from pathlib import Path


def connect(path: Path) -> sqlite3.Connection:
    """A connection that leaves transactions to us: WAL, durable commits, patient with other writers."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=5
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def stored_revision(connection: sqlite3.Connection) -> str | None:
    """The revision a file is at, without Alembic; None when it holds no tables yet."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return None if row is None else str(row[0])
