"""Sources, jobs and outbox: their state, and what administrators may do about it."""

from msgspec import Struct

from core.clock import Clock
from core.errors import NotFound
from core.model import Backlog, JobState, MessageState, OutboxEntry, SourceState
from core.ports import Storage, UnitOfWork
from core.services.administration.rights import Administrator

MAX_LISTED = 200
OPEN_STATES = (MessageState.WAITING, MessageState.SENDING, MessageState.GIVEN_UP)
REFRESH = "refresh "
"""Begin of the names of jobs that read a source."""


class OutboxStatus(Struct, frozen=True):
    """How many messages wait, and the oldest of them."""

    backlog: Backlog
    entries: tuple[OutboxEntry, ...]


class OperationsService:
    """Rights are checked inside each transaction."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def jobs(self, by: Administrator) -> list[JobState]:
        def transaction(unit: UnitOfWork) -> list[JobState]:
            by.check(unit, self._clock.now())
            return unit.jobs.all()

        return await self._storage.read(transaction)

    async def sources(self, by: Administrator) -> list[SourceState]:
        def transaction(unit: UnitOfWork) -> list[SourceState]:
            by.check(unit, self._clock.now())
            return unit.sources.all()

        return await self._storage.read(transaction)

    async def run_job(self, by: Administrator, name: str) -> JobState:
        """Makes a job due now: a worker runs it within seconds."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> JobState:
            by.check(unit, now)
            jobs = {each.name: each for each in unit.jobs.all()}
            if (job := jobs.get(name)) is None:
                raise NotFound(f"There is no job called {name}. Jobs: {', '.join(jobs) or 'none yet'}")
            unit.jobs.register(name, now, now)
            unit.audit(by.entry(now, "run job", f"job:{name}"))
            return job

        return await self._storage.write(transaction)

    async def outbox(self, by: Administrator, *, everything: bool = False) -> OutboxStatus:
        """Messages that wait, are unclear or were given up; with `everything`, also those that are done."""

        def transaction(unit: UnitOfWork) -> OutboxStatus:
            by.check(unit, self._clock.now())
            states = tuple(MessageState) if everything else OPEN_STATES
            return OutboxStatus(unit.outbox.backlog(), tuple(unit.outbox.entries(states, MAX_LISTED)))

        return await self._storage.read(transaction)

    async def retry(self, by: Administrator, message_id: int) -> None:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> None:
            by.check(unit, now)
            if not unit.outbox.retry(message_id, now):
                raise NotFound(f"No message {message_id} was given up.")
            unit.audit(by.entry(now, "retry message", f"message:{message_id}"))

        await self._storage.write(transaction)

    async def give_up(self, by: Administrator, message_id: int) -> None:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> None:
            by.check(unit, now)
            if not unit.outbox.give_up(message_id, "given up by an operator"):
                raise NotFound(f"No message {message_id} is waiting to be sent.")
            unit.audit(by.entry(now, "give up message", f"message:{message_id}"))

        await self._storage.write(transaction)
