"""Migrates a PostgreSQL schema in one transaction, one process at a time."""

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.migrations import runner as schema

_MIGRATION_LOCK = 0x726F6F6D6965
"""Arbitrary; locks with two keys have a separate key space from those of decisions."""


async def migrate(dsn: str, down_to: str | None) -> None:
    """Migrates up to HEAD, or `down_to` a revision."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn, timeout=10), poolclass=NullPool
    )
    async with engine.begin() as connection:
        await connection.run_sync(_change, down_to)


def _change(connection: Connection, down_to: str | None) -> None:
    """Does nothing if another process has migrated meanwhile."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    if down_to is None:
        schema.upgrade(connection)
    else:
        schema.downgrade(connection, down_to)
