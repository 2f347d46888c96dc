"""What stands behind the Slack door in tests; it outlives the door."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.chat.reply import Reply
from core.clock import Clock
from core.model.entities import Identity
from core.ports.storage import Installation


@dataclass
class Claims:
    """Remembers what was taken in hand, and when, and whether it was done."""

    clock: Clock
    taken: dict[str, datetime] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        now, taken = self.clock.now(), self.taken.get(key)
        abandoned = taken is not None and again_after is not None and taken <= now - again_after
        if taken is not None and (key in self.done or not abandoned):
            return False
        self.taken[key] = now
        return True

    async def finish(self, key: str) -> None:
        self.done.add(key)


@dataclass
class Installations:
    """Remembers bots by workspace, and counts how often it was asked."""

    bots: dict[str, Installation] = field(default_factory=dict)
    asked: int = 0

    async def find(self, team: str) -> Installation | None:
        self.asked += 1
        return self.bots.get(team)

    async def save(self, installation: Installation) -> None:
        self.bots[installation.team] = installation

    async def forget(self, team: str) -> None:
        self.bots.pop(team, None)


@dataclass
class BrowserStates:
    """Remembers secrets until they are taken or too old."""

    kept: dict[str, datetime] = field(default_factory=dict)

    async def save(self, state: str, until: datetime) -> None:
        self.kept[state] = until

    async def consume(self, state: str, now: datetime) -> bool:
        until = self.kept.pop(state, None)
        return until is not None and until > now


@dataclass
class Outbox:
    """Keeps what was left for later."""

    left: list[tuple[Identity, Reply, str]] = field(default_factory=list)

    async def defer(self, to: Identity, reply: Reply, key: str) -> None:
        self.left.append((to, reply, key))
