"""Times of last use of login tokens: collected in memory, written by a job."""

from collections.abc import Mapping
from datetime import datetime

from bot.services import Services
from core.ports import UnitOfWork


class TokenUsage:
    """Collects the latest use of each login token, and writes them to the database in one go."""

    def __init__(self) -> None:
        self._used: dict[bytes, datetime] = {}

    def record(self, token_hash: bytes, now: datetime) -> None:
        self._used[token_hash] = now

    async def flush(self, services: Services) -> int:
        """Writes the uses since the last flush; returns the number of tokens."""
        used, self._used = self._used, {}
        if used:
            await services.storage.write(lambda unit: _touch(unit, used))
        return len(used)


def _touch(unit: UnitOfWork, used: Mapping[bytes, datetime]) -> None:
    for used_hash, at in used.items():
        unit.tokens.touch(used_hash, at)
