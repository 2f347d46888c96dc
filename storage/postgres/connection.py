"""Opening sessions with PostgreSQL as this house wants them: patient for a while, never for ever."""

from typing import Any

import asyncpg

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a server to answer at all."""

_SESSION_SETTINGS = {
    "application_name": "roomie",
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "3s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""The server, too, gives up on peers that are gone, so that their locks do not outlive them."""

BATCH_SETTINGS = _SESSION_SETTINGS | {
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""Hot statements are look-ups by key: no statistics, however stale, may plan them otherwise."""

GENERAL_SETTINGS = _SESSION_SETTINGS | {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}


async def connect(dsn: str, settings: dict[str, str]) -> Any:  # noqa: ANN401 - asyncpg ships no types
    """A session with settings of ours. They are set by statement: not every proxy lets them in earlier."""
    session = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT, command_timeout=90)
    try:
        await session.execute("".join(f"SET {name} = '{value}';" for name, value in settings.items()))
    except BaseException:
        session.terminate()
        raise
    return session
