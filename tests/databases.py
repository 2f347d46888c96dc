"""Database helpers for synchronous fixtures."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec

import asyncpg

P = ParamSpec("P")


async def run_sql(url: str, statement: str) -> None:
    """Runs one statement on PostgreSQL, on a separate connection."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def apart(work: Callable[P, Coroutine[Any, Any, None]], *args: P.args, **kwargs: P.kwargs) -> None:
    """Runs a coroutine function to its end outside the test's event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work(*args, **kwargs))).result()


class SqlConnection:
    """A connection to PostgreSQL for many statements, in a thread with an event loop of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sql", daemon=True)
        self._thread.start()

    def run(self, statement: str) -> None:
        asyncio.run_coroutine_threadsafe(self._run(statement), self._loop).result()

    async def _run(self, statement: str) -> None:
        if self._connection is None or self._connection.is_closed():  # the server was restarted
            self._connection = await asyncpg.connect(self._url)
        await self._connection.execute(statement)

    def close(self) -> None:
        if self._connection is not None:
            asyncio.run_coroutine_threadsafe(self._connection.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
