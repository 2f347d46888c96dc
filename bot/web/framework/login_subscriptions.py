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

from bot.login.encryption import DecryptionFailed, decrypt
from bot.services import Services
from core.errors import RoomieError
from core.model.login_session import LoginSession, LoginState
from core.policy.login import RESULT_TTL, ends_at, sid_hash

logger = logging.getLogger(__name__)

RESULT = "login result"
"""What results are sealed for."""
POLL_INTERVAL = 0.1
"""Seconds between two looks at whether other processes wrote anything, which cost next to nothing.

Nobody looks while nobody listens.
"""
HEARTBEAT_INTERVAL = 15.0
"""Seconds between two signs of life on a stream, and between two looks for channels that are over."""


class LoginEvent(Enum):
    """What a listener is told: here is the result; still there; it is over."""

    MESSAGE = "message"
    HEARTBEAT = "beat"
    END = "end"


class Subscriber:
    """One stream's letter box: `next` waits, without a task of its own, for what comes."""

    __slots__ = ("_events", "_wake")

    def __init__(self) -> None:
        self._events: list[LoginEvent] = []
        self._wake: asyncio.Future[None] | None = None

    def notify(self, event: LoginEvent) -> None:
        if event is LoginEvent.HEARTBEAT and self._events:
            return
        self._events.append(event)
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def next(self) -> LoginEvent:
        while not self._events:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        return self._events.pop(0)


class PushSubscriber(Subscriber):
    """A stream whose own task is busy listening to the client: each event has a moment's task of its own."""

    __slots__ = ("_say", "_saying")

    def __init__(self) -> None:
        super().__init__()
        self._say: Callable[[LoginEvent], Coroutine[None, None, None]] | None = None
        self._saying: asyncio.Task[None] | None = None

    def push(self, say: Callable[[LoginEvent], Coroutine[None, None, None]]) -> None:
        """From now on; what came before is said first."""
        self._say = say
        self._start()

    def notify(self, event: LoginEvent) -> None:
        if event is not LoginEvent.HEARTBEAT:
            super().notify(event)
            self._start()

    def _start(self) -> None:
        if self._say is not None and self._events and (self._saying is None or self._saying.done()):
            self._saying = asyncio.create_task(self._push(self._say))

    async def _push(self, say: Callable[[LoginEvent], Coroutine[None, None, None]]) -> None:
        while self._events:
            await say(self._events.pop(0))


class Subscription:
    """The listeners of one sid, and the result once there is one."""

    __slots__ = ("ends_at", "letters", "listeners", "message", "published_at")

    def __init__(self, letters: str, until: datetime) -> None:
        self.letters, self.ends_at = letters, until
        self.message: bytes | None = None
        self.published_at: datetime | None = None
        self.listeners: set[Subscriber] = set()

    def notify(self, event: LoginEvent) -> None:
        for listener in tuple(self.listeners):
            listener.notify(event)


class LoginSubscriptions:
    """Every channel that somebody of this process listens on."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._open: dict[bytes, Subscription] = {}
        self._watch: asyncio.Task[None] | None = None
        self._is_closed = False
        self._looked_at = -1

    def __len__(self) -> int:
        return sum(len(channel.listeners) for channel in self._open.values())

    @contextmanager
    def subscribed(self, letters: str, session: LoginSession, listener: Subscriber) -> Iterator[Subscription]:
        """Listen, until the block is left."""
        channel = self.subscribe(letters, session, listener)
        try:
            yield channel
        finally:
            self.unsubscribe(channel, listener)

    def subscribe(self, letters: str, session: LoginSession, listener: Subscriber) -> Subscription:
        """Listen from now on; what came to an end before is told at once."""
        channel = self._open.get(session.hash)
        if channel is None:
            channel = self._open[session.hash] = Subscription(letters, ends_at(session))
        channel.listeners.add(listener)
        self._looked_at = -1  # it may have ended since the session was read
        if channel.message is not None:
            listener.notify(LoginEvent.MESSAGE)
        elif session.finished_at is not None:
            self._publish(channel, session)
        if self._is_closed:
            listener.notify(LoginEvent.END)
        elif self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._poll_loop(), name="login channels")
        return channel

    def unsubscribe(self, channel: Subscription, listener: Subscriber) -> None:
        channel.listeners.discard(listener)
        if not channel.listeners:
            self._open.pop(sid_hash(channel.letters), None)

    async def poll(self) -> None:
        """Tell listeners of logins that came to an end, here or in another process."""
        self._looked_at = self._services.read_model.logins
        waiting = {each for each, channel in self._open.items() if channel.message is None}
        if not waiting:
            return
        since = self._services.clock.now() - RESULT_TTL
        for session in await self._services.storage.read(
            lambda unit: unit.login_sessions.many(
                waiting.intersection(unit.login_sessions.finished_since(since))
            )
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
            channel.notify(LoginEvent.END)

    def _publish(self, channel: Subscription, session: LoginSession) -> None:
        message = message_of(session, channel.letters)
        if message is None:
            channel.notify(LoginEvent.END)
            return
        channel.message, channel.published_at = message, session.finished_at
        channel.ends_at = ends_at(session)
        channel.notify(LoginEvent.MESSAGE)

    async def _poll_loop(self) -> None:
        beat_at = perf_counter() + HEARTBEAT_INTERVAL
        while self._open:
            await asyncio.sleep(POLL_INTERVAL)
            try:
                await self._poll_if_changed()
            except RoomieError as trouble:
                logger.warning("logins elsewhere go unheard: %s", trouble)
            if perf_counter() >= beat_at:
                beat_at, self._looked_at = perf_counter() + HEARTBEAT_INTERVAL, -1
                self._send_heartbeats(tuple(self._open.values()))

    async def _poll_if_changed(self) -> None:
        read_model, storage = self._services.read_model, self._services.storage
        if not storage.is_fresh():
            await storage.catch_up()
        if read_model.logins != self._looked_at:
            await self.poll()

    def _send_heartbeats(self, channels: Iterable[Subscription]) -> None:
        now = self._services.clock.now()
        for channel in channels:
            channel.notify(LoginEvent.END if now >= channel.ends_at else LoginEvent.HEARTBEAT)


def result_of(session: LoginSession, letters: str) -> dict[str, object] | None:
    """What became of a login, for whoever holds its sid; None when that can no longer be told."""
    if session.state is LoginState.FAILED:
        return {"result": "failure", "message": session.message}
    if session.encrypted_result is None:
        return None
    try:
        answer: dict[str, object] = orjson.loads(decrypt(session.encrypted_result, letters.encode(), RESULT))
    except DecryptionFailed:
        return None
    return answer


def message_of(session: LoginSession, letters: str) -> bytes | None:
    """The result as streams carry it."""
    result = result_of(session, letters)
    if result is None:
        return None
    told = {"result": "success", "message": "Logged in."} | result
    return b64encode(orjson.dumps(told))
