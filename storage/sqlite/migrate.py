"""Migrates a SQLite schema in one transaction, one process at a time."""

import sqlite3

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from core.errors import Unavailable
from storage.migrations import runner as schema

_BUSY_TIMEOUT_MS = 60_000
"""Milliseconds to wait for another process's migration, which may move many rows."""


def migrate(driver: sqlite3.Connection, down_to: str | None) -> None:
    """Migrates up to HEAD, or `down_to` a revision. Foreign keys are checked at the end."""
    driver.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    driver.execute("PRAGMA foreign_keys=OFF")
    engine = create_engine("sqlite://", creator=lambda: driver, poolclass=StaticPool)
    event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        if down_to is None:
            schema.upgrade(connection)
        else:
            schema.downgrade(connection, down_to)
        _check_references(connection)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _check_references(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise Unavailable("The new tables would lose references between rows: nothing was changed.")
