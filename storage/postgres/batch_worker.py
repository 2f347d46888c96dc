"""One PostgreSQL connection that runs batches of decisions, and resolves lost commits."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, Protocol

from msgspec import Struct, field

from core.errors import StaleVersion
from core.model import BookingId, WebhookEvent
from core.policy.webhook_events import events_of
from core.ports import WriteSet
from storage.advisory_locks import CLOSURE_LOCK
from storage.decision_rows import TimedWrite
from storage.fact_rows import facts_of, holds_to_end
from storage.mapping import Row, instant
from storage.postgres.command import LockedDecision
from storage.postgres.connection import BATCH_SETTINGS, connect
from storage.postgres.errors import OutcomeUnknown, is_connection_error, is_retryable, is_unknown_transaction
from storage.postgres.statements import (
    ANNOUNCE,
    DETACH,
    END_HOLDS,
    FACTS,
    OUTCOME,
    WRITE,
    WRITE_SERIES,
    announcement_parameters,
    begin_and_lock,
    fact_parameters,
    series_parameters,
    updates_in,
    write_parameters,
)

_BATCH_TIMEOUT = 6.0
"""Seconds. Longer than `statement_timeout`, so that the server's error arrives before our own timeout."""
_RESOLVE_TIMEOUT = 10.0
"""Seconds to ask for the outcome of a commit whose answer was lost."""
_MAX_ATTEMPTS = 3


class CommitObserver(Protocol):
    """Updates the read model, before the callers get their results."""

    @property
    def has_webhooks(self) -> bool: ...
    def commit_begins(self) -> "asyncio.Future[None]":
        """Returns a future that the worker resolves when the commit has ended, successfully or not."""
        ...

    def on_commit(self, transaction: int, writes: Sequence[WriteSet]) -> None: ...
    async def on_uncertain_commit(self, writes: Sequence[WriteSet]) -> None:
        """Re-reads what was committed at an unknown time."""
        ...


class ConnectionLost(Exception):
    """The connection was lost before any of these commands was committed."""

    def __init__(self, commands: list[LockedDecision]) -> None:
        self.commands = commands


class _Batch(Struct):
    """Commands in one transaction. `transaction` is its id while the outcome of the commit is unknown."""

    commands: list[LockedDecision]
    decided: list[LockedDecision] = field(default_factory=list)
    deferred: list[LockedDecision] = field(default_factory=list)
    transaction: int | None = None
    holds_to_end: list[BookingId] = field(default_factory=list)

    @property
    def locks(self) -> frozenset[int]:
        return frozenset[int]().union(*(command.locks for command in self.commands))

    @property
    def shared_locks(self) -> set[int]:
        """Also that of closures, so that no room is closed between the facts and the commit."""
        return {CLOSURE_LOCK}.union(*(command.shared_locks for command in self.commands))

    def decide(self, rows: Sequence[Row]) -> list[TimedWrite]:
        """Decides all commands.

        One whose facts were changed by an earlier one is deferred to the next batch.
        """
        writes, changed_locks = list[TimedWrite](), set[int]()
        remaining = iter(rows)
        for command in self.commands:
            own_rows = list(islice(remaining, len(command.keys)))
            if not changed_locks.isdisjoint(command.locks):
                self.deferred.append(command)
                continue
            known = list(zip(own_rows, command.keys, strict=True))
            command.decide_on([facts_of(row, keys, command.at) for row, keys in known])
            self.decided.append(command)
            if command.writes:
                writes.extend(TimedWrite(each, command.at) for each in command.writes)
                changed_locks |= command.locks
                for row, keys in known:
                    self.holds_to_end += holds_to_end(row, keys, command.at)
        return writes

    def events(self) -> list[WebhookEvent]:
        return [event for command in self.decided for event in events_of(command.writes, instant(command.at))]

    def resolve(self) -> None:
        for command in self.decided:
            command.resolve()


