"""Sending what is queued: each message at least once, and shown once.

A worker claims what is due, notes each message as being sent before it asks the platform, and then what came
of it. A message that somebody began to send is looked for before it is sent again; where nobody can tell
whether it arrived, it waits.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from core.model.entities import Identity
from core.model.outbox import ClaimedMessage, DeliveryOutcome, MessageState, OutboxMessage
from core.policy.quiet_hours import quiet_until

logger = logging.getLogger(__name__)

_SEND_TIMEOUT = 1.0
"""Seconds until the database is asked again for what is due, if nothing says earlier that there is."""
_FIRST_DELAY, _MAX_DELAY = timedelta(seconds=5), timedelta(hours=1)
_MAX_ATTEMPTS = 12
_RECHECK_INTERVAL = timedelta(minutes=1)
"""Until somebody who is not there, or has no platform that is open here, is tried again."""
_CLOCK_SKEW = timedelta(minutes=2)
"""How far a platform's clock may be behind ours."""
_MESSAGE_LIFETIME = timedelta(days=1)
"""How long a message that never expires is kept for somebody whom nobody can reach."""
_SHUTDOWN_GRACE = 5.0
_MAX_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """`lease` is how long a worker may keep a message to himself; a send gets half of it.

    `concurrency` bounds the sending on one platform, `max_claimed` what a worker holds. `spacing` is kept
    between two messages to one place.
    """

    lease: timedelta = timedelta(minutes=2)
    concurrency: int = 8
    max_claimed: int = 200
    spacing: timedelta = timedelta(seconds=1)


