"""Client-side rate limit and retry delays."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

Sleep = Callable[[float], Awaitable[None]]


class Throttle:
    """Rate limiter: at least `interval` seconds between the starts of two requests."""

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
        """Holds back all requests for that long."""
        self._next_start = max(self._next_start, asyncio.get_running_loop().time() + seconds)


def retry_delay(attempt: int, first: float, maximum: float) -> float:
    """Seconds before retry 1, 2, …: exponential backoff with jitter of up to half."""
    full = min(first * 2.0 ** (attempt - 1), maximum)
    return full * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, not a secret


def retry_after_delay(retry_after: str, now: datetime | None) -> float:
    """A Retry-After in seconds; 0 when it is missing or invalid."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds()) if now else 0.0
    except (ValueError, TypeError):
        return 0.0
