"""Counting together with other processes: who knocks often, and whose passwords are wrong.

Each process refuses by what it has in memory, so that no request waits for this. Once a second it adds what
came in to what all of them count, and learns where that stands. Those who knock seldom are never told of.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from bot.services import Desk
from bot.web.framework.login_throttle import Failures, LoginThrottle
from bot.web.framework.rate_limit import Rate
from core.errors import RoomieError
from core.ports.storage import Counted, Tally

logger = logging.getLogger(__name__)

_EVERY = 1.0
"""Seconds. What one may take beyond a limit is what he can take of other processes within this."""
_SHORT_BY = 4.0
"""Seconds of a minute's worth that somebody took in advance before others are told of him."""
_LONGEST_DEBT = 120.0
"""Seconds. More than that is the work of a clock that was set back."""
_MOST_AT_ONCE = 500
_MOST_FAILURES = 1_000_000


@dataclass(slots=True)
class _Knocks:
    """The rate of requests. What is counted is a moment on the wall clock, in milliseconds."""

    rate: Rate
    told: dict[Hashable, float] = field(default_factory=dict)
    asked: dict[str, tuple[Hashable, float]] = field(default_factory=dict)

    def tell(self, now: float, wall: float) -> list[Counted]:
        owed = self.rate.owed(now, _SHORT_BY)
        self.told = {key: paid for key, paid in self.told.items() if key in owed}
        news = {key: paid for key, paid in owed.items() if paid > self.told.get(key, now)}
        longest = sorted(news, key=news.__getitem__)[-_MOST_AT_ONCE:]
        self.asked = {_name("knock", key): (key, news[key]) for key in longest}
        floor = int(wall * 1000)
        return [
            Counted(
                name,
                int(1000 * (paid - max(self.told.get(key, now), now))),
                floor,
                floor + int(1000 * _LONGEST_DEBT),
            )
            for name, (key, paid) in self.asked.items()
        ]

    def learn(self, tallies: Mapping[str, Tally], now: float, wall: float) -> None:
        """Requests that came in meanwhile stay counted."""
        current = self.rate.owed(now, 0.0)
        for name, (key, paid) in self.asked.items():
            if name in tallies:
                debt = min(tallies[name].amount / 1000 - wall, _LONGEST_DEBT)
                self.told[key] = now + debt
                self.rate.put(key, now + debt + max(0.0, current.get(key, paid) - paid))


@dataclass(slots=True)
class _Wrong:
    """Wrong passwords by account, by address, or by both."""

    kind: str
    failures: Failures
    told: dict[Hashable, int] = field(default_factory=dict)
    asked: dict[str, tuple[Hashable, int]] = field(default_factory=dict)

    def tell(self) -> list[Counted]:
        counted = self.failures.counted()
        changed = [
            key for key in {**self.told, **counted} if counted.get(key, (0, 0.0))[0] != self.told.get(key, 0)
        ]
        self.asked = {
            _name(self.kind, key): (key, counted.get(key, (0, 0.0))[0]) for key in changed[:_MOST_AT_ONCE]
        }
        return [
            Counted(name, count - self.told.get(key, 0), 0, _MOST_FAILURES)
            for name, (key, count) in self.asked.items()
        ]

    def learn(self, tallies: Mapping[str, Tally], now: float, wall: float) -> None:
        for name, (key, before) in self.asked.items():
            if name in tallies:
                count, last = self.failures.counted().get(key, (0, now))
                together = max(0, tallies[name].amount)
                since = max(last, now - max(0.0, wall - tallies[name].at))
                self.failures.put(key, together + count - before, since)
                self.told.pop(key, None)
                if together:
                    self.told[key] = together


class Together:
    """Tells and learns, once a second; what cannot be told waits."""

    def __init__(self, desk: Desk, rate: Rate, logins: LoginThrottle, ticks: Callable[[], float]) -> None:
        self._desk, self._ticks = desk, ticks
        self._knocks = _Knocks(rate)
        self._wrong = [_Wrong(f"wrong{place}", each) for place, each in enumerate(logins.parts)]

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.exchange()
            except RoomieError as trouble:
                logger.info("not counting together with other processes: %s", trouble)

    async def exchange(self) -> None:
        """Once; nothing is written where there is nothing to tell."""
        now, wall = self._ticks(), self._desk.clock.now()
        told = self._knocks.tell(now, wall.timestamp())
        for each in self._wrong:
            told += each.tell()
        if not told:
            return
        tallies = await self._desk.storage.take(lambda unit: unit.tallies.add(told, wall))
        self._knocks.learn(tallies, now, wall.timestamp())
        for each in self._wrong:
            each.learn(tallies, now, wall.timestamp())


def _name(kind: str, key: Hashable) -> str:
    """Nobody's address or account in plain words."""
    return f"{kind} {blake2b(repr(key).encode('utf-8', 'replace'), digest_size=16).hexdigest()}"