class OutboxSender:
    """One worker. Any number may run, in this process and in others; any of them may die at any time."""

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
        self._pacing = DeliveryLimiter(self._settings.concurrency, self._settings.spacing.total_seconds())
        self._begin = Batcher(self._write_starts)
        self._settle = Batcher(self._write_outcomes)
        self._in_hand: dict[int, asyncio.Task[None]] = {}
        self._finished = asyncio.Event()
        self._is_stopping = False

    @property
    def claimed_count(self) -> int:
        """How many messages it is busy with."""
        return len(self._in_hand)

    def open(self, platform: Platform) -> None:
        """Deliver there too from now on."""
        self._platforms[platform.name] = platform

    async def run(self) -> None:
        """Deliver until cancelled; then finish what is being sent and let go of the rest."""
        try:
            while True:
                try:
                    is_more = bool(self._platforms) and await self._claim_batch()
                except Unavailable as trouble:
                    logger.warning("the outbox cannot be read: %s", trouble)
                    is_more = False
                await (self._wait_for_capacity() if is_more else asyncio.sleep(_SEND_TIMEOUT))
        finally:
            await self._shut_down()

    async def deliver_due(self) -> None:
        """Deliver what is due now, and come back when that is done."""
        while await self._claim_batch():
            await self._wait_for_capacity()
        while self._in_hand:
            await asyncio.wait(self._in_hand.values())

    # Taking

    async def _claim_batch(self) -> bool:
        """Claim as many as there is room for; whether there may be more."""
        most, now = self._settings.max_claimed - len(self._in_hand), self._services.clock.now()
        if most <= 0 or not await self._services.storage.read(lambda unit: unit.outbox.is_any_due(now)):
            return False
        until = now + self._settings.lease
        claimed = await self._services.storage.write_relaxed(
            lambda unit: unit.outbox.claim(self._worker, now, until, most)
        )
        for each in claimed:
            if each.id not in self._in_hand:
                self._in_hand[each.id] = asyncio.ensure_future(self._process(each))
        return len(claimed) >= most

    async def _wait_for_capacity(self) -> None:
        """Wait until half of what can be held is done with: claiming one by one would cost too much."""
        while len(self._in_hand) > self._settings.max_claimed // 2:
            self._finished.clear()
            await self._finished.wait()

    async def _shut_down(self) -> None:
        """What is being sent gets a moment to arrive; what is not begun goes back at once."""
        self._is_stopping = True
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand.values(), timeout=_SHUTDOWN_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # One message

    async def _process(self, claimed: ClaimedMessage) -> None:
        """Whatever goes wrong here, the lease ends and somebody tries again."""
        try:
            outcome = await self._outcome(claimed)
            if outcome is not None:
                self.counts[outcome.state.name.lower()] += 1
                await self._settle(outcome)
        except Unavailable as trouble:
            logger.warning("message %d waits for the database: %s", claimed.id, trouble)
        except Exception as error:
            kind, trace = claimed.message.kind, without_text(error)
            logger.exception("message %d (%s) was left as it is", claimed.id, kind, exc_info=trace)
        finally:
            del self._in_hand[claimed.id]
            self._finished.set()

    async def _outcome(self, claimed: ClaimedMessage) -> DeliveryOutcome | None:
        """What becomes of it; None when it is no longer ours to send."""
        message, now = claimed.message, self._services.clock.now()
        await self._services.synced_read_model()
        if claimed.is_unclear and (known := await self._check_delivered(claimed)) is not None:
            return known
        if message.expires_at is not None and message.expires_at <= now:
            return DeliveryOutcome(claimed.id, MessageState.DROPPED, "it would have come too late")
        ways = delivery_targets(message, self._services, self._platforms)
        if not ways:
            return self._postpone(claimed, "no platform of theirs is open here")
        kind = self._kinds.get(message.kind)
        if kind is None:
            return DeliveryOutcome(
                claimed.id, MessageState.GIVEN_UP, f"there is no kind of message {message.kind}"
            )
        if kind.respects_quiet_hours and (until := self._quiet_until(message, now)) is not None:
            return DeliveryOutcome(claimed.id, MessageState.WAITING, "quiet hours", until)
        return await self._deliver(claimed, kind, ways)

    async def _check_delivered(self, claimed: ClaimedMessage) -> DeliveryOutcome | None:
        """Whether it arrived when somebody began to send it; None when it did not."""
        identity, since = claimed.message.identity, claimed.since or claimed.message.due_at
        platform = self._platforms.get(platform_of(identity)) if identity is not None else None
        if platform is None or identity is None:
            return self._recheck(claimed, "nobody here can tell whether it arrived")
        try:
            async with self._pacing.slot(platform.name), asyncio.timeout(self._send_timeout):
                arrived = await platform.was_sent(identity, claimed.message.key, since - _CLOCK_SKEW)
        except RecipientUnreachable as error:
            return DeliveryOutcome(claimed.id, MessageState.GIVEN_UP, _error_text(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it leaves the message unclear
            return self._recheck(claimed, f"nobody can tell whether it arrived: {_error_text(error)}")
        return DeliveryOutcome(claimed.id, MessageState.SENT) if arrived else None

    async def _deliver(
        self, claimed: ClaimedMessage, kind: NotificationType, ways: Sequence[Identity]
    ) -> DeliveryOutcome | None:
        outcome: DeliveryOutcome | None = None
        for identity in ways:
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
                return DeliveryOutcome(claimed.id, MessageState.DROPPED, "there was nothing to say any more")
            outcome = await self._send(claimed, identity, reply)
            if outcome is None or outcome.state is not MessageState.GIVEN_UP:
                break
        return outcome

    async def _send(
        self, claimed: ClaimedMessage, identity: Identity, reply: Reply
    ) -> DeliveryOutcome | None:
        platform = self._platforms[platform_of(identity)]
        await self._pacing.wait_turn(identity)
        async with self._pacing.slot(platform.name):
            if self._is_stopping:
                return DeliveryOutcome(claimed.id, MessageState.WAITING)
            if not await self._begin((claimed.id, identity)):
                return None
            try:
                async with asyncio.timeout(self._send_timeout):
                    await platform.send(identity, reply, claimed.message.key)
            except RecipientUnreachable as error:
                return DeliveryOutcome(claimed.id, MessageState.GIVEN_UP, _error_text(error))
            except RecipientOffline as error:
                return self._postpone(claimed, _error_text(error))
            except RateLimited as error:
                return self._retry(claimed, _error_text(error), timedelta(seconds=error.retry_after))
            except Exception as error:  # noqa: BLE001 - it is noted, and looked for before the next attempt
                return self._retry(claimed, _error_text(error))
        return DeliveryOutcome(claimed.id, MessageState.SENT)

    @property
    def _send_timeout(self) -> float:
        """Seconds. Over before the lease is, so that nobody looks for what is still on its way."""
        return self._settings.lease.total_seconds() / 2

    # What comes next

    def _retry(
        self, claimed: ClaimedMessage, trouble: str, least: timedelta = timedelta()
    ) -> DeliveryOutcome:
        """Later, each time after twice as long; given up in the end, for an operator to see."""
        attempts = claimed.attempts + 1
        if attempts >= _MAX_ATTEMPTS:
            logger.warning("message %d is given up; `roomie outbox` says why", claimed.id)
            return DeliveryOutcome(claimed.id, MessageState.GIVEN_UP, trouble)
        delay = max(least, min(_FIRST_DELAY * 2 ** min(claimed.attempts, 20), _MAX_DELAY))
        return DeliveryOutcome(claimed.id, MessageState.SENDING, trouble, self._services.clock.now() + delay)

    def _recheck(self, claimed: ClaimedMessage, trouble: str) -> DeliveryOutcome:
        """To be looked for again, as long as it is of use; shown as unclear until then."""
        again = self._services.clock.now() + _RECHECK_INTERVAL
        if claimed.message.expires_at is not None and claimed.message.expires_at <= again:
            return DeliveryOutcome(claimed.id, MessageState.DROPPED, trouble)
        return DeliveryOutcome(claimed.id, MessageState.SENDING, trouble, again)

    def _postpone(self, claimed: ClaimedMessage, trouble: str) -> DeliveryOutcome:
        """For when somebody comes by; not for ever."""
        again = self._services.clock.now() + _RECHECK_INTERVAL
        last = claimed.message.expires_at or claimed.message.due_at + _MESSAGE_LIFETIME
        if again >= last:
            return DeliveryOutcome(claimed.id, MessageState.DROPPED, trouble)
        return DeliveryOutcome(claimed.id, MessageState.WAITING, trouble, again)

    def _quiet_until(self, message: OutboxMessage, now: datetime) -> datetime | None:
        known = (
            self._services.read_model.directory.people.get(message.person_id) if message.person_id else None
        )
        if known is None:
            return None
        return quiet_until(now, known.person.preferences.quiet, zone_of(self._services, known, ""))

    # Writing down

    async def _write_starts(self, batch: Sequence[tuple[int, Identity]]) -> Sequence[bool]:
        now, sending = self._services.clock.now(), dict(batch)
        until = now + self._settings.lease
        begun = await self._services.storage.write_relaxed(
            lambda unit: unit.outbox.start(self._worker, sending, now, until)
        )
        return [each in begun for each, _ in batch]

    async def _write_outcomes(self, batch: Sequence[DeliveryOutcome]) -> Sequence[None]:
        await self._services.storage.write_relaxed(lambda unit: unit.outbox.complete(self._worker, batch))
        return [None] * len(batch)


def _error_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_MAX_ERROR_LENGTH]
