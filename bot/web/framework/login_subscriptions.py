"""Who listens for which login, and how they hear of its end: one task a process, whoever else finishes it."""

import asyncio
import logging
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import Enum
from time import perf_counter

import orjson

from bot.login.encryption import Unsealable, unseal
from bot.services import Desk
from core.errors import RoomieError
from core.model.login_session import LoginSession, LoginState
from core.policy.login import HAND_OUT, ends_at, sid_hash

logger = logging.getLogger(__name__)

RESULT = "login result"
"""What results are sealed for."""
LOOK_EVERY = 0.1
"""Seconds between two looks at whether other processes wrote anything, which cost next to nothing.

Nobody looks while nobody listens.
"""
BEAT_EVERY = 15.0
"""Seconds between two signs of life on a stream, and between two looks for channels that are over."""


class Event(Enum):
    """What a listener is told: here is the result; still there; it is over."""

    MESSAGE = "message"
    BEAT = "beat"
    END = "end"


class Listener:
    """One stream's letter box: `next` waits, without a task of its own, for what comes."""

    __slots__ = ("_events", "_wake")

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._wake: asyncio.Future[None] | None = None

    def tell(self, event: Event) -> None:
        if event is Event.BEAT and self._events:
            return
        self._events.append(event)
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def next(self) -> Event:
        while not self._events:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        return self._events.pop(0)


class Speaker(Listener):
    """A stream whose own task is busy listening to the client: each event has a moment's task of its own."""

    __slots__ = ("_say", "_saying")

    def __init__(self) -> None:
        super().__init__()
        self._say: Callable[[Event], Coroutine[None, None, None]] | None = None
        self._saying: asyncio.Task[None] | None = None

    def speak(self, say: Callable[[Event], Coroutine[None, None, None]]) -> None:
        """From now on; what came before is said first."""
        self._say = say
        self._start()

    def tell(self, event: Event) -> None:
        if event is not Event.BEAT:
            super().tell(event)
            self._start()

    def _start(self) -> None:
        if self._say is not None and self._events and (self._saying is None or self._saying.done()):
            self._saying = asyncio.create_task(self._speak(self._say))

    async def _speak(self, say: Callable[[Event], Coroutine[None, None, None]]) -> None:
        while self._events:
            await say(self._events.pop(0))


class Channel:
    """The listeners of one sid, and the result once there is one."""

    __slots__ = ("ends_at", "letters", "listeners", "message", "published_at")

    def __init__(self, letters: str, until: datetime) -> None:
        self.letters, self.ends_at = letters, until
        self.message: bytes | None = None
        self.published_at: datetime | None = None
        self.listeners: set[Listener] = set()

    def tell(self, event: Event) -> None:
        for listener in tuple(self.listeners):
            listener.tell(event)


class Channels:
    """Every channel that somebody of this process listens on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: dict[bytes, Channel] = {}
        self._watch: asyncio.Task[None] | None = None
        self._is_closed = False
        self._looked_at = -1

    def __len__(self) -> int:
        return sum(len(channel.listeners) for channel in self._open.values())

    @contextmanager
    def joined(self, letters: str, session: LoginSession, listener: Listener) -> Iterator[Channel]:
        """Listen, until the block is left."""
        channel = self.join(letters, session, listener)
        try:
            yield channel
        finally:
            self.leave(channel, listener)

    def join(self, letters: str, session: LoginSession, listener: Listener) -> Channel:
        """Listen from now on; what came to an end before is told at once."""
        channel = self._open.get(session.hash)
        if channel is None:
            channel = self._open[session.hash] = Channel(letters, ends_at(session))
        channel.listeners.add(listener)
        self._looked_at = -1  # it may have ended since the session was read
        if channel.message is not None:
            listener.tell(Event.MESSAGE)
        elif session.finished_at is not None:
            self._publish(channel, session)
        if self._is_closed:
            listener.tell(Event.END)
        elif self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._keep_watch(), name="login channels")
        return channel

    def leave(self, channel: Channel, listener: Listener) -> None:
        channel.listeners.discard(listener)
        if not channel.listeners:
            self._open.pop(sid_hash(channel.letters), None)

    async def look(self) -> None:
        """Tell listeners of logins that came to an end, here or in another process."""
        self._looked_at = self._desk.picture.logins
        waiting = {each for each, channel in self._open.items() if channel.message is None}
        if not waiting:
            return
        since = self._desk.clock.now() - HAND_OUT
        for session in await self._desk.storage.read(
            lambda unit: unit.logins.many(waiting.intersection(unit.logins.finished_since(since)))
        ):
            channel = self._open.get(session.hash)
            if channel is not None and channel.message is None:
                self._publish(channel, session)

    async def close(self) -> None:
        """Every stream ends, in order."""
        self._is_closed = True
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        for channel in tuple(self._open.values()):
            channel.tell(Event.END)

    def _publish(self, channel: Channel, session: LoginSession) -> None:
        message = message_of(session, channel.letters)
        if message is None:
            channel.tell(Event.END)
            return
        channel.message, channel.published_at = message, session.finished_at
        channel.ends_at = ends_at(session)
        channel.tell(Event.MESSAGE)

    async def _keep_watch(self) -> None:
        beat_at = perf_counter() + BEAT_EVERY
        while self._open:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look_if_told()
            except RoomieError as trouble:
                logger.warning("logins elsewhere go unheard: %s", trouble)
            if perf_counter() >= beat_at:
                beat_at, self._looked_at = perf_counter() + BEAT_EVERY, -1
                self._beat(tuple(self._open.values()))

    async def _look_if_told(self) -> None:
        picture, storage = self._desk.picture, self._desk.storage
        if not storage.is_fresh():
            await storage.catch_up()
        if picture.logins != self._looked_at:
            await self.look()

    def _beat(self, channels: Iterable[Channel]) -> None:
        now = self._desk.clock.now()
        for channel in channels:
            channel.tell(Event.END if now >= channel.ends_at else Event.BEAT)


def result_of(session: LoginSession, letters: str) -> dict[str, object] | None:
    """What became of a login, for whoever holds its sid; None when that can no longer be told."""
    if session.state is LoginState.FAILED:
        return {"result": "failure", "message": session.message}
    if session.sealed is None:
        return None
    try:
        answer: dict[str, object] = orjson.loads(unseal(session.sealed, letters.encode(), RESULT))
    except Unsealable:
        return None
    return answer


def message_of(session: LoginSession, letters: str) -> bytes | None:
    """The result as streams carry it."""
    result = result_of(session, letters)
    if result is None:
        return None
    told = {"result": "success", "message": "Logged in."} | result
    return b64encode(orjson.dumps(told))
