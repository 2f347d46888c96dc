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
from bot.notifications.template import Kind
from bot.platforms.base import Absent, Busy, Platform, Unreachable
from bot.redaction import without_text
from bot.services import Desk
from bot.worker.batcher import Gathering
from bot.worker.rate_limit import Pacing
from bot.worker.recipients import call_for, platform_of, ways_to
from core.errors import Unavailable
from core.model.entities import Identity
from core.model.outbox import Claimed, Message, MessageState, Outcome
from core.policy.quiet_hours import quiet_until

logger = logging.getLogger(__name__)

_PATIENCE = 1.0
"""Seconds until the database is asked again for what is due, if nothing says earlier that there is."""
_FIRST_DELAY, _LONGEST_DELAY = timedelta(seconds=5), timedelta(hours=1)
_MOST_ATTEMPTS = 12
_LOOK_AROUND = timedelta(minutes=1)
"""Until somebody who is not there, or has no platform that is open here, is tried again."""
_HINDSIGHT = timedelta(minutes=2)
"""How far a platform's clock may be behind ours."""
_USEFUL_FOR = timedelta(days=1)
"""How long a message that never expires is kept for somebody whom nobody can reach."""
_GOODBYE = 5.0
_LONGEST_TROUBLE = 500


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """`lease` is how long a worker may keep a message to himself; a send gets half of it.

    `at_once` bounds what is under way on one platform, `in_hand` what a worker has claimed. `spacing` is kept
    between two messages to one place.
    """

    lease: timedelta = timedelta(minutes=2)
    at_once: int = 8
    in_hand: int = 200
    spacing: timedelta = timedelta(seconds=1)


