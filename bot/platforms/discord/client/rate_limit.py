"""discord.py's rate limits, without the pause that it makes before it hands over an answer."""

import asyncio
from typing import Any

from discord import http

_PAUSES: set[asyncio.Task[None]] = set()


class NonBlockingRatelimit(http.Ratelimit):
    """Rate limit of one bucket that waits for its next window in a task of its own.

    The library waits inside the request that used the bucket up, its answer already received: for up to
    a whole window the sender does not learn that the message arrived, and shutdown waits for it in vain.
    """

    async def __aexit__(self, *error: Any) -> None:  # noqa: ANN401  # passed on
        pause = asyncio.create_task(super().__aexit__(*error))
        _PAUSES.add(pause)
        pause.add_done_callback(_PAUSES.discard)


def install() -> None:
    """Let discord.py make its rate limits of this class; it has no option for it."""
    http.Ratelimit = NonBlockingRatelimit  # type: ignore[misc]


async def cancel_pauses() -> None:
    """End what still waits for a window; nothing is sent after it."""
    pauses = set(_PAUSES)
    for pause in pauses:
        pause.cancel()
    await asyncio.gather(*pauses, return_exceptions=True)
