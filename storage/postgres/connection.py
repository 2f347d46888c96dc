"""Opens asyncpg connections with our session settings and timeouts."""

from typing import Any

import asyncpg

CONNECT_TIMEOUT = 5.0
"""Seconds."""

_SESSION_SETTINGS = {
    "application_name": "roomie",
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "3s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""TCP keepalives let the server drop dead clients, with their locks."""

BATCH_SETTINGS = _SESSION_SETTINGS | {
    "default_transaction_isolation": "read committed",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""Facts are read as they are after the locks are taken, whatever the database's default isolation.

Decisions look rows up by key: stale statistics must not lead to sequential scans."""

GENERAL_SETTINGS = _SESSION_SETTINGS | {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}


async def connect(dsn: str, settings: dict[str, str]) -> Any:  # noqa: ANN401 - asyncpg ships no types
    """Opens a connection. Settings are set by statement: some proxies reject them at startup."""
    session = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT, command_timeout=90)
    try:
        await session.execute("".join(f"SET {name} = '{value}';" for name, value in settings.items()))
    except BaseException:
        session.terminate()
        raise
    return session
