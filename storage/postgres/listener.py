"""Hearing from other processes that something changed, and telling them: a hint, never the truth itself."""

import asyncio
import logging
from contextlib import suppress
from time import monotonic
from typing import Any, Protocol

from core.errors import Unavailable
from storage.postgres.connection import GENERAL_SETTINGS, connect
from storage.postgres.errors import ANY_ERROR

logger = logging.getLogger(__name__)

_CHANNEL = "roomie"
_POLL_INTERVAL = 1.0
"""Seconds after which the log is looked into although nobody said anything."""
_MIN_NOTIFY_INTERVAL = 0.005
"""Seconds at least between two hints of ours: those who hear them read all there is. Nor is more than half of
the time spent on it: whoever asks meanwhile has it read at once."""
_TIMEOUT = 3.0
_MAX_RECONNECT_DELAY = 2.0


class ReadModelRefresher(Protocol):
    """Whoever reads the log when told to."""

    is_stale: bool

    async def catch_up(self) -> None: ...
    async def reload(self) -> None: ...


class ChangeListener:
    """Listens on a session of its own, and finds another one when that is lost."""

    def __init__(self, dsn: str, origin: str, follower: ReadModelRefresher) -> None:
        self.is_connected = False
        self._dsn = dsn
        self._origin = origin
        self._follower = follower
        self._wake = asyncio.Event()
        self._has_news = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listening before the picture is read, so that nothing falls between the two."""
        session = await self._listen()
        self._task = asyncio.create_task(self._serve(session))

    def notify(self) -> None:
        """Let others know, in a moment, that something was committed."""
        self._has_news = True
        self._wake.set()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> Any:  # noqa: ANN401 - asyncpg ships no types
        session = await connect(self._dsn, GENERAL_SETTINGS)
        await session.add_listener(_CHANNEL, self._on_notification)
        session.add_termination_listener(lambda _: self._wake.set())
        self.is_connected = True
        return session

    def _on_notification(self, _session: object, _process: int, _channel: str, origin: object) -> None:
        if origin != self._origin:
            self._follower.is_stale = True
            self._wake.set()

    async def _serve(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        while True:
            try:
                await self._loop(session)
            except (Unavailable, *ANY_ERROR) as error:
                self.is_connected = False
                logger.warning("not hearing of other processes' changes: %s", error)
            finally:
                session.terminate()
            session = await self._reconnect()

    async def _loop(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_INTERVAL):
                    await self._wake.wait()
            was_stirred = self._wake.is_set()
            self._wake.clear()
            began = monotonic()
            if self._has_news or not was_stirred:
                await self._send_notification(session)
            if self._follower.is_stale or not was_stirred:
                await self._follower.catch_up()
            await asyncio.sleep(max(_MIN_NOTIFY_INTERVAL, monotonic() - began))

    async def _send_notification(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        """Also what finds out, every now and then, that the session is dead."""
        if not self._has_news:
            await session.execute("SELECT 1", timeout=_TIMEOUT)
            return
        self._has_news = False
        await session.execute("SELECT pg_notify($1, $2)", _CHANNEL, self._origin, timeout=_TIMEOUT)

    async def _reconnect(self) -> Any:  # noqa: ANN401 - asyncpg ships no types
        """What was said meanwhile went unheard, so everything is read anew."""
        pause = 0.1
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _MAX_RECONNECT_DELAY)
            try:
                session = await self._listen()
                await self._follower.reload()
            except (Unavailable, *ANY_ERROR):
                self.is_connected = False
            else:
                logger.info("hearing of other processes' changes again")
                return session
