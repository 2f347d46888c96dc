"""Restores a SQLite file from a backup, while nobody uses it, and keeps what it replaces."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from core.errors import Conflict, Invalid, NotFound, Unavailable
from storage.migrations import HEAD, WrongSchema
from storage.private_files import fresh_file, make_private_folder
from storage.sqlite.checks import check_integrity
from storage.sqlite.connection import connect, stored_revision
from storage.sqlite.migrate import migrate

_LOCKED_BYTES = (0x40000002, 510)
"""Where SQLite locks a file that is open in WAL mode: first byte and length of its SHARED lock."""
_IN_USE = "Roomie is running, or another program uses its database. Stop it first; nothing was changed."
_SIDE_FILES = ("-wal", "-shm", "-journal")


def restore(database: Path, backup: Path, now: datetime) -> Path | None:
    """Puts a copy of `backup`, brought to the newest schema, in the place of `database`.

    Returns where the replaced file is kept; None if there was none. Nothing changes unless the backup is
    complete, undamaged and no newer than this code, and nobody uses the database.
    """
    database = Path(os.path.realpath(database))
    if not backup.is_file():
        raise NotFound(f"There is no file {backup}.")
    if database.exists() and backup.samefile(database):
        raise Invalid(f"{backup} is the database itself. Name a backup.")
    try:
        make_private_folder(database.parent)
        copy = fresh_file(database)
        try:
            _copy(backup, copy)
            with _unused(database):
                return _swap(copy, database, now)
        finally:
            for ending in ("", *_SIDE_FILES):
                Path(f"{copy}{ending}").unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"{backup} could not be restored: {error}") from error


def _copy(backup: Path, copy: Path) -> None:
    """Copies and checks the backup; `Invalid` if it is damaged, `WrongSchema` if it is of a newer Roomie."""
    try:
        with closing(_open_to_read(backup)) as source, closing(sqlite3.connect(copy)) as target:
            check_integrity(source)
            source.backup(target)
        with closing(connect(copy)) as restored:
            revision = stored_revision(restored).revision
            if revision is None:
                raise Invalid(f"{backup} is no backup of Roomie.")
            if revision > HEAD:
                raise WrongSchema(
                    f"{backup} was written by a newer Roomie (revision {revision}; this one knows {HEAD}). "
                    "Restore it with that release."
                )
            if revision < HEAD:
                migrate(restored, None)
            check_integrity(restored)
            restored.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise Invalid(f"{backup} is damaged, or no SQLite file ({error}). Nothing was changed.") from error


def _open_to_read(backup: Path) -> sqlite3.Connection:
    """Also from a folder that cannot be written to, unless a write-ahead log lies beside the file."""
    log = Path(f"{backup}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    mode = "mode=ro" if has_log else "mode=ro&immutable=1"
    return sqlite3.connect(f"{backup.resolve().as_uri()}?{mode}", uri=True)


@contextmanager
def _unused(database: Path) -> Iterator[None]:
    """Holds the database locked; `Conflict` if it is in use. A damaged one can still be replaced."""
    if not database.exists():
        yield
        return
    try:
        connection = sqlite3.connect(database, isolation_level=None, timeout=0.2)
        with closing(connection):
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            # Leaving WAL mode needs the file alone, and moves everything into the one file.
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA journal_mode=MEMORY")
            Path(f"{database}-journal").unlink(missing_ok=True)  # of the change of mode, which is complete
            connection.execute("BEGIN EXCLUSIVE")
            yield
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise Conflict(_IN_USE) from error
        raise
    except sqlite3.DatabaseError:
        with _locked_file(database):
            yield


@contextmanager
def _locked_file(database: Path) -> Iterator[None]:
    """For files that SQLite does not read: takes the lock that it would take."""
    first, length = _LOCKED_BYTES
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, first)
        except BlockingIOError:
            raise Conflict(_IN_USE) from None
        yield


def _swap(copy: Path, database: Path, now: datetime) -> Path | None:
    """In one step, for a program that opens the file meanwhile."""
    if not database.exists():
        copy.replace(database)
        return None
    kept = Path(f"{database}.replaced-{now:%Y%m%dT%H%M%S}")
    for ending in _SIDE_FILES:
        side_file = Path(f"{database}{ending}")
        if side_file.exists():
            side_file.rename(f"{kept}{ending}")
    os.link(database, kept)
    copy.replace(database)
    return kept
