"""LISTEN/NOTIFY between processes.

A notification only triggers a read of the change log; no data travels in it.
"""

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
"""Seconds after which the log is read without a notification."""
_MIN_NOTIFY_INTERVAL = 0.005
"""Seconds between two notifications: each makes the others read the log."""
_PAUSE_RATIO = 9
"""Between two reads pass this many times as long as the first took: they take at most a tenth of the time.

Meanwhile changes gather, and are read at once. A request that needs them does not wait for that.
"""
_MAX_PAUSE_SECONDS = 1.0
"""After a long read, such as a whole timetable, others' bookings would wait too long to be seen."""
_TIMEOUT = 3.0
_MAX_RECONNECT_DELAY = 2.0


class ReadModelRefresher(Protocol):
    """Reads the change log into the read model."""

    is_stale: bool

    async def catch_up(self) -> None: ...
    async def reload(self) -> None: ...


class ChangeListener:
    """Listens on its own connection, and reconnects when that is lost."""

    def __init__(self, dsn: str, origin: str, sync: ReadModelRefresher) -> None:
        self.is_connected = False
        self._dsn = dsn
        self._origin = origin
        self._sync = sync
        self._wake = asyncio.Event()
        self._has_unsent = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts to listen; to be called before the read model is loaded, so that no change is missed."""
        session = await self._listen()
        self._task = asyncio.create_task(self._serve(session))

    def notify(self) -> None:
        """Schedules a notification of other processes."""
        self._has_unsent = True
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
            self._sync.is_stale = True
            self._wake.set()

    async def _serve(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        while True:
            try:
                await self._loop(session)
            except (Unavailable, *ANY_ERROR) as error:
                self.is_connected = False
                logger.warning("not receiving changes of other processes: %s", error)
            finally:
                session.terminate()
            session = await self._reconnect()

    async def _loop(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        """Notifies others of own changes at once, and reads theirs after a pause."""
        reads_from = monotonic()
        while True:
            pause = max(0.0, reads_from - monotonic()) if self._sync.is_stale else None
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_INTERVAL if pause is None else pause):
                    await self._wake.wait()
            is_idle = pause is None and not self._wake.is_set()
            self._wake.clear()
            if self._has_unsent or is_idle:
                await self._send_notification(session)
            if is_idle or (self._sync.is_stale and monotonic() >= reads_from):
                began = monotonic()
                await self._sync.catch_up()
                took = monotonic() - began
                reads_from = began + took + min(_PAUSE_RATIO * took, _MAX_PAUSE_SECONDS)
            await asyncio.sleep(_MIN_NOTIFY_INTERVAL)

    async def _send_notification(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        """Sends a pending notification; otherwise pings, to detect a dead connection."""
        if not self._has_unsent:
            await session.execute("SELECT 1", timeout=_TIMEOUT)
            return
        self._has_unsent = False
        await session.execute("SELECT pg_notify($1, $2)", _CHANNEL, self._origin, timeout=_TIMEOUT)

    async def _reconnect(self) -> Any:  # noqa: ANN401 - asyncpg ships no types
        """Reconnects and reloads everything, because notifications were missed."""
        pause = 0.1
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _MAX_RECONNECT_DELAY)
            try:
                session = await self._listen()
                await self._sync.reload()
            except (Unavailable, *ANY_ERROR):
                self.is_connected = False
            else:
                logger.info("receiving changes of other processes again")
                return session
