"""Counting together with other processes: who knocks often, and whose passwords are wrong.

Each process refuses by what it has in memory, so that no request waits for this. Once a second it adds what
came in to what all of them count, and learns where that stands. Those who knock seldom are never told of.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from bot.services import Services
from bot.web.framework.login_throttle import FailureCounter, LoginThrottle
from bot.web.framework.rate_limit import RateLimiter
from core.errors import RoomieError
from core.ports.storage import CounterIncrement, CounterValue

logger = logging.getLogger(__name__)

_SYNC_INTERVAL = 1.0
"""Seconds. What one may take beyond a limit is what he can take of other processes within this."""
_MIN_DEBT = 4.0
"""Seconds of a minute's worth that somebody took in advance before others are told of him."""
_MAX_DEBT = 120.0
"""Seconds. More than that is the work of a clock that was set back."""
_MAX_BATCH_SIZE = 500
_MAX_FAILURES = 1_000_000


@dataclass(slots=True)
class _RequestCounts:
    """The rate of requests. What is counted is a moment on the wall clock, in milliseconds."""

    rate: RateLimiter
    told: dict[Hashable, float] = field(default_factory=dict)
    asked: dict[str, tuple[Hashable, float]] = field(default_factory=dict)

    def pending_increments(self, now: float, wall: float) -> list[CounterIncrement]:
        owed = self.rate.pending(now, _MIN_DEBT)
        self.told = {key: paid for key, paid in self.told.items() if key in owed}
        news = {key: paid for key, paid in owed.items() if paid > self.told.get(key, now)}
        longest = sorted(news, key=news.__getitem__)[-_MAX_BATCH_SIZE:]
        self.asked = {_name("knock", key): (key, news[key]) for key in longest}
        floor = int(wall * 1000)
        return [
            CounterIncrement(
                name,
                int(1000 * (paid - max(self.told.get(key, now), now))),
                floor,
                floor + int(1000 * _MAX_DEBT),
            )
            for name, (key, paid) in self.asked.items()
        ]

    def apply_totals(self, tallies: Mapping[str, CounterValue], now: float, wall: float) -> None:
        """Requests that came in meanwhile stay counted."""
        current = self.rate.pending(now, 0.0)
        for name, (key, paid) in self.asked.items():
            if name in tallies:
                debt = min(tallies[name].amount / 1000 - wall, _MAX_DEBT)
                self.told[key] = now + debt
                self.rate.set_arrival(key, now + debt + max(0.0, current.get(key, paid) - paid))


@dataclass(slots=True)
class _FailureCounts:
    """Wrong passwords by account, by address, or by both."""

    kind: str
    failures: FailureCounter
    told: dict[Hashable, int] = field(default_factory=dict)
    asked: dict[str, tuple[Hashable, int]] = field(default_factory=dict)

    def pending_increments(self) -> list[CounterIncrement]:
        counted = self.failures.counts()
        changed = [
            key for key in {**self.told, **counted} if counted.get(key, (0, 0.0))[0] != self.told.get(key, 0)
        ]
        self.asked = {
            _name(self.kind, key): (key, counted.get(key, (0, 0.0))[0]) for key in changed[:_MAX_BATCH_SIZE]
        }
        return [
            CounterIncrement(name, count - self.told.get(key, 0), 0, _MAX_FAILURES)
            for name, (key, count) in self.asked.items()
        ]

    def apply_totals(self, tallies: Mapping[str, CounterValue], now: float, wall: float) -> None:
        for name, (key, before) in self.asked.items():
            if name in tallies:
                count, last = self.failures.counts().get(key, (0, now))
                together = max(0, tallies[name].amount)
                since = max(last, now - max(0.0, wall - tallies[name].at))
                self.failures.put(key, together + count - before, since)
                self.told.pop(key, None)
                if together:
                    self.told[key] = together


class RateLimitSync:
    """Tells and learns, once a second; what cannot be told waits."""

    def __init__(
        self, services: Services, rate: RateLimiter, logins: LoginThrottle, ticks: Callable[[], float]
    ) -> None:
        self._services, self._ticks = services, ticks
        self._knocks = _RequestCounts(rate)
        self._wrong = [_FailureCounts(f"wrong{place}", each) for place, each in enumerate(logins.parts)]

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_SYNC_INTERVAL)
            try:
                await self.sync()
            except RoomieError as trouble:
                logger.info("not counting together with other processes: %s", trouble)

    async def sync(self) -> None:
        """Once; nothing is written where there is nothing to tell."""
        now, wall = self._ticks(), self._services.clock.now()
        told = self._knocks.pending_increments(now, wall.timestamp())
        for each in self._wrong:
            told += each.pending_increments()
        if not told:
            return
        tallies = await self._services.storage.write_relaxed(lambda unit: unit.counters.add(told, wall))
        self._knocks.apply_totals(tallies, now, wall.timestamp())
        for each in self._wrong:
            each.apply_totals(tallies, now, wall.timestamp())


def _name(kind: str, key: Hashable) -> str:
    """Nobody's address or account in plain words."""
    return f"{kind} {blake2b(repr(key).encode('utf-8', 'replace'), digest_size=16).hexdigest()}"
