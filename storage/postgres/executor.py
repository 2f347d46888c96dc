"""Runs transaction functions on a thread with its own event loop, so that they do not block requests."""

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
    """Runs synchronous functions over a connection, each in its own transaction."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="transactions", daemon=True)
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
        self._serializable = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._read_committed = self._engine.execution_options(isolation_level="READ COMMITTED")

    async def read(self, transaction: Callable[[Connection], T]) -> T:
        return await self._submit(self._read(transaction))

    async def write(self, transaction: Callable[[Connection], T]) -> T:
        """Serializable; retried on conflicts."""
        return await self._submit(self._write(transaction, self._serializable))

    async def write_relaxed(self, transaction: Callable[[Connection], T]) -> T:
        """Read committed."""
        return await self._submit(self._write(transaction, self._read_committed))

    async def close(self) -> None:
        """Finishes running transactions, then closes the connections and the thread."""
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
        """Cancelling the caller does not cancel the transaction."""
        running = asyncio.run_coroutine_threadsafe(task, self._loop)
        return await asyncio.shield(asyncio.wrap_future(running))

    async def _read(self, transaction: Callable[[Connection], T]) -> T:
        with translate_errors():
            async with self._snapshots.connect() as connection:
                return await connection.run_sync(transaction)

    async def _write(self, transaction: Callable[[Connection], T], engine: AsyncEngine) -> T:
        with translate_errors():
            for attempt in range(1, _MAX_ATTEMPTS):
                try:
                    return await self._once(transaction, engine)
                except DBAPIError as error:
                    if not is_retryable(error):
                        raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter
            return await self._once(transaction, engine)

    @staticmethod
    async def _once(transaction: Callable[[Connection], T], engine: AsyncEngine) -> T:
        async with engine.begin() as connection:
            return await connection.run_sync(transaction)
