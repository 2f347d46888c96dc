"""Makes offers to people on the waiting list, soon after anything has fallen free."""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.redaction import without_text
from bot.services import Services
from core.errors import Unavailable

logger = logging.getLogger(__name__)

_POLL_INTERVAL = 1.0
"""Seconds between two looks at whether busy times have changed."""
_MAX_SILENCE = timedelta(seconds=15)
"""How often the line is read although none have changed: times pass, and other processes add waits."""


class OfferMaker:
    """One worker. Any number may run, in this and other processes, and may be killed at any time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._version = -1
        self._read_at: datetime | None = None

    async def run(self) -> None:
        """Makes offers until cancelled."""
        while True:
            try:
                await self.poll()
            except Unavailable as error:
                logger.warning("could not make offers: %s", error)
            except Exception as error:
                logger.exception("could not make offers", exc_info=without_text(error))
            await asyncio.sleep(_POLL_INTERVAL)

    async def poll(self) -> None:
        """Makes the offers that can be made, if anything has changed."""
        version = (await self._services.synced_read_model()).availability.version
        now = self._services.clock.now()
        is_recent = self._read_at is not None and abs(now - self._read_at) < _MAX_SILENCE
        if version == self._version and is_recent:
            return
        while changed := await self._services.waiting.make_offers():
            continue
        if changed is None:
            return
        self._version, self._read_at = version, now
