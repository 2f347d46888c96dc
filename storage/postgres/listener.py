"""Hearing from other processes that something changed, and telling them: a hint, never the truth itself."""

import asyncio
import logging
from contextlib import suppress
from time import monotonic
from typing import Any, Protocol

from core.errors import Unavailable
from storage.postgres.connection import COLD, connect
from storage.postgres.errors import ANY_TROUBLE

logger = logging.getLogger(__name__)

_CHANNEL = "roomie"
_LOOK_EVERY = 1.0
"""Seconds after which the log is looked into although nobody said anything."""
_REST = 0.005
"""Seconds at least between two hints of ours: those who hear them read all there is. Nor is more than half of
the time spent on it: whoever asks meanwhile has it read at once."""
_PATIENCE = 3.0
_LONGEST_PAUSE = 2.0


class Follower(Protocol):
    """Whoever reads the log when told to."""

    is_behind: bool

    async def catch_up(self) -> None: ...
    async def reload(self) -> None: ...


class Ear:
    """Listens on a session of its own, and finds another one when that is lost."""

    def __init__(self, dsn: str, origin: str, follower: Follower) -> None:
        self.is_connected = False
        self._dsn = dsn
        self._origin = origin
        self._follower = follower
        self._stir = asyncio.Event()
        self._has_news = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listening before the picture is read, so that nothing falls between the two."""
        session = await self._listen()
        self._task = asyncio.create_task(self._serve(session))

    def tell(self) -> None:
        """Let others know, in a moment, that something was committed."""
        self._has_news = True
        self._stir.set()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> Any:  # noqa: ANN401 - asyncpg ships no types
        session = await connect(self._dsn, COLD)
        await session.add_listener(_CHANNEL, self._heard)
        session.add_termination_listener(lambda _: self._stir.set())
        self.is_connected = True
        return session

    def _heard(self, _session: object, _process: int, _channel: str, origin: object) -> None:
        if origin != self._origin:
            self._follower.is_behind = True
            self._stir.set()

    async def _serve(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        while True:
            try:
                await self._attend(session)
            except (Unavailable, *ANY_TROUBLE) as error:
                self.is_connected = False
                logger.warning("not hearing of other processes' changes: %s", error)
            finally:
                session.terminate()
            session = await self._listen_again()

    async def _attend(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._stir.wait()
            was_stirred = self._stir.is_set()
            self._stir.clear()
            began = monotonic()
            if self._has_news or not was_stirred:
                await self._speak(session)
            if self._follower.is_behind or not was_stirred:
                await self._follower.catch_up()
            await asyncio.sleep(max(_REST, monotonic() - began))

    async def _speak(self, session: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        """Also what finds out, every now and then, that the session is dead."""
        if not self._has_news:
            await session.execute("SELECT 1", timeout=_PATIENCE)
            return
        self._has_news = False
        await session.execute("SELECT pg_notify($1, $2)", _CHANNEL, self._origin, timeout=_PATIENCE)

    async def _listen_again(self) -> Any:  # noqa: ANN401 - asyncpg ships no types
        """What was said meanwhile went unheard, so everything is read anew."""
        pause = 0.1
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            try:
                session = await self._listen()
                await self._follower.reload()
            except (Unavailable, *ANY_TROUBLE):
                self.is_connected = False
            else:
                logger.info("hearing of other processes' changes again")
                return session
