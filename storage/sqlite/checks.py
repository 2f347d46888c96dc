"""Checks that a file is complete and undamaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import Unavailable
from storage.sqlite.connection import stored_revision


def check_integrity(connection: sqlite3.Connection) -> None:
    """Raises `sqlite3.DatabaseError` with the first error of a damaged file."""
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(str(found).splitlines()[0])


def check_copy(file: Path) -> None:
    """Opens a backup and checks all of it; `Unavailable` unless it could be restored."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            check_integrity(connection)
            if stored_revision(connection).revision is None:
                raise Unavailable("The backup has no tables; it was deleted again.")
    except sqlite3.Error as error:
        raise Unavailable(f"The backup is damaged ({error}); it was deleted again.") from error
