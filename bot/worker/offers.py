"""Makes offers to people on the waiting list, as soon as anything has fallen free."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

from bot.redaction import without_text
from bot.services import Services
from core.errors import Unavailable
from core.model import PersonId

logger = logging.getLogger(__name__)

_POLL_INTERVAL = 1.0
"""Seconds between two looks at whether busy times have changed, when the read model tells of no change.

It does not tell of other processes' changes on SQLite, nor of holds that expire.
"""
_MIN_PAUSE = 0.02
"""Seconds between two rounds. Under load they take at most a tenth of the time."""
_PAUSE_RATIO = 9
_MAX_SILENCE = timedelta(seconds=15)
"""How often the line is read although none have changed: times pass, and other processes add waits."""


class OfferMaker:
    """One worker. Any number may run, in this and other processes, and may be killed at any time."""

    def __init__(self, services: Services, poll_interval: float = _POLL_INTERVAL) -> None:
        self._services = services
        self._poll_interval = poll_interval
        self._woken = asyncio.Event()
        self._version = -1
        self._read_at: datetime | None = None

    async def run(self) -> None:
        """Makes offers until cancelled: at once after each change that the read model tells of."""
        self._services.read_model.subscribe(self._on_change)
        while True:
            self._woken.clear()
            began = monotonic()
            try:
                await self.poll()
            except Unavailable as error:
                logger.warning("could not make offers: %s", error)
            except Exception as error:
                logger.exception("could not make offers", exc_info=without_text(error))
            await asyncio.sleep(min(max(_MIN_PAUSE, _PAUSE_RATIO * (monotonic() - began)), _POLL_INTERVAL))
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_interval):
                    await self._woken.wait()

    def _on_change(self, _people: frozenset[PersonId]) -> None:
        self._woken.set()

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
            self._woken.set()  # another process makes offers, perhaps without what has just fallen free
            return
        self._version, self._read_at = version, now
