"""Not too fast, and slower after a refusal."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """Lets requests through one after the other with at least `gap` seconds between their beginnings."""

    def __init__(self, gap: float, sleep: Sleep = asyncio.sleep) -> None:
        self.gap = gap
        self._sleep = sleep
        self._next = 0.0

    async def turn(self) -> None:
        now = asyncio.get_running_loop().time()
        begin = max(now, self._next)
        self._next = begin + self.gap
        if begin > now:
            await self._sleep(begin - now)

    def pause(self, seconds: float) -> None:
        """Let nobody through for that long."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)


def delay_before(attempt: int, first: float, longest: float) -> float:
    """Seconds to wait before attempt 1, 2, …: doubling, with up to half of it left to chance."""
    full = min(first * 2.0 ** (attempt - 1), longest)
    return full * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries, keeps no secret


def asked_delay(retry_after: str, now: datetime | None) -> float:
    """What a `Retry-After` asks for, in seconds; 0 when it asks for nothing we understand."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds()) if now else 0.0
    except (ValueError, TypeError):
        return 0.0
