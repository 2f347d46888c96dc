"""Changing a PostgreSQL database's tables, in one transaction and one process at a time."""

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.migrations import runner as schema

_MIGRATION_LOCK = 0x726F6F6D6965
"""Any number that no other lock of ours has: advisory locks of two keys live in another space."""


async def migrate(dsn: str, down_to: str | None) -> None:
    """Up to date, or back `down_to` a revision."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn, timeout=10), poolclass=NullPool
    )
    async with engine.begin() as connection:
        await connection.run_sync(_change, down_to)


def _change(connection: Connection, down_to: str | None) -> None:
    """Whoever waited for another process's migration finds nothing left to do."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    if down_to is None:
        schema.upgrade(connection)
    else:
        schema.downgrade(connection, down_to)
