"""Records refused requests behind the replies: batched, bounded, and best effort."""

import asyncio
import logging
from collections import Counter, deque
from datetime import datetime
from math import inf

from core.clock import Clock
from core.errors import (
    Conflict,
    DuplicateRequest,
    InThePast,
    Invalid,
    InvalidTimes,
    NotAllowed,
    NotAuthenticated,
    OutsideHours,
    QuotaSpent,
    RoomieError,
    SlotTaken,
    StaleVersion,
    TooFarAhead,
)
from core.model import AttemptedRequest, RefusedRequest
from core.ports import Storage, UnitOfWork

logger = logging.getLogger(__name__)

MAX_PER_HOUR = 60
"""Of one person, one society, or all strangers of a platform; what they are refused beyond it is not kept."""
_MAX_PENDING = 2_000
_MAX_RULE = 300
"""Characters."""
_PAUSE_SECONDS = 0.2
_ATTEMPTS = 2
_OF_RULES = (Conflict, NotAllowed, OutsideHours, TooFarAhead, InThePast)
_OF_NO_RULE = (DuplicateRequest, NotAuthenticated, StaleVersion)


class RefusalLog:
    """Queue of refusals in front of the table. `note` returns at once and never raises.

    `unfinished` holds the writer while it runs, so that it is awaited before the storage closes.
    """

    def __init__(self, storage: Storage, clock: Clock, unfinished: "set[asyncio.Task[None]]") -> None:
        self._storage, self._clock, self._unfinished = storage, clock, unfinished
        self._pending: deque[RefusedRequest] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._next_write_at = -inf
        self._hour: datetime | None = None
        self._counts: Counter[str] = Counter()
        self.dropped = 0
        """Refusals that were not kept: beyond a limit, or because the database could not be written."""

    def note(self, refusal: RoomieError, platform: str) -> None:
        """Queues a refusal to be stored, if a rule caused it and it says what was asked."""
        attempt = refusal.attempt
        if attempt is None or not is_of_rule(refusal):
            return
        now = self._clock.now()
        if len(self._pending) >= _MAX_PENDING or not self._is_within_limit(attempt, platform, now):
            self.dropped += 1
            return
        rule = rule_in_words(refusal)[:_MAX_RULE]
        self._pending.append(RefusedRequest(now, attempt, refusal.code, rule, platform))
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_pending(), name="refusals")
            self._unfinished.add(self._writer)
            self._writer.add_done_callback(self._unfinished.discard)

    async def flush(self) -> None:
        """Waits until all refusals so far are stored, or given up."""
        if self._writer is not None:
            self._next_write_at = -inf
            await asyncio.shield(self._writer)

    def _is_within_limit(self, attempt: AttemptedRequest, platform: str, now: datetime) -> bool:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._counts = hour, Counter()
        who = attempt.by or attempt.society_id or platform
        self._counts[str(who)] += 1
        return self._counts[str(who)] <= MAX_PER_HOUR

    async def _write_pending(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._pending:
                await asyncio.sleep(max(0.0, self._next_write_at - loop.time()))
                batch = list(self._pending)
                self._pending.clear()
                await self._write(batch)
                self._next_write_at = loop.time() + _PAUSE_SECONDS
        finally:
            self._writer = None

    async def _write(self, batch: list[RefusedRequest]) -> None:
        def store(unit: UnitOfWork) -> None:
            unit.refusals.add(batch)

        for number in range(_ATTEMPTS):
            try:
                return await self._storage.write_relaxed(store)
            except Exception as error:  # noqa: BLE001 - a lost statistic must not break anything else
                logger.info("refusals could not be stored: %s", type(error).__name__)
                await asyncio.sleep(_PAUSE_SECONDS * (number + 1))
        self.dropped += len(batch)
        return None


def is_of_rule(refusal: RoomieError) -> bool:
    """Whether a rule, or another booking, is the cause: not input that makes no sense, nor an outage."""
    if isinstance(refusal, InvalidTimes):
        return refusal.granularity is not None
    return isinstance(refusal, _OF_RULES) and not isinstance(refusal, _OF_NO_RULE)


def rule_in_words(refusal: RoomieError) -> str:
    """The rule that was broken, as it was at that moment, in one sentence without anything typed."""
    match refusal:
        case QuotaSpent():
            return f"It needed {refusal.cost} minutes of quota, and {refusal.left} were left."
        case OutsideHours():
            hours = f"{_clock_face(refusal.opens)} to {_clock_face(refusal.closes)}"
            return f"The room was only open {hours} that day."
        case InvalidTimes() if refusal.granularity:
            return f"Bookings there start and end every {refusal.granularity} minutes."
        case InThePast():
            return "That time had passed."
        case SlotTaken():
            names = sorted({each.name for each in refusal.holders} - {"Booked"})
            return f"The room was taken ({', '.join(names)})." if names else "The room was taken."
        case Invalid() | Conflict() | NotAllowed():
            return str(refusal)
        case _:
            return refusal.code


def _clock_face(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
