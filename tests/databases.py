"""Database helpers for synchronous fixtures."""

import asyncio
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
