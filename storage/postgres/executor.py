"""Where cold works run on PostgreSQL: SQLAlchemy on a thread and event loop of its own.

So a work that reads or computes for long never holds up those who are being answered.
"""

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.postgres.connection import GENERAL_SETTINGS, connect
from storage.postgres.errors import is_retryable, translate_errors

T = TypeVar("T")

_MAX_ATTEMPTS = 8
_CLOSE_TIMEOUT = 5.0


class TransactionExecutor:
    """Runs plain functions over a connection, each in a transaction of its own."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cold works", daemon=True)
        self._thread.start()
        self._engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: connect(dsn, GENERAL_SETTINGS),
            pool_size=4,
            max_overflow=4,
            pool_timeout=10,
            pool_pre_ping=True,
            pool_recycle=1800,
        )
        self._snapshots = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._changing = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._claiming = self._engine.execution_options(isolation_level="READ COMMITTED")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Over one snapshot."""
        return await self._submit(self._read(work))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """As if no other cold work ran at that time; it is run again when one got in its way."""
        return await self._submit(self._write(work, self._changing))

    async def write_relaxed(self, work: Callable[[Connection], T]) -> T:
        """Beside others, each statement seeing what they have committed by then."""
        return await self._submit(self._write(work, self._claiming))

    async def close(self) -> None:
        """Finish what runs, then let go of the sessions and the thread."""
        await self._submit(self._drain())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._loop.close()

    async def _drain(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=_CLOSE_TIMEOUT)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._engine.dispose()

    async def _submit(self, task: Coroutine[Any, Any, T]) -> T:
        """A caller who goes away leaves his work to be finished."""
        running = asyncio.run_coroutine_threadsafe(task, self._loop)
        return await asyncio.shield(asyncio.wrap_future(running))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with translate_errors():
            async with self._snapshots.connect() as connection:
                return await connection.run_sync(work)

    async def _write(self, work: Callable[[Connection], T], engine: AsyncEngine) -> T:
        with translate_errors():
            for tries in range(1, _MAX_ATTEMPTS):
                try:
                    return await self._once(work, engine)
                except DBAPIError as error:
                    if not is_retryable(error):
                        raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2**tries))  # noqa: S311 - to meet less often
            return await self._once(work, engine)

    @staticmethod
    async def _once(work: Callable[[Connection], T], engine: AsyncEngine) -> T:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
