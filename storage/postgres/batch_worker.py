"""One session with PostgreSQL that carries out batches of hot works, whatever happens to it."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import StaleVersion
from core.ports import WriteSet
from storage.mapping import Row
from storage.postgres.command import QueuedDecision
from storage.postgres.connection import BATCH_SETTINGS, connect
from storage.postgres.errors import OutcomeUnknown, is_connection_error, is_retryable, is_unknown_transaction
from storage.postgres.statements import (
    FACTS,
    OUTCOME,
    RECORD,
    TimedWrite,
    begin_and_lock,
    changes_of,
    fact_parameters,
    facts_of,
    updates_in,
    write_parameters,
)

_BATCH_TIMEOUT = 6.0
"""Seconds. Longer than the server lets a statement run, so that it is the server who speaks first."""
_RESOLVE_TIMEOUT = 10.0
"""Seconds. How long a server may stay away before a lost answer is given up."""
_MAX_ATTEMPTS = 3


class CommitObserver(Protocol):
    """Whoever keeps the picture true: hears of commits before the callers do."""

    def commit_begins(self) -> "asyncio.Future[None]":
        """To be resolved when the commit has ended, one way or another."""
        ...

    def on_commit(self, transaction: int, records: Sequence[WriteSet]) -> None: ...
    async def on_uncertain_commit(self, records: Sequence[WriteSet]) -> None:
        """These were committed, nobody knows quite when: read them back."""
        ...


class ConnectionLost(Exception):
    """The session broke before anything of these works was committed."""

    def __init__(self, commands: list[QueuedDecision]) -> None:
        self.works = commands


@dataclass(slots=True)
class _Batch:
    """Works on their way through one transaction. `transaction` is set while its commit is in doubt."""

    commands: list[QueuedDecision]
    decided: list[QueuedDecision] = field(default_factory=list)
    deferred: list[QueuedDecision] = field(default_factory=list)
    transaction: int | None = None

    @property
    def locks(self) -> frozenset[int]:
        return frozenset[int]().union(*(work.locks for work in self.commands))

    @property
    def shared_locks(self) -> set[int]:
        return {work.shared_lock for work in self.commands if work.shared_lock is not None}

    def decide(self, rows: Sequence[Row]) -> list[TimedWrite]:
        """What to record. A work whose facts an earlier one's record overtakes has to wait."""
        records, written = list[TimedWrite](), set[int]()
        for work, row in zip(self.commands, rows, strict=True):
            if not written.isdisjoint(work.locks):
                self.deferred.append(work)
                continue
            work.decide_on(facts_of(row))
            self.decided.append(work)
            if work.writes is not None:
                records.append(TimedWrite(work.writes, work.at))
                written |= work.locks
        return records

    def resolve(self) -> None:
        for work in self.decided:
            work.resolve()


