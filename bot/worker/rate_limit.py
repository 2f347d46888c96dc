"""Paces deliveries: sends in progress for each platform, a rate for each bucket, spacing for each recipient.

A bucket is what a platform counts messages by: a workspace of Slack's, or all of Discord. Messages that would
wait long for their turn do not wait in memory: they are given a time at which they are claimed again, so that
a hundred thousand notices due at once keep neither reminders nor other buckets waiting.
"""

import asyncio
from asyncio import Semaphore, get_running_loop
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from core.clock import Clock
from core.model import Identity

_MAX_TRACKED = 10_000
_BULK_SHARE = 0.5
"""Of the longest wait, how much bulk messages may take: the rest is for those that people wait for."""
_MAX_PAUSE = timedelta(hours=1)


def bucket_of(identity: Identity) -> str:
    """Slack limits each workspace, other platforms limit the bot as a whole."""
    platform, _, rest = identity.partition(":")
    return f"{platform}:{rest.partition(':')[0]}" if platform == "slack" else platform


class RateLimitBucket(Struct):
    """Turns of the messages under one rate limit, `interval` seconds apart. Times are the event loop's."""

    interval: float
    next_turn: float = 0.0
    next_start: float = 0.0
    """Turns may be late: what is due together then starts one after the other."""
    next_late_turn: dict[bool, float] = field(default_factory=dict)
    """When the next message that is put off is claimed again, of bulk messages and of others."""
    paused: tuple[datetime, datetime] | None = None
    """When the platform asked to wait, and until when; void once the clock is set back."""

    def reserve(self, now: float) -> float:
        turn = max(now, self.next_turn)
        self.next_turn = turn + self.interval
        return turn

    def start(self, now: float) -> float:
        """When a message whose turn has come may be sent."""
        start = max(now, self.next_start)
        self.next_start = start + self.interval
        return start

    def reserve_late(self, now: float, after: float, *, is_bulk: bool) -> float:
        """A turn `after` seconds from now, or later if others are put off already."""
        turn = max(now + after, self.next_late_turn.get(is_bulk, 0.0) + self.interval)
        self.next_late_turn[is_bulk] = turn
        return turn

    def pause_left(self, now: datetime) -> float:
        """Seconds until the platform takes messages again."""
        if self.paused is None or not self.paused[0] <= now < self.paused[1]:
            return 0.0
        return (self.paused[1] - now).total_seconds()


class DeliveryLimiter:
    """`rates` are messages a second by platform, without an entry unlimited.

    `spacing` is seconds between two messages to one recipient; a bounded table holds the next turns.
    `max_wait` is how long, in seconds, a message may wait for its turn in memory.
    """

    def __init__(
        self, clock: Clock, concurrency: int, spacing: float, rates: Mapping[str, float], max_wait: float
    ) -> None:
        self._clock = clock
        self._spacing = spacing
        self._rates = rates
        self._max_wait = max_wait
        self._semaphores: dict[str, Semaphore] = defaultdict(lambda: Semaphore(concurrency))
        self._buckets: dict[str, RateLimitBucket] = {}
        self._next: dict[Identity, float] = {}

    def slot(self, platform: str) -> Semaphore:
        """The semaphore to hold while a request to the platform is in progress."""
        return self._semaphores[platform]

    def put_off(self, identity: Identity, *, is_bulk: bool) -> float | None:
        """Seconds after which to claim a message again; None if it may wait for its turn.

        It may not while its bucket is paused, or if too many wait there.
        """
        bucket, now = self._bucket(identity), get_running_loop().time()
        pause = bucket.pause_left(self._clock.now())
        limit = self._max_wait * (_BULK_SHARE if is_bulk else 1.0)
        if not pause and bucket.next_turn - now <= limit:
            return None
        return bucket.reserve_late(now, pause or limit, is_bulk=is_bulk) - now

    def reserve(self, identity: Identity) -> float:
        """The bucket's next turn, in the event loop's time."""
        return self._bucket(identity).reserve(get_running_loop().time())

    def pause(self, identity: Identity, seconds: float) -> None:
        """Pauses a bucket, as its platform asks."""
        now = self._clock.now()
        self._bucket(identity).paused = (now, now + min(timedelta(seconds=seconds), _MAX_PAUSE))

    def is_paused(self, identity: Identity) -> bool:
        return self._bucket(identity).pause_left(self._clock.now()) > 0

    async def wait_turn(self, identity: Identity, turn: float) -> None:
        """Waits for the turn, and until the recipient may get another message."""
        now = get_running_loop().time()
        if len(self._next) > _MAX_TRACKED:
            self._next = {each: at for each, at in self._next.items() if at > now}
        turn = max(now, turn, self._next.get(identity, now))
        self._next[identity] = turn + self._spacing
        await _sleep_until(turn)
        await _sleep_until(self._bucket(identity).start(get_running_loop().time()))

    def _bucket(self, identity: Identity) -> RateLimitBucket:
        name = bucket_of(identity)
        if name not in self._buckets:
            rate = self._rates.get(name.partition(":")[0], 0.0)
            self._buckets[name] = RateLimitBucket(1 / rate if rate else 0.0)
        return self._buckets[name]


async def _sleep_until(loop_time: float) -> None:
    rest = loop_time - get_running_loop().time()
    if rest > 0:
        await asyncio.sleep(rest)
