"""Announces changes of the read model to open pages (server-sent events), with one task per process."""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from secrets import token_hex

from bot.services import Services
from core.errors import RoomieError

logger = logging.getLogger(__name__)

POLL_INTERVAL = 1.0
"""Seconds between checks for changes; pages hear of them at most this often."""
HEARTBEAT_INTERVAL = 20.0
"""Seconds after which a stream says that it is still there."""
MAX_STREAMS = 1_000
MAX_STREAMS_PER_SUBNET = 50
"""A quarter of the connections that an address may have. Pages without a stream ask once a minute."""


class LiveUpdates:
    """The version of what pages show, and those who wait for the next one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._streams: Counter[str] = Counter()
        self._process = token_hex(4)
        self.turn = 0
        """Counts announcements, so that none is missed between two waits."""
        self.is_closed = False

    def __len__(self) -> int:
        return self._streams.total()

    def is_full(self, subnet: str) -> bool:
        """Whether a client of this network gets no further stream."""
        return len(self) >= MAX_STREAMS or self._streams[subnet] >= MAX_STREAMS_PER_SUBNET

    @property
    def version(self) -> str:
        """Differs whenever rooms or bookings have changed, and from process to process."""
        return f"{self._process}-{self._services.read_model.availability.version}"

    def open(self, subnet: str) -> None:
        """Counts a stream; checks for changes run while there is one."""
        self._streams[subnet] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch(), name="live updates")

    def leave(self, subnet: str) -> None:
        self._streams[subnet] -= 1
        if not self._streams[subnet]:
            del self._streams[subnet]

    async def wait(self, turn: int) -> bool:
        """Waits for an announcement after `turn`, at most until the next heartbeat; whether there was one."""
        changed = self._changed
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_INTERVAL):
                if self.turn == turn:
                    await changed.wait()
        return self.turn != turn

    async def close(self) -> None:
        """Ends all streams."""
        self.is_closed = True
        self._announce()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _announce(self) -> None:
        self.turn += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _watch(self) -> None:
        seen = self.version
        while self._streams:
            await asyncio.sleep(POLL_INTERVAL)
            try:
                if not self._services.storage.is_fresh():
                    await self._services.storage.catch_up()
            except RoomieError as error:
                logger.warning("changes of other processes are not announced: %s", error)
            if self.version != seen:
                seen = self.version
                self._announce()