class BatchWorker:
    """Carries out one batch at a time."""

    def __init__(self, dsn: str, origin: str, audience: CommitObserver) -> None:
        self._dsn = dsn
        self._origin = origin
        self._audience = audience
        self._session: Any = None
        self._facts: Any = None
        self._record: Any = None
        self._carried = 0

    @property
    def is_connected(self) -> bool:
        return self._session is not None and not self._session.is_closed()

    async def connect(self) -> None:
        self.terminate()
        self._session = await connect(self._dsn, BATCH_SETTINGS)
        self._carried = 0
        self._facts = await self._session.prepare(FACTS)
        self._record = await self._session.prepare(RECORD)

    def terminate(self) -> None:
        if self._session is not None:
            self._session.terminate()
            self._session = None

    async def close(self) -> None:
        if self._session is not None:
            with suppress(Exception):
                await self._session.close(timeout=1)
            self.terminate()

    async def run(self, commands: list[QueuedDecision]) -> None:
        """Until each work was told how it ended. `ConnectionLost` names those of which nothing was done."""
        while commands:
            batch = _Batch(commands)
            try:
                async with asyncio.timeout(_BATCH_TIMEOUT):
                    await self._run_batch(batch)
            except Exception as error:  # noqa: BLE001 - whatever it was, the batch is undone or in doubt
                await self._handle_error(error, batch)
            commands = batch.deferred

    async def _run_batch(self, batch: _Batch) -> None:
        """All in one transaction, save those that were overtaken."""
        await self._session.execute(self._fresh_plans() + begin_and_lock(batch.locks, batch.shared_locks))
        rows = await self._facts.fetch(*fact_parameters([work.keys for work in batch.commands]))
        records = batch.decide(rows)
        if records:
            await self._write(batch, records)
        else:
            await self._session.execute("ROLLBACK")
        batch.resolve()

    def _fresh_plans(self) -> str:
        """After 1, 2, 4, 8 … batches: what was planned for an empty table does not suit a full one."""
        self._carried += 1
        return "DISCARD PLANS;" if self._carried & (self._carried - 1) == 0 else ""

    async def _write(self, batch: _Batch, records: list[TimedWrite]) -> None:
        transaction, updated = (await self._record.fetch(*write_parameters(records, self._origin)))[0]
        if updated != updates_in(records):
            raise StaleVersion
        batch.transaction = int(transaction)
        underway = self._audience.commit_begins()
        try:
            await self._session.execute("COMMIT")
            self._audience.on_commit(batch.transaction, [each.writes for each in records])
            batch.transaction = None
        finally:
            underway.set_result(None)

    async def _handle_error(self, error: Exception, batch: _Batch) -> None:
        """Undo the batch, or find out what became of it; then do what is left to do."""
        if batch.transaction is not None:
            await self._resolve_outcome(batch.transaction, batch)
            return
        works, batch.deferred = batch.commands, []
        if is_connection_error(error) or not self.is_connected:
            self.terminate()
            raise ConnectionLost(works) from error
        await self._roll_back(works)
        await self._run_individually(error, works)

    async def _roll_back(self, commands: list[QueuedDecision]) -> None:
        try:
            await self._session.execute("ROLLBACK", timeout=2)
        except Exception as error:
            self.terminate()
            raise ConnectionLost(commands) from error

    async def _run_individually(self, error: Exception, commands: list[QueuedDecision]) -> None:
        """What broke the batch breaks only the work that it belongs to."""
        if len(commands) == 1:
            await self._retry(error, commands[0])
            return
        for place, work in enumerate(commands):
            try:
                await self.run([work])
            except ConnectionLost as lost:
                raise ConnectionLost([*lost.works, *commands[place + 1 :]]) from lost

    async def _retry(self, error: Exception, command: QueuedDecision) -> None:
        command.attempts += 1
        if is_retryable(error) and command.attempts < _MAX_ATTEMPTS:
            await self.run([command])
        else:
            command.fail(error)

    async def _resolve_outcome(self, transaction: int, batch: _Batch) -> None:
        """The commit was asked for and its answer lost: ask the server, on a new session, how it ended."""
        records = [work.writes for work in batch.decided if work.writes is not None]
        rooms = {change.key for record in records for change in changes_of(record)}
        status = await self._outcome_of(transaction, rooms)
        if status == "committed":
            await self._audience.on_uncertain_commit(records)
            batch.resolve()
        elif status == "aborted":
            batch.deferred = []
            raise ConnectionLost(batch.commands)
        else:
            for work in batch.decided:
                work.fail(OutcomeUnknown())

    async def _outcome_of(self, transaction: int, rooms: Collection[str]) -> str | None:
        deadline = asyncio.get_running_loop().time() + _RESOLVE_TIMEOUT
        while asyncio.get_running_loop().time() < deadline:
            try:
                await self.connect()
                status: str | None = await self._session.fetchval(
                    OUTCOME, str(transaction), self._origin, list(rooms), timeout=2
                )
            except Exception as error:  # noqa: BLE001 - whatever it was, only another try can help
                if is_unknown_transaction(error):
                    return "aborted"
            else:
                if status != "in progress":
                    return status
            await asyncio.sleep(0.1)
        return None
