"""Storage and administration of the database that a URL names.

Imports are deferred, so that only the drivers of that database are loaded.
"""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.clock import Clock
from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.read_model import ReadModel
from storage.url import SqliteFile, parse_database_url


class DatabaseAdmin(Protocol):
    """Schema migrations and backups."""

    async def upgrade(self) -> None: ...
    async def revision(self) -> str | None: ...
    async def setting(self, key: str) -> str | None: ...
    async def downgrade(self, to: str) -> None: ...
    async def backup(self, file: Path) -> None: ...
    async def restore(self, file: Path, now: datetime) -> Path | None: ...


def open_storage(url: str, read_model: ReadModel, rules: Rules, clock: Clock) -> ManagedStorage:
    """Creates the storage of a URL, not opened yet; `InvalidDatabaseUrl`."""
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        from storage.sqlite.storage import SqliteStorage

        return SqliteStorage(address.path, read_model, rules, clock)
    from storage.postgres.storage import PostgresStorage

    return PostgresStorage(address.dsn, read_model, rules, clock)


async def upgrade(url: str) -> None:
    """Migrates the schema to the newest revision, creating file and folder where needed.

    Fast when there is nothing to do, and safe when several processes do it concurrently. `WrongSchema` when
    the database is newer than this code.
    """
    await _admin_for(url).upgrade()


async def revision(url: str) -> str | None:
    """The revision of a database; None if it is empty or missing."""
    return await _admin_for(url).revision()


async def setting(url: str, key: str) -> str | None:
    """Reads a `UnitOfWork.setting` without opening the storage; None also where there are no tables."""
    return await _admin_for(url).setting(key)


async def downgrade(url: str, to: str) -> None:
    """Migrates the schema down to an earlier revision; `base` drops all tables."""
    await _admin_for(url).downgrade(to)


def exposed_files(url: str) -> list[Path]:
    """Files of a database, and its folder, that other accounts of this machine can access."""
    address = parse_database_url(url)
    if not isinstance(address, SqliteFile):
        return []
    from storage import private_files

    return private_files.exposed_files(address.path)


async def backup(url: str, file: Path) -> None:
    """Writes a consistent copy while the database is in use; on PostgreSQL refers to `pg_dump`."""
    await _admin_for(url).backup(file)


async def restore(url: str, file: Path, now: datetime) -> Path | None:
    """Puts a backup in the place of a database that nobody uses; on PostgreSQL refers to `pg_restore`.

    Returns where the replaced database is kept; None if there was none.
    """
    return await _admin_for(url).restore(file, now)


def _admin_for(url: str) -> DatabaseAdmin:
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        from storage.sqlite.admin import SqliteAdmin

        return SqliteAdmin(address.path)
    from storage.postgres.admin import PostgresAdmin

    return PostgresAdmin(address)
