"""Replacement for discord.py's rate limit that hands over an answer before it waits."""

import asyncio
from typing import Any

from discord import http

_PAUSES: set[asyncio.Task[None]] = set()


class NonBlockingRatelimit(http.Ratelimit):
    """Rate limit of one bucket that waits for its next window in a task of its own.

    discord.py waits inside the request that spent the bucket, its answer already received: for up to a whole
    window the sender does not learn that the message arrived, and shutdown waits for it in vain.
    """

    async def __aexit__(self, *error: Any) -> None:  # noqa: ANN401  # passed on
        pause = asyncio.create_task(super().__aexit__(*error))
        _PAUSES.add(pause)
        pause.add_done_callback(_PAUSES.discard)


def install() -> None:
    """Make discord.py create its rate limits with this class; it has no option for it."""
    http.Ratelimit = NonBlockingRatelimit  # type: ignore[misc]


async def cancel_pauses() -> None:
    """Cancel the waits for a next window. Call after the session is closed."""
    pauses = set(_PAUSES)
    for pause in pauses:
        pause.cancel()
    await asyncio.gather(*pauses, return_exceptions=True)