class BatchWorker:
    """Runs one batch at a time."""

    def __init__(self, dsn: str, origin: str, observer: CommitObserver) -> None:
        self._dsn = dsn
        self._origin = origin
        self._observer = observer
        self._session: Any = None
        self._facts: Any = None
        self._write_statement: Any = None
        self._batch_count = 0

    @property
    def is_connected(self) -> bool:
        return self._session is not None and not self._session.is_closed()

    async def connect(self) -> None:
        self.terminate()
        self._session = await connect(self._dsn, BATCH_SETTINGS)
        self._batch_count = 0
        self._facts = await self._session.prepare(FACTS)
        self._write_statement = await self._session.prepare(WRITE)

    def terminate(self) -> None:
        if self._session is not None:
            self._session.terminate()
            self._session = None

    async def close(self) -> None:
        if self._session is not None:
            with suppress(Exception):
                await self._session.close(timeout=1)
            self.terminate()

    async def run(self, commands: list[LockedDecision]) -> None:
        """Runs commands until each is resolved. `ConnectionLost` holds those that were not executed."""
        while commands:
            batch = _Batch(commands)
            try:
                async with asyncio.timeout(_BATCH_TIMEOUT):
                    await self._run_batch(batch)
            except Exception as error:  # noqa: BLE001 - rolled back or resolved below
                await self._handle_error(error, batch)
            commands = batch.deferred

    async def _run_batch(self, batch: _Batch) -> None:
        """Runs all commands in one transaction, except for deferred ones."""
        await self._session.execute(self._fresh_plans() + begin_and_lock(batch.locks, batch.shared_locks))
        rows = await self._facts.fetch(
            *fact_parameters([keys for command in batch.commands for keys in command.keys])
        )
        writes = batch.decide(rows)
        if writes:
            await self._write(batch, writes)
        else:
            await self._session.execute("ROLLBACK")
        batch.resolve()

    def _fresh_plans(self) -> str:
        """Discards plans after 1, 2, 4, 8 … batches: those made for an empty table do not suit a full one."""
        self._batch_count += 1
        return "DISCARD PLANS;" if self._batch_count & (self._batch_count - 1) == 0 else ""

    async def _write_series(self, writes: list[TimedWrite]) -> None:
        changed = [each.writes for each in writes if each.writes.series is not None]
        if not changed:
            return
        updated = await self._session.fetchval(WRITE_SERIES, *series_parameters(changed))
        if updated != sum(each.series_before is not None for each in changed):
            raise StaleVersion

    async def _announce(self, batch: _Batch) -> None:
        """Stores the events of what is written for webhooks."""
        if events := batch.events():
            await self._session.execute(ANNOUNCE, *announcement_parameters(events))

    async def _write(self, batch: _Batch, writes: list[TimedWrite]) -> None:
        if self._observer.has_webhooks:
            await self._announce(batch)
        await self._write_series(writes)
        if detached := [booking_id for each in writes for booking_id in each.writes.detach]:
            await self._session.execute(DETACH, detached)
        if batch.holds_to_end:
            await self._session.execute(END_HOLDS, batch.holds_to_end)
        transaction, updated = (await self._write_statement.fetch(*write_parameters(writes, self._origin)))[0]
        if updated != updates_in(writes):
            raise StaleVersion
        batch.transaction = int(transaction)
        commit_ended = self._observer.commit_begins()
        try:
            await self._session.execute("COMMIT")
            self._observer.on_commit(batch.transaction, [each.writes for each in writes])
            batch.transaction = None
        finally:
            commit_ended.set_result(None)

    async def _handle_error(self, error: Exception, batch: _Batch) -> None:
        """Rolls back the batch, or resolves its outcome; then runs what remains."""
        if batch.transaction is not None:
            await self._resolve_outcome(batch.transaction, batch)
            return
        commands, batch.deferred = batch.commands, []
        if is_connection_error(error) or not self.is_connected:
            self.terminate()
            raise ConnectionLost(commands) from error
        await self._roll_back(commands)
        await self._run_individually(error, commands)

    async def _roll_back(self, commands: list[LockedDecision]) -> None:
        try:
            await self._session.execute("ROLLBACK", timeout=2)
        except Exception as error:
            self.terminate()
            raise ConnectionLost(commands) from error

    async def _run_individually(self, error: Exception, commands: list[LockedDecision]) -> None:
        """Runs each command alone, so that an error fails only the one that caused it."""
        if len(commands) == 1:
            await self._retry(error, commands[0])
            return
        for place, command in enumerate(commands):
            try:
                await self.run([command])
            except ConnectionLost as lost:
                raise ConnectionLost([*lost.commands, *commands[place + 1 :]]) from lost

    async def _retry(self, error: Exception, command: LockedDecision) -> None:
        command.attempts += 1
        if is_retryable(error) and command.attempts < _MAX_ATTEMPTS:
            await self.run([command])
        else:
            command.fail(error)

    async def _resolve_outcome(self, transaction: int, batch: _Batch) -> None:
        """Asks the server on a new connection how a commit ended whose answer was lost."""
        writes = [each for command in batch.decided for each in command.writes]
        rooms = {change.key for record in writes for change in record.changes}
        status = await self._outcome_of(transaction, rooms)
        if status == "committed":
            await self._observer.on_uncertain_commit(writes)
            batch.resolve()
        elif status == "aborted":
            batch.deferred = []
            raise ConnectionLost(batch.commands)
        else:
            for command in batch.decided:
                command.fail(OutcomeUnknown())

    async def _outcome_of(self, transaction: int, rooms: Collection[str]) -> str | None:
        deadline = asyncio.get_running_loop().time() + _RESOLVE_TIMEOUT
        while asyncio.get_running_loop().time() < deadline:
            try:
                await self.connect()
                status: str | None = await self._session.fetchval(
                    OUTCOME, str(transaction), self._origin, list(rooms), timeout=2
                )
            except Exception as error:  # noqa: BLE001 - retried until the deadline
                if is_unknown_transaction(error):
                    return "aborted"
            else:
                if status != "in progress":
                    return status
            await asyncio.sleep(0.1)
        return None
