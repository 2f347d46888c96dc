"""Background tasks of a platform, awaited on shutdown."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from bot.redaction import without_text

logger = logging.getLogger(__name__)
T = TypeVar("T")


def growing_pauses(first: float, longest: float) -> Iterator[float]:
    """Seconds to wait before each further try: doubled each time, up to `longest`. Endless."""
    pause = first
    while True:
        yield min(pause, longest)
        pause = min(pause * 2, longest)


class BackgroundTasks:
    """Owns tasks that run on after an acknowledgement. `platform` names them in the log."""

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def running_count(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine that no caller awaits; its exception is logged once."""
        self.track(work).add_done_callback(self._log_failure)

    def track(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Run a coroutine whose caller awaits the task and handles its exception."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _log_failure(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a %s background task failed", self._platform, exc_info=without_text(error))

    async def wait_idle(self, timeout_seconds: float | None = None) -> None:
        """Wait until no task runs, at most for `timeout_seconds`; tasks that are late run on."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            return

    async def finish(self, timeout_seconds: float) -> None:
        """Wait for the running tasks; cancel those that take longer than `timeout_seconds`."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=timeout_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
