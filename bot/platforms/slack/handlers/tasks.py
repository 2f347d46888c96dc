"""Work that goes on after an acknowledgement: owned, counted, and finished before the house closes."""

import asyncio
import logging
from collections.abc import Coroutine

from bot.redaction import without_text

logger = logging.getLogger(__name__)


class BackgroundTasks:
    """Tasks nobody waits for. Whatever they raise is logged here, once."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("work for Slack failed", exc_info=without_text(error))

    async def wait_idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def finish(self, max_seconds: float) -> None:
        """Let running work end, but not for longer than `max_seconds`."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=max_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
