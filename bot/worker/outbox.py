"""Sends queued messages (transactional outbox): at-least-once delivery, with a check against duplicates.

A worker claims due messages with a lease, marks each as being sent before it calls the platform, and stores
the outcome. If a send was interrupted, the platform is asked whether the message arrived before it is sent
again; while that is unknown, the message waits.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import perf_counter

from msgspec import Struct, field

from bot.chat.reply import Reply
from bot.chat.timezones import zone_of
from bot.notifications.template import NotificationType
from bot.platforms.base import Platform, RateLimited, RecipientOffline, RecipientUnreachable
from bot.redaction import without_text
from bot.services import Services
from bot.worker.batcher import Batcher
from bot.worker.rate_limit import DeliveryLimiter
from bot.worker.recipients import context_for, delivery_targets, platform_of
from core.errors import Unavailable
from core.model import ClaimedMessage, DeliveryOutcome, Identity, MessageState, OutboxMessage
from core.policy.quiet_hours import quiet_until

logger = logging.getLogger(__name__)

_POLL_INTERVAL = 1.0
"""Seconds between two polls of the database."""
_FIRST_DELAY, _MAX_DELAY = timedelta(seconds=5), timedelta(hours=1)
_MAX_ATTEMPTS = 12
_RECHECK_INTERVAL = timedelta(minutes=1)
"""Delay before a recipient who is offline, or on none of our platforms, is tried again."""
_CLOCK_SKEW = timedelta(minutes=2)
"""How far a platform's clock may be behind ours when its message history is searched."""
_MESSAGE_LIFETIME = timedelta(days=1)
"""How long a message without expiry waits for an unreachable recipient."""
_WAITING_SHARE = 0.25
"""Of its lease, how long a message may wait for its turn; then it is put off to a later time."""
_SHUTDOWN_TIMEOUT = 5.0
_MAX_ERROR_LENGTH = 500


class OutboxSettings(Struct, frozen=True):
    """`lease` is how long a claim lasts; a send times out after half of it.

    `concurrency` bounds sends in progress on one platform, `max_claimed` messages that a worker holds.
    `spacing` is the pause between two messages to one recipient. `rates` are messages a second by platform
    (Slack: by workspace), without an entry unlimited.
    """

    lease: timedelta = timedelta(minutes=2)
    concurrency: int = 8
    max_claimed: int = 200
    spacing: timedelta = timedelta(seconds=1)
    rates: Mapping[str, float] = field(default_factory=dict)


