"""Runs migrations inside a transaction of the caller."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select

from storage.migrations import HEAD, OLDEST_COMPATIBLE, VERSION_KEY, SchemaVersion, check_revision
from storage.tables import setting
from storage.upsert import upsert

_MIGRATIONS = Path(__file__).parent


def revision(connection: Connection) -> str | None:
    """The revision of a database; None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Migrates up to HEAD; `WrongSchema` if the database is newer."""
    stored = revision(connection)
    if stored is not None and stored >= HEAD:
        compatibility = connection.execute(
            select(setting.c.value).where(setting.c.key == VERSION_KEY)
        ).scalar()
        check_revision(*SchemaVersion(stored, compatibility))
    else:
        command.upgrade(_config(connection), HEAD)
        upsert(connection, setting, [{"key": VERSION_KEY, "value": f"{HEAD} {OLDEST_COMPATIBLE}"}])


def downgrade(connection: Connection, to: str) -> None:
    """Migrates down to an earlier revision; `base` drops all tables."""
    command.downgrade(_config(connection), to)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
