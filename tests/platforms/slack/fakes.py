"""In-memory implementations of the platform ports; they outlive an adapter, as storage does."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.chat.reply import Reply
from core.clock import Clock
from core.model import Identity, Installation


@dataclass
class FakeDeduplicator:
    """`Deduplicator` in memory."""

    clock: Clock
    claimed_at: dict[str, datetime] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        now, taken = self.clock.now(), self.claimed_at.get(key)
        abandoned = taken is not None and again_after is not None and taken <= now - again_after
        if taken is not None and (key in self.finished or not abandoned):
            return False
        self.claimed_at[key] = now
        return True

    async def finish(self, key: str) -> None:
        self.finished.add(key)


@dataclass
class FakeInstallations:
    """`Installations` in memory; counts look-ups."""

    by_team: dict[str, Installation] = field(default_factory=dict)
    find_count: int = 0

    async def find(self, team: str) -> Installation | None:
        self.find_count += 1
        return self.by_team.get(team)

    async def save(self, installation: Installation) -> None:
        self.by_team[installation.team] = installation

    async def forget(self, team: str) -> None:
        self.by_team.pop(team, None)


@dataclass
class FakeOAuthStates:
    """`OAuthStates` in memory."""

    expiries: dict[str, datetime] = field(default_factory=dict)

    async def save(self, state: str, until: datetime) -> None:
        self.expiries[state] = until

    async def consume(self, state: str, now: datetime) -> bool:
        until = self.expiries.pop(state, None)
        return until is not None and until > now


@dataclass
class FakeDeferredReplies:
    """`DeferredReplies` in memory."""

    deferred: list[tuple[Identity, Reply, str]] = field(default_factory=list)

    async def defer(self, to: Identity, reply: Reply, key: str) -> None:
        self.deferred.append((to, reply, key))
