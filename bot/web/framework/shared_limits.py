"""Shares rate limits and failed logins among processes.

Each process decides by its own counts, so that no request waits for this. Once a second it adds its
increments to counters in the database, and replaces its counts by the totals. Clients far below their limit
are not synchronized.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable, Mapping
from hashlib import blake2b

from msgspec import Struct, field

from bot.services import Services
from bot.web.framework.login_throttle import FailureCounter, LoginThrottle
from bot.web.framework.rate_limit import RateLimiter
from core.errors import RoomieError
from core.model import CounterIncrement, CounterValue

logger = logging.getLogger(__name__)

_SYNC_INTERVAL = 1.0
"""Seconds. Within this a client can exceed its limit by what other processes allow it."""
_MIN_DEBT = 4.0
"""Seconds that a key must be ahead of time before it is synchronized."""
_MAX_DEBT = 120.0
"""Seconds. A larger debt comes from a clock that was set back."""
_MAX_BATCH_SIZE = 500
_MAX_FAILURES = 1_000_000


class _RequestCounts(Struct):
    """Synchronizes a rate limiter: its theoretical arrival times as wall clock milliseconds."""

    rate: RateLimiter
    synced: dict[Hashable, float] = field(default_factory=dict)
    in_flight: dict[str, tuple[Hashable, float]] = field(default_factory=dict)

    def pending_increments(self, now: float, wall: float) -> list[CounterIncrement]:
        pending = self.rate.pending(now, _MIN_DEBT)
        self.synced = {key: arrival for key, arrival in self.synced.items() if key in pending}
        changed = {key: arrival for key, arrival in pending.items() if arrival > self.synced.get(key, now)}
        longest = sorted(changed, key=changed.__getitem__)[-_MAX_BATCH_SIZE:]
        self.in_flight = {_name("knock", key): (key, changed[key]) for key in longest}
        floor = int(wall * 1000)
        return [
            CounterIncrement(
                name,
                int(1000 * (arrival - max(self.synced.get(key, now), now))),
                floor,
                floor + int(1000 * _MAX_DEBT),
            )
            for name, (key, arrival) in self.in_flight.items()
        ]

    def apply_totals(self, totals: Mapping[str, CounterValue], now: float, wall: float) -> None:
        """Applies the totals; requests counted since `pending_increments` stay counted."""
        current = self.rate.pending(now, 0.0)
        for name, (key, arrival) in self.in_flight.items():
            if name in totals:
                debt = min(totals[name].amount / 1000 - wall, _MAX_DEBT)
                self.synced[key] = now + debt
                self.rate.set_arrival(key, now + debt + max(0.0, current.get(key, arrival) - arrival))


class _FailureCounts(Struct):
    """Synchronizes a counter of failed logins."""

    kind: str
    failures: FailureCounter
    synced: dict[Hashable, int] = field(default_factory=dict)
    in_flight: dict[str, tuple[Hashable, int]] = field(default_factory=dict)

    def pending_increments(self) -> list[CounterIncrement]:
        counted = self.failures.counts()
        changed = [
            key
            for key in {**self.synced, **counted}
            if counted.get(key, (0, 0.0))[0] != self.synced.get(key, 0)
        ]
        self.in_flight = {
            _name(self.kind, key): (key, counted.get(key, (0, 0.0))[0]) for key in changed[:_MAX_BATCH_SIZE]
        }
        return [
            CounterIncrement(name, count - self.synced.get(key, 0), 0, _MAX_FAILURES)
            for name, (key, count) in self.in_flight.items()
        ]

    def apply_totals(self, totals: Mapping[str, CounterValue], now: float, wall: float) -> None:
        for name, (key, before) in self.in_flight.items():
            if name in totals:
                count, last = self.failures.counts().get(key, (0, now))
                total = max(0, totals[name].amount)
                since = max(last, now - max(0.0, wall - totals[name].at))
                self.failures.put(key, total + count - before, since)
                self.synced.pop(key, None)
                if total:
                    self.synced[key] = total


class RateLimitSync:
    """Synchronizes once a second; increments that cannot be written are written later."""

    def __init__(
        self, services: Services, rate: RateLimiter, logins: LoginThrottle, ticks: Callable[[], float]
    ) -> None:
        self._services, self._ticks = services, ticks
        self._requests = _RequestCounts(rate)
        self._failures = [_FailureCounts(f"wrong{place}", each) for place, each in enumerate(logins.parts)]

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_SYNC_INTERVAL)
            try:
                await self.sync()
            except RoomieError as error:
                logger.info("rate limits are not synchronized with other processes: %s", error)

    async def sync(self) -> None:
        """Synchronizes once; writes nothing if there are no increments."""
        now, wall = self._ticks(), self._services.clock.now()
        increments = self._requests.pending_increments(now, wall.timestamp())
        for each in self._failures:
            increments += each.pending_increments()
        if not increments:
            return
        totals = await self._services.storage.write_relaxed(lambda unit: unit.counters.add(increments, wall))
        self._requests.apply_totals(totals, now, wall.timestamp())
        for each in self._failures:
            each.apply_totals(totals, now, wall.timestamp())


def _name(kind: str, key: Hashable) -> str:
    """A counter's name: a hash, so that no address or account is stored."""
    return f"{kind} {blake2b(repr(key).encode('utf-8', 'replace'), digest_size=16).hexdigest()}"
