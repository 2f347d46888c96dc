"""Administration of a PostgreSQL database."""

from datetime import datetime
from pathlib import Path

import asyncpg

from core.errors import Invalid
from storage.migrations import HEAD, READ_VERSION_SQL, SchemaVersion, check_revision
from storage.postgres.errors import translate_errors
from storage.url import PostgresServer


class PostgresAdmin:
    def __init__(self, address: PostgresServer) -> None:
        self._address = address

    async def upgrade(self) -> None:
        """Migrates up to HEAD; `WrongSchema` if the database is newer."""
        stored = await self._schema_version()
        if stored.revision is not None and stored.revision >= HEAD:
            check_revision(*stored)
        else:
            await self._migrate(None)

    async def revision(self) -> str | None:
        return (await self._schema_version()).revision

    async def _schema_version(self) -> SchemaVersion:
        with translate_errors():
            connection = await asyncpg.connect(self._address.dsn, timeout=10)
            try:
                return await stored_revision(connection)
            finally:
                await connection.close()

    async def setting(self, key: str) -> str | None:
        with translate_errors():
            connection = await asyncpg.connect(self._address.dsn, timeout=10)
            try:
                found = await connection.fetchval("SELECT value FROM setting WHERE key = $1", key)
            except asyncpg.UndefinedTableError:
                return None
            finally:
                await connection.close()
            return None if found is None else str(found)

    async def downgrade(self, to: str) -> None:
        """Migrates down to an earlier revision; `base` drops all tables."""
        await self._migrate(to)

    async def backup(self, file: Path) -> None:
        raise Invalid(
            "PostgreSQL brings its own program for this, which may run beside Roomie: "
            f"pg_dump --format=custom --file={file} '{self._address.shown}' (and pg_restore to read it back)."
        )

    async def restore(self, file: Path, now: datetime) -> Path | None:
        raise Invalid(
            "PostgreSQL brings its own program for this. Stop Roomie, make an empty database, and run: "
            f"pg_restore --exit-on-error --dbname='{self._address.shown}' {file} (then roomie db upgrade)."
        )

    async def _migrate(self, down_to: str | None) -> None:
        from storage.postgres.migrate import migrate

        with translate_errors():
            await migrate(self._address.dsn, down_to)


async def stored_revision(connection: "asyncpg.Connection[asyncpg.Record]") -> SchemaVersion:
    """The revision of a database, read without Alembic."""
    try:
        found = await connection.fetchrow(READ_VERSION_SQL)
    except asyncpg.UndefinedTableError:
        return SchemaVersion()
    return SchemaVersion() if found is None else SchemaVersion(*found)
