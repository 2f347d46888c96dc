"""Begins a transaction that writes, while another process may hold SQLite's only write lock."""

import sqlite3
from time import monotonic, sleep

_TIMEOUT, _INTERVAL = 5.0, 0.0005
"""Seconds for which the lock is waited for, and between attempts."""
_PRIMARY_CODE = 0xFF
"""The bits of an extended error code that say what kind of error it is."""


def begin_immediate(connection: sqlite3.Connection) -> None:
    """Raises `sqlite3.OperationalError` if the lock is still held after five seconds.

    SQLite itself sleeps 1, 2, 5, 10 and more milliseconds between attempts, and most transactions take less.
    """
    deadline = monotonic() + _TIMEOUT
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while not _begins(connection, is_last=monotonic() > deadline):
            sleep(_INTERVAL)
    finally:
        connection.execute("PRAGMA busy_timeout=5000")


def _begins(connection: sqlite3.Connection, *, is_last: bool) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last or error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
