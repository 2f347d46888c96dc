"""When each login's token was last used: noted in memory, written down now and then."""

from collections.abc import Mapping
from datetime import datetime

from bot.services import Services
from core.ports.storage import UnitOfWork


class TokenUsage:
    """The latest use of every token since the last time it was written down."""

    def __init__(self) -> None:
        self._used: dict[bytes, datetime] = {}

    def record(self, hashed: bytes, now: datetime) -> None:
        self._used[hashed] = now

    async def flush(self, services: Services) -> int:
        """Write down what was noted since the last time; how many tokens that were."""
        used, self._used = self._used, {}
        if used:
            await services.storage.write(lambda unit: _touch(unit, used))
        return len(used)


def _touch(unit: UnitOfWork, used: Mapping[bytes, datetime]) -> None:
    for hashed, at in used.items():
        unit.tokens.touch(hashed, at)
