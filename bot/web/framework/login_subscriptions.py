"""Publish/subscribe for the results of logins, with one polling task per process."""

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
from core.model import LoginSession, LoginState
from core.policy.login import RESULT_TTL, ends_at, sid_hash

logger = logging.getLogger(__name__)

RESULT = "login result"
"""The purpose under which results are encrypted."""
POLL_INTERVAL = 0.1
"""Seconds between checks for writes of other processes, which are cheap; none without subscribers."""
HEARTBEAT_INTERVAL = 15.0
"""Seconds between heartbeats on a stream, and between checks for expired subscriptions."""


class LoginEvent(Enum):
    """Events of a subscription: the result, a heartbeat, the end."""

    MESSAGE = "message"
    HEARTBEAT = "beat"
    END = "end"


class Subscriber:
    """Queue of one stream; `next` waits for an event without a task of its own."""

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
    """A subscriber whose own task reads from the client, so that events are sent by separate tasks."""

    __slots__ = ("_send", "_sending")

    def __init__(self) -> None:
        super().__init__()
        self._send: Callable[[LoginEvent], Coroutine[None, None, None]] | None = None
        self._sending: asyncio.Task[None] | None = None

    def push(self, send: Callable[[LoginEvent], Coroutine[None, None, None]]) -> None:
        """Sends all events with `send` from now on, earlier ones first."""
        self._send = send
        self._start()

    def notify(self, event: LoginEvent) -> None:
        if event is not LoginEvent.HEARTBEAT:
            super().notify(event)
            self._start()

    def _start(self) -> None:
        if self._send is not None and self._events and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._push(self._send))

    async def _push(self, send: Callable[[LoginEvent], Coroutine[None, None, None]]) -> None:
        while self._events:
            await send(self._events.pop(0))


class Subscription:
    """The subscribers of one sid, and the result once there is one."""

    __slots__ = ("ends_at", "message", "published_at", "subscribers", "token")

    def __init__(self, token: str, until: datetime) -> None:
        self.token, self.ends_at = token, until
        self.message: bytes | None = None
        self.published_at: datetime | None = None
        self.subscribers: set[Subscriber] = set()

    def notify(self, event: LoginEvent) -> None:
        for subscriber in tuple(self.subscribers):
            subscriber.notify(event)


class LoginSubscriptions:
    """All subscriptions of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._open: dict[bytes, Subscription] = {}
        self._watch: asyncio.Task[None] | None = None
        self._is_closed = False
        self._polled_version = -1

    def __len__(self) -> int:
        return sum(len(subscription.subscribers) for subscription in self._open.values())

    @contextmanager
    def subscribed(self, token: str, session: LoginSession, subscriber: Subscriber) -> Iterator[Subscription]:
        """Subscribes for the duration of the block."""
        subscription = self.subscribe(token, session, subscriber)
        try:
            yield subscription
        finally:
            self.unsubscribe(subscription, subscriber)

    def subscribe(self, token: str, session: LoginSession, subscriber: Subscriber) -> Subscription:
        """Adds a subscriber; it is notified at once if the login has ended already."""
        subscription = self._open.get(session.hash)
        if subscription is None:
            subscription = self._open[session.hash] = Subscription(token, ends_at(session))
        subscription.subscribers.add(subscriber)
        self._polled_version = -1  # it may have ended since the session was read
        if subscription.message is not None:
            subscriber.notify(LoginEvent.MESSAGE)
        elif session.finished_at is not None:
            self._publish(subscription, session)
        if self._is_closed:
            subscriber.notify(LoginEvent.END)
        elif self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._poll_loop(), name="login subscriptions")
        return subscription

    def unsubscribe(self, subscription: Subscription, subscriber: Subscriber) -> None:
        subscription.subscribers.discard(subscriber)
        if not subscription.subscribers:
            self._open.pop(sid_hash(subscription.token), None)

    async def poll(self) -> None:
        """Notifies subscribers of logins that ended, in this process or another."""
        self._polled_version = self._services.read_model.logins
        waiting = {each for each, subscription in self._open.items() if subscription.message is None}
        if not waiting:
            return
        since = self._services.clock.now() - RESULT_TTL
        for session in await self._services.storage.read(
            lambda unit: unit.login_sessions.many(
                waiting.intersection(unit.login_sessions.finished_since(since))
            )
        ):
            subscription = self._open.get(session.hash)
            if subscription is not None and subscription.message is None:
                self._publish(subscription, session)

    async def close(self) -> None:
        """Ends all streams."""
        self._is_closed = True
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        for subscription in tuple(self._open.values()):
            subscription.notify(LoginEvent.END)

    def _publish(self, subscription: Subscription, session: LoginSession) -> None:
        message = message_of(session, subscription.token)
        if message is None:
            subscription.notify(LoginEvent.END)
            return
        subscription.message, subscription.published_at = message, session.finished_at
        subscription.ends_at = ends_at(session)
        subscription.notify(LoginEvent.MESSAGE)

    async def _poll_loop(self) -> None:
        beat_at = perf_counter() + HEARTBEAT_INTERVAL
        while self._open:
            await asyncio.sleep(POLL_INTERVAL)
            try:
                await self._poll_if_changed()
            except RoomieError as error:
                logger.warning("results of logins in other processes are not read: %s", error)
            if perf_counter() >= beat_at:
                beat_at, self._polled_version = perf_counter() + HEARTBEAT_INTERVAL, -1
                self._send_heartbeats(tuple(self._open.values()))

    async def _poll_if_changed(self) -> None:
        read_model, storage = self._services.read_model, self._services.storage
        if not storage.is_fresh():
            await storage.catch_up()
        if read_model.logins != self._polled_version:
            await self.poll()

    def _send_heartbeats(self, subscriptions: Iterable[Subscription]) -> None:
        now = self._services.clock.now()
        for subscription in subscriptions:
            subscription.notify(LoginEvent.END if now >= subscription.ends_at else LoginEvent.HEARTBEAT)


def result_of(session: LoginSession, token: str) -> dict[str, object] | None:
    """Decrypts the result of a login with its sid; None if it is gone."""
    if session.state is LoginState.FAILED:
        return {"result": "failure", "message": session.message}
    if session.encrypted_result is None:
        return None
    try:
        answer: dict[str, object] = orjson.loads(decrypt(session.encrypted_result, token.encode(), RESULT))
    except DecryptionFailed:
        return None
    return answer


def message_of(session: LoginSession, token: str) -> bytes | None:
    """Encodes the result as streams send it."""
    result = result_of(session, token)
    if result is None:
        return None
    message = {"result": "success", "message": "Logged in."} | result
    return b64encode(orjson.dumps(message))
