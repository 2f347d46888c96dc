"""Choosing a database by its URL, and what can be done with any of them.

Nothing heavy is imported before the database that needs it is chosen.
"""

from pathlib import Path
from typing import Protocol

from core.clock import Clock
from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.read_model import ReadModel
from storage.url import SqliteFile, parse_database_url

__all__ = [
    "DatabaseAdmin",
    "ManagedStorage",
    "backup",
    "downgrade",
    "exposed_files",
    "open_storage",
    "revision",
    "setting",
    "upgrade",
]


class DatabaseAdmin(Protocol):
    """Looking after a database as a whole."""

    async def upgrade(self) -> None: ...
    async def revision(self) -> str | None: ...
    async def setting(self, key: str) -> str | None: ...
    async def downgrade(self, to: str) -> None: ...
    async def backup(self, file: Path) -> None: ...


def open_storage(url: str, read_model: ReadModel, rules: Rules, clock: Clock) -> ManagedStorage:
    """The storage that a URL names, not yet opened. `InvalidDatabaseUrl` when it names none."""
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        from storage.sqlite.storage import SqliteStorage

        return SqliteStorage(address.path, read_model, rules, clock)
    from storage.postgres.storage import PostgresStorage

    return PostgresStorage(address.dsn, read_model, rules, clock)


async def upgrade(url: str) -> None:
    """Bring the schema up to date, making file and folder where needed.

    Quick when there is nothing to do, and safe when several processes do it at once. `WrongSchema` when the
    database is newer than this code.
    """
    await _admin_for(url).upgrade()


async def revision(url: str) -> str | None:
    """The revision a database is at; None for one that is empty or not there."""
    return await _admin_for(url).revision()


async def setting(url: str, key: str) -> str | None:
    """A setting of `Unit.setting`, without opening the storage; None also where there are no tables."""
    return await _admin_for(url).setting(key)


async def downgrade(url: str, to: str) -> None:
    """Bring the schema back to an earlier revision; `base` takes every table away."""
    await _admin_for(url).downgrade(to)


def exposed_files(url: str) -> list[Path]:
    """Files of a database, and its folder, that other accounts of this machine may look into."""
    address = parse_database_url(url)
    if not isinstance(address, SqliteFile):
        return []
    from storage.private_files import exposed_by

    return exposed_by(address.path)


async def backup(url: str, file: Path) -> None:
    """Write a consistent copy while others go on; for PostgreSQL, say which program does that."""
    await _admin_for(url).backup(file)


def _admin_for(url: str) -> DatabaseAdmin:
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        from storage.sqlite.admin import SqliteAdmin

        return SqliteAdmin(address.path)
    from storage.postgres.admin import PostgresAdmin

    return PostgresAdmin(address)