class OutboxSender:
    """One worker. Any number may run, in this and other processes, and may be killed at any time."""

    def __init__(
        self,
        services: Services,
        platforms: Iterable[Platform],
        kinds: Sequence[NotificationType],
        worker: str,
        settings: OutboxSettings | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._services = services
        self._platforms = {each.name: each for each in platforms}
        self._kinds = {kind.name: kind for kind in kinds}
        self._worker = worker
        self._settings = settings or OutboxSettings()
        self._pacing = DeliveryLimiter(
            services.clock,
            self._settings.concurrency,
            self._settings.spacing.total_seconds(),
            self._settings.rates,
            self._settings.lease.total_seconds() * _WAITING_SHARE,
        )
        self._start = Batcher(self._write_starts)
        self._complete = Batcher(self._write_outcomes)
        self._claimed: dict[int, asyncio.Task[None]] = {}
        self._finished = asyncio.Event()
        self._is_stopping = False

    @property
    def claimed_count(self) -> int:
        return len(self._claimed)

    def open(self, platform: Platform) -> None:
        """Adds a platform to deliver to."""
        self._platforms[platform.name] = platform

    async def run(self) -> None:
        """Delivers until cancelled; then finishes sends in progress and releases the other claims."""
        try:
            while True:
                try:
                    is_more = bool(self._platforms) and await self._claim_batch()
                except Unavailable as error:
                    logger.warning("could not read the outbox: %s", error)
                    is_more = False
                await (self._wait_for_capacity() if is_more else asyncio.sleep(_POLL_INTERVAL))
        finally:
            await self._shut_down()

    async def deliver_due(self) -> None:
        """Delivers all messages that are due now."""
        while await self._claim_batch():
            await self._wait_for_capacity()
        while self._claimed:
            await asyncio.wait(self._claimed.values())

    # Claiming

    async def _claim_batch(self) -> bool:
        """Claims as many messages as there is capacity for. Returns whether more may be due."""
        capacity, now = self._settings.max_claimed - len(self._claimed), self._services.clock.now()
        if capacity <= 0 or not await self._services.storage.read(lambda unit: unit.outbox.is_any_due(now)):
            return False
        until = now + self._settings.lease
        claimed = await self._services.storage.write_relaxed(
            lambda unit: unit.outbox.claim(self._worker, now, until, capacity)
        )
        await self._begin([each for each in claimed if each.id not in self._claimed])
        return len(claimed) >= capacity

    async def _begin(self, claimed: Sequence[ClaimedMessage]) -> None:
        """Starts a task for each message, except for bulk messages whose bucket is full.

        After putting such off it pauses for as long as that took, so that others have the database, too.
        """
        began, late = perf_counter(), list[DeliveryOutcome]()
        for each in claimed:
            kind, turn = self._kinds.get(each.message.kind), None
            if kind is not None and kind.is_bulk and not each.is_unclear:
                targets = delivery_targets(each.message, self._services, self._platforms)
                if targets and (outcome := self._put_off(each, kind, targets[0])) is not None:
                    late.append(outcome)
                    continue
                turn = self._pacing.reserve(targets[0]) if targets else None
            self._claimed[each.id] = asyncio.ensure_future(self._process(each, turn))
        if late:
            await self._write_outcomes(late)
            await asyncio.sleep(perf_counter() - began)

    def _put_off(
        self, claimed: ClaimedMessage, kind: NotificationType, target: Identity
    ) -> DeliveryOutcome | None:
        """A later turn, if too many messages wait for the target's platform; None if it may wait, too."""
        seconds = self._pacing.put_off(target, is_bulk=kind.is_bulk)
        if seconds is None:
            return None
        due_at = self._services.clock.now() + timedelta(seconds=seconds)
        return DeliveryOutcome(claimed.id, MessageState.WAITING, "many messages to send", due_at)

    async def _wait_for_capacity(self) -> None:
        """Waits until half of the capacity is free, because claiming messages one by one is expensive."""
        while len(self._claimed) > self._settings.max_claimed // 2:
            self._finished.clear()
            await self._finished.wait()

    async def _shut_down(self) -> None:
        """Waits for sends in progress, up to the grace period; messages not yet started are released."""
        self._is_stopping = True
        if self._claimed:
            _, late = await asyncio.wait(self._claimed.values(), timeout=_SHUTDOWN_TIMEOUT)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # One message

    async def _process(self, claimed: ClaimedMessage, turn: float | None) -> None:
        """Delivers and stores the outcome. After any error the lease expires and a worker tries again."""
        try:
            outcome = await self._outcome(claimed, turn)
            if outcome is not None:
                self.counts[outcome.state.name.lower()] += 1
                await self._complete(outcome)
        except Unavailable as error:
            logger.warning("message %d waits for the database: %s", claimed.id, error)
        except Exception as error:
            kind, trace = claimed.message.kind, without_text(error)
            logger.exception(
                "message %d (%s) failed; it is tried again when its lease ends",
                claimed.id,
                kind,
                exc_info=trace,
            )
        finally:
            del self._claimed[claimed.id]
            self._finished.set()

    async def _outcome(self, claimed: ClaimedMessage, turn: float | None) -> DeliveryOutcome | None:
        """The message's next state; None if another worker has claimed it."""
        message, now = claimed.message, self._services.clock.now()
        await self._services.synced_read_model()
        if claimed.is_unclear and (outcome := await self._check_delivered(claimed)) is not None:
            return outcome
        if message.expires_at is not None and message.expires_at <= now:
            return DeliveryOutcome(claimed.id, MessageState.DROPPED, "expired before it could be sent")
        targets = delivery_targets(message, self._services, self._platforms)
        if not targets:
            return self._postpone(claimed, "the recipient has no chat account on a platform that runs here")
        kind = self._kinds.get(message.kind)
        if kind is None:
            return DeliveryOutcome(
                claimed.id, MessageState.GIVEN_UP, f"unknown notification type {message.kind}"
            )
        if kind.respects_quiet_hours and (until := self._quiet_until(message, now)) is not None:
            return DeliveryOutcome(claimed.id, MessageState.WAITING, "quiet hours", until)
        if turn is None and (outcome := self._put_off(claimed, kind, targets[0])) is not None:
            return outcome
        return await self._deliver(claimed, kind, targets, turn)

    async def _check_delivered(self, claimed: ClaimedMessage) -> DeliveryOutcome | None:
        """The outcome of an interrupted send, as the platform knows it; None if nothing arrived."""
        identity, since = claimed.message.identity, claimed.since or claimed.message.due_at
        platform = self._platforms.get(platform_of(identity)) if identity is not None else None
        if platform is None or identity is None:
            return self._recheck(claimed, "unknown whether it arrived: the platform does not run here")
        try:
            async with self._pacing.slot(platform.name), asyncio.timeout(self._send_timeout):
                arrived = await platform.was_sent(identity, claimed.message.key, since - _CLOCK_SKEW)
        except RecipientUnreachable as error:
            return DeliveryOutcome(claimed.id, MessageState.GIVEN_UP, _error_text(error))
        except Exception as error:  # noqa: BLE001 - any error leaves the delivery unknown
            return self._recheck(claimed, f"unknown whether it arrived: {_error_text(error)}")
        return DeliveryOutcome(claimed.id, MessageState.SENT) if arrived else None

    async def _deliver(
        self,
        claimed: ClaimedMessage,
        kind: NotificationType,
        targets: Sequence[Identity],
        turn: float | None,
    ) -> DeliveryOutcome | None:
        outcome: DeliveryOutcome | None = None
        for identity in targets:
            try:
                reply = await kind.compose(
                    context_for(identity, self._services, claimed.message), claimed.message
                )
            except Exception as error:
                trace = without_text(error)
                logger.exception(
                    "message %d (%s) could not be composed", claimed.id, kind.name, exc_info=trace
                )
                return self._retry(claimed, _error_text(error))
            if reply is None:
                return DeliveryOutcome(claimed.id, MessageState.DROPPED, "no longer relevant")
            turn = self._pacing.reserve(identity) if turn is None else turn
            outcome = await self._send(claimed, kind, identity, reply, turn)
            turn = None
            if outcome is None or outcome.state is not MessageState.GIVEN_UP:
                break
        return outcome

    async def _send(
        self,
        claimed: ClaimedMessage,
        kind: NotificationType,
        identity: Identity,
        reply: Reply,
        turn: float,
    ) -> DeliveryOutcome | None:
        platform = self._platforms[platform_of(identity)]
        await self._pacing.wait_turn(identity, turn)
        async with self._pacing.slot(platform.name):
            if self._is_stopping:
                return DeliveryOutcome(claimed.id, MessageState.WAITING)
            if self._pacing.is_paused(identity):
                return self._put_off(claimed, kind, identity)
            if not await self._start((claimed.id, identity)):
                return None
            try:
                async with asyncio.timeout(self._send_timeout):
                    await platform.send(identity, reply, claimed.message.key)
            except RecipientUnreachable as error:
                return DeliveryOutcome(claimed.id, MessageState.GIVEN_UP, _error_text(error))
            except RecipientOffline as error:
                return self._postpone(claimed, _error_text(error))
            except RateLimited as error:
                self._pacing.pause(identity, error.retry_after)
                return self._wait_for_platform(claimed, error)
            except Exception as error:  # noqa: BLE001 - stored, and checked before the next attempt
                return self._retry(claimed, _error_text(error))
        return DeliveryOutcome(claimed.id, MessageState.SENT)

    @property
    def _send_timeout(self) -> float:
        """Seconds. Shorter than the lease, so that no other worker looks for a message still being sent."""
        return self._settings.lease.total_seconds() / 2

    # Next states

    def _retry(self, claimed: ClaimedMessage, reason: str) -> DeliveryOutcome:
        """Exponential backoff; after the last attempt the message is given up and an operator decides."""
        attempts = claimed.attempts + 1
        if attempts >= _MAX_ATTEMPTS:
            logger.warning(
                "message %d was given up after %d attempts; see roomie outbox", claimed.id, attempts
            )
            return DeliveryOutcome(claimed.id, MessageState.GIVEN_UP, reason)
        again = self._services.clock.now() + _backoff(claimed)
        return DeliveryOutcome(claimed.id, MessageState.SENDING, reason, again)

    def _wait_for_platform(self, claimed: ClaimedMessage, error: RateLimited) -> DeliveryOutcome:
        """Nothing was sent, so nothing is looked for. One that expires is tried until then."""
        if claimed.message.expires_at is None and claimed.attempts + 1 >= _MAX_ATTEMPTS:
            return self._retry(claimed, _error_text(error))
        delay = max(timedelta(seconds=error.retry_after), _backoff(claimed))
        again = self._services.clock.now() + delay
        return DeliveryOutcome(claimed.id, MessageState.WAITING, _error_text(error), again)

    def _recheck(self, claimed: ClaimedMessage, reason: str) -> DeliveryOutcome:
        """Schedules another delivery check until the message expires; it is listed as unclear meanwhile."""
        again = self._services.clock.now() + _RECHECK_INTERVAL
        if claimed.message.expires_at is not None and claimed.message.expires_at <= again:
            return DeliveryOutcome(claimed.id, MessageState.DROPPED, reason)
        return DeliveryOutcome(claimed.id, MessageState.SENDING, reason, again)

    def _postpone(self, claimed: ClaimedMessage, reason: str) -> DeliveryOutcome:
        """Schedules another attempt until the message expires."""
        again = self._services.clock.now() + _RECHECK_INTERVAL
        last = claimed.message.expires_at or claimed.message.due_at + _MESSAGE_LIFETIME
        if again >= last:
            return DeliveryOutcome(claimed.id, MessageState.DROPPED, reason)
        return DeliveryOutcome(claimed.id, MessageState.WAITING, reason, again)

    def _quiet_until(self, message: OutboxMessage, now: datetime) -> datetime | None:
        people = self._services.read_model.directory.people
        account = people.get(message.person_id) if message.person_id else None
        if account is None:
            return None
        return quiet_until(now, account.person.preferences.quiet, zone_of(self._services, account, ""))

    # Batched writes

    async def _write_starts(self, batch: Sequence[tuple[int, Identity]]) -> Sequence[bool]:
        now, sending = self._services.clock.now(), dict(batch)
        until = now + self._settings.lease
        started = await self._services.storage.write_relaxed(
            lambda unit: unit.outbox.start(self._worker, sending, now, until)
        )
        return [each in started for each, _ in batch]

    async def _write_outcomes(self, batch: Sequence[DeliveryOutcome]) -> Sequence[None]:
        await self._services.storage.write_relaxed(lambda unit: unit.outbox.complete(self._worker, batch))
        return [None] * len(batch)


def _backoff(claimed: ClaimedMessage) -> timedelta:
    return min(_FIRST_DELAY * (1 << min(claimed.attempts, 20)), _MAX_DELAY)


def _error_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_MAX_ERROR_LENGTH]