class Outbox:
    """One worker. Any number may run, in this process and in others; any of them may die at any time."""

    def __init__(
        self,
        desk: Desk,
        platforms: Iterable[Platform],
        kinds: Sequence[Kind],
        worker: str,
        settings: OutboxSettings | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._desk = desk
        self._platforms = {each.name: each for each in platforms}
        self._kinds = {kind.name: kind for kind in kinds}
        self._worker = worker
        self._settings = settings or OutboxSettings()
        self._pacing = Pacing(self._settings.at_once, self._settings.spacing.total_seconds())
        self._begin = Gathering(self._write_beginnings)
        self._settle = Gathering(self._write_outcomes)
        self._in_hand: dict[int, asyncio.Task[None]] = {}
        self._finished = asyncio.Event()
        self._is_stopping = False

    @property
    def in_hand(self) -> int:
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
                    is_more = bool(self._platforms) and await self._take_some()
                except Unavailable as trouble:
                    logger.warning("the outbox cannot be read: %s", trouble)
                    is_more = False
                await (self._room() if is_more else asyncio.sleep(_PATIENCE))
        finally:
            await self._say_goodbye()

    async def deliver_due(self) -> None:
        """Deliver what is due now, and come back when that is done."""
        while await self._take_some():
            await self._room()
        while self._in_hand:
            await asyncio.wait(self._in_hand.values())

    # Taking

    async def _take_some(self) -> bool:
        """Claim as many as there is room for; whether there may be more."""
        most, now = self._settings.in_hand - len(self._in_hand), self._desk.clock.now()
        if most <= 0 or not await self._desk.storage.read(lambda unit: unit.outbox.is_any_due(now)):
            return False
        until = now + self._settings.lease
        claimed = await self._desk.storage.take(
            lambda unit: unit.outbox.claim(self._worker, now, until, most)
        )
        for each in claimed:
            if each.id not in self._in_hand:
                self._in_hand[each.id] = asyncio.ensure_future(self._hold(each))
        return len(claimed) >= most

    async def _room(self) -> None:
        """Wait until half of what can be held is done with: claiming one by one would cost too much."""
        while len(self._in_hand) > self._settings.in_hand // 2:
            self._finished.clear()
            await self._finished.wait()

    async def _say_goodbye(self) -> None:
        """What is being sent gets a moment to arrive; what is not begun goes back at once."""
        self._is_stopping = True
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand.values(), timeout=_GOODBYE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # One message

    async def _hold(self, claimed: Claimed) -> None:
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

    async def _outcome(self, claimed: Claimed) -> Outcome | None:
        """What becomes of it; None when it is no longer ours to send."""
        message, now = claimed.message, self._desk.clock.now()
        await self._desk.fresh()
        if claimed.is_unclear and (known := await self._looked(claimed)) is not None:
            return known
        if message.expires_at is not None and message.expires_at <= now:
            return Outcome(claimed.id, MessageState.DROPPED, "it would have come too late")
        ways = ways_to(message, self._desk, self._platforms)
        if not ways:
            return self._postponed(claimed, "no platform of theirs is open here")
        kind = self._kinds.get(message.kind)
        if kind is None:
            return Outcome(claimed.id, MessageState.GIVEN_UP, f"there is no kind of message {message.kind}")
        if kind.waits and (until := self._quiet_until(message, now)) is not None:
            return Outcome(claimed.id, MessageState.WAITING, "quiet hours", until)
        return await self._delivered(claimed, kind, ways)

    async def _looked(self, claimed: Claimed) -> Outcome | None:
        """Whether it arrived when somebody began to send it; None when it did not."""
        identity, since = claimed.message.identity, claimed.since or claimed.message.due_at
        platform = self._platforms.get(platform_of(identity)) if identity is not None else None
        if platform is None or identity is None:
            return self._unknown(claimed, "nobody here can tell whether it arrived")
        try:
            async with self._pacing.of(platform.name), asyncio.timeout(self._send_patience):
                arrived = await platform.was_sent(identity, claimed.message.key, since - _HINDSIGHT)
        except Unreachable as error:
            return Outcome(claimed.id, MessageState.GIVEN_UP, _told(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it leaves the message unclear
            return self._unknown(claimed, f"nobody can tell whether it arrived: {_told(error)}")
        return Outcome(claimed.id, MessageState.SENT) if arrived else None

    async def _delivered(self, claimed: Claimed, kind: Kind, ways: Sequence[Identity]) -> Outcome | None:
        outcome: Outcome | None = None
        for identity in ways:
            try:
                reply = await kind.compose(call_for(identity, self._desk, claimed.message), claimed.message)
            except Exception as error:
                trace = without_text(error)
                logger.exception(
                    "message %d (%s) could not be composed", claimed.id, kind.name, exc_info=trace
                )
                return self._again(claimed, _told(error))
            if reply is None:
                return Outcome(claimed.id, MessageState.DROPPED, "there was nothing to say any more")
            outcome = await self._sent(claimed, identity, reply)
            if outcome is None or outcome.state is not MessageState.GIVEN_UP:
                break
        return outcome

    async def _sent(self, claimed: Claimed, identity: Identity, reply: Reply) -> Outcome | None:
        platform = self._platforms[platform_of(identity)]
        await self._pacing.turn(identity)
        async with self._pacing.of(platform.name):
            if self._is_stopping:
                return Outcome(claimed.id, MessageState.WAITING)
            if not await self._begin((claimed.id, identity)):
                return None
            try:
                async with asyncio.timeout(self._send_patience):
                    await platform.send(identity, reply, claimed.message.key)
            except Unreachable as error:
                return Outcome(claimed.id, MessageState.GIVEN_UP, _told(error))
            except Absent as error:
                return self._postponed(claimed, _told(error))
            except Busy as error:
                return self._again(claimed, _told(error), timedelta(seconds=error.seconds))
            except Exception as error:  # noqa: BLE001 - it is noted, and looked for before the next attempt
                return self._again(claimed, _told(error))
        return Outcome(claimed.id, MessageState.SENT)

    @property
    def _send_patience(self) -> float:
        """Seconds. Over before the lease is, so that nobody looks for what is still on its way."""
        return self._settings.lease.total_seconds() / 2

    # What comes next

    def _again(self, claimed: Claimed, trouble: str, least: timedelta = timedelta()) -> Outcome:
        """Later, each time after twice as long; given up in the end, for an operator to see."""
        attempts = claimed.attempts + 1
        if attempts >= _MOST_ATTEMPTS:
            logger.warning("message %d is given up; `roomie outbox` says why", claimed.id)
            return Outcome(claimed.id, MessageState.GIVEN_UP, trouble)
        delay = max(least, min(_FIRST_DELAY * 2 ** min(claimed.attempts, 20), _LONGEST_DELAY))
        return Outcome(claimed.id, MessageState.SENDING, trouble, self._desk.clock.now() + delay)

    def _unknown(self, claimed: Claimed, trouble: str) -> Outcome:
        """To be looked for again, as long as it is of use; shown as unclear until then."""
        again = self._desk.clock.now() + _LOOK_AROUND
        if claimed.message.expires_at is not None and claimed.message.expires_at <= again:
            return Outcome(claimed.id, MessageState.DROPPED, trouble)
        return Outcome(claimed.id, MessageState.SENDING, trouble, again)

    def _postponed(self, claimed: Claimed, trouble: str) -> Outcome:
        """For when somebody comes by; not for ever."""
        again = self._desk.clock.now() + _LOOK_AROUND
        last = claimed.message.expires_at or claimed.message.due_at + _USEFUL_FOR
        if again >= last:
            return Outcome(claimed.id, MessageState.DROPPED, trouble)
        return Outcome(claimed.id, MessageState.WAITING, trouble, again)

    def _quiet_until(self, message: Message, now: datetime) -> datetime | None:
        known = self._desk.picture.directory.people.get(message.person_id) if message.person_id else None
        if known is None:
            return None
        return quiet_until(now, known.person.habits.quiet, zone_of(self._desk, known, ""))

    # Writing down

    async def _write_beginnings(self, batch: Sequence[tuple[int, Identity]]) -> Sequence[bool]:
        now, sending = self._desk.clock.now(), dict(batch)
        until = now + self._settings.lease
        begun = await self._desk.storage.take(
            lambda unit: unit.outbox.begin(self._worker, sending, now, until)
        )
        return [each in begun for each, _ in batch]

    async def _write_outcomes(self, batch: Sequence[Outcome]) -> Sequence[None]:
        await self._desk.storage.take(lambda unit: unit.outbox.settle(self._worker, batch))
        return [None] * len(batch)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST_TROUBLE]
