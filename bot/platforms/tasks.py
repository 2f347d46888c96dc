"""Background tasks of a platform, awaited on shutdown, and work that is tried until it succeeds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from bot.platforms.health import PlatformHealth
from bot.redaction import error_name, without_text

logger = logging.getLogger(__name__)
T = TypeVar("T")
FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 1.0, 300.0


def growing_pauses(first: float, longest: float) -> Iterator[float]:
    """Seconds to wait before each further try: doubled each time, up to `longest`. Endless."""
    pause = first
    while True:
        yield min(pause, longest)
        pause = min(pause * 2, longest)


async def keep_trying(
    work: Callable[[], Awaitable[T]],
    health: PlatformHealth,
    subject: str,
    *,
    first_pause: float = FIRST_PAUSE_SECONDS,
    max_pause: float = MAX_PAUSE_SECONDS,
) -> T:
    """Run `work` until it succeeds, with growing pauses. Meanwhile `/readyz` names the trouble by `subject`.

    No error ends it, foreseen or not; cancellation does. Pauses begin anew after work that ran for long.
    Work that never returns clears the subject itself once all is well.
    """
    loop = asyncio.get_running_loop()
    pauses = growing_pauses(first_pause, max_pause)
    while True:
        began = loop.time()
        try:
            done = await work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the platform must come back
            _report(health, subject, error)
        else:
            health.clear(subject)
            return done
        if loop.time() - began > max_pause:
            pauses = growing_pauses(first_pause, max_pause)
        await asyncio.sleep(next(pauses))


def _report(health: PlatformHealth, subject: str, error: Exception) -> None:
    """Report an error; one that was not foreseen also with its trace, the first time."""
    sentence = f"{error_name(error)}; trying again"
    if health.problems.get(subject) != sentence and not getattr(error, "is_safe_to_log", False):
        logger.error("%s %s failed", health.platform, subject, exc_info=without_text(error))
    health.report(subject, sentence)


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
