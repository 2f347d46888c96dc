"""Administration of a SQLite file."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from core.errors import AlreadyExists, Unavailable
from storage.migrations import HEAD, SchemaVersion, check_revision
from storage.private_files import fresh_file, make_private_folder
from storage.sqlite.checks import check_copy
from storage.sqlite.connection import connect, stored_revision
from storage.sqlite.errors import translate_errors

T = TypeVar("T")


class SqliteAdmin:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def upgrade(self) -> None:
        """Creates the file if missing and migrates up to HEAD; `WrongSchema` if it is newer."""
        stored = await self._schema_version()
        if stored.revision is not None and stored.revision >= HEAD:
            check_revision(*stored)
        else:
            await self._in_thread(lambda: self._migrate(None))

    async def revision(self) -> str | None:
        """The revision of the file; None if it is missing or has no tables."""
        return (await self._schema_version()).revision

    async def _schema_version(self) -> SchemaVersion:
        if not self._path.exists():
            return SchemaVersion()
        with translate_errors(), closing(connect(self._path)) as connection:
            return stored_revision(connection)

    async def setting(self, key: str) -> str | None:
        if await self.revision() is None:
            return None
        with translate_errors(), closing(connect(self._path)) as connection:
            row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
            return None if row is None else str(row[0])

    async def downgrade(self, to: str) -> None:
        """Migrates down to an earlier revision; `base` drops all tables."""
        await self._in_thread(lambda: self._migrate(to))

    async def backup(self, file: Path) -> None:
        """Writes and checks a consistent copy while the database is in use; never overwrites a file."""
        await self._in_thread(lambda: self._copy(file))

    async def restore(self, file: Path, now: datetime) -> Path | None:
        """Puts a backup in the place of the file; returns where the replaced one is kept."""
        from storage.sqlite.restoring import restore

        with translate_errors():
            return await self._in_thread(lambda: restore(self._path, file, now))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(None, work)

    def _migrate(self, down_to: str | None) -> None:
        from storage.sqlite.migrate import migrate

        with translate_errors():
            _make_folder(self._path.parent)
            with closing(connect(self._path)) as connection:
                migrate(connection, down_to)

    def _copy(self, file: Path) -> None:
        if not self._path.exists():
            raise Unavailable(f"There is no database {self._path} to copy.")
        unfinished: Path | None = None
        try:
            with translate_errors(), closing(connect(self._path)) as source:
                _make_folder(file.parent)
                unfinished = fresh_file(file)
                with closing(sqlite3.connect(unfinished)) as copy:
                    source.backup(copy)
                check_copy(unfinished)
            os.link(unfinished, file)
        except FileExistsError as clash:
            raise AlreadyExists(
                f"There is already a file {file}; choose another name for the backup."
            ) from clash
        except OSError as trouble:
            raise Unavailable(f"The backup could not be written: {trouble}") from trouble
        finally:
            if unfinished is not None:
                for ending in ("", "-wal", "-shm"):
                    Path(f"{unfinished}{ending}").unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as trouble:
        raise Unavailable(f"The folder {folder} could not be made: {trouble}") from trouble
