"""Not too fast, and slower after a refusal."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

Sleep = Callable[[float], Awaitable[None]]


class Throttle:
    """Lets requests through one after the other with at least `gap` seconds between their beginnings."""

    def __init__(self, interval: float, sleep: Sleep = asyncio.sleep) -> None:
        self.interval = interval
        self._sleep = sleep
        self._next_start = 0.0

    async def acquire(self) -> None:
        now = asyncio.get_running_loop().time()
        begin = max(now, self._next_start)
        self._next_start = begin + self.interval
        if begin > now:
            await self._sleep(begin - now)

    def pause(self, seconds: float) -> None:
        """Let nobody through for that long."""
        self._next_start = max(self._next_start, asyncio.get_running_loop().time() + seconds)


def retry_delay(attempt: int, first: float, maximum: float) -> float:
    """Seconds to wait before attempt 1, 2, …: doubling, with up to half of it left to chance."""
    full = min(first * 2.0 ** (attempt - 1), maximum)
    return full * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries, keeps no secret


def retry_after_delay(retry_after: str, now: datetime | None) -> float:
    """What a `Retry-After` asks for, in seconds; 0 when it asks for nothing we understand."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds()) if now else 0.0
    except (ValueError, TypeError):
        return 0.0
