"""Releases bookings to which nobody has checked in, and records that people can check in."""

import asyncio
import logging
from collections.abc import Collection

from bot.redaction import without_text
from bot.services import Services
from core.errors import Unavailable

logger = logging.getLogger(__name__)

_POLL_INTERVAL = 5.0
"""Seconds."""


class ReleaseRunner:
    """Any number may run, in this and other processes, and may be killed at any time.

    `platforms` are those whose requests this process receives. Only workers release.
    """

    def __init__(self, services: Services, platforms: Collection[str], *, is_worker: bool) -> None:
        self._services = services
        self._platforms = tuple(platforms)
        self._is_worker = is_worker

    async def run(self) -> None:
        """Polls until cancelled."""
        while True:
            try:
                await self.poll()
            except Unavailable as error:
                logger.warning("could not release bookings: %s", error)
            except Exception as error:
                logger.exception("could not release bookings", exc_info=without_text(error))
            await asyncio.sleep(_POLL_INTERVAL)

    async def poll(self) -> None:
        """Takes the next step of each booking to which nobody has checked in."""
        await self._services.synced_read_model()
        await self._services.releases.record_presence(self._platforms)
        if self._is_worker:
            await self._services.releases.release_absent()
