"""One session with PostgreSQL that carries out batches of hot works, whatever happens to it."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import ChangedMeanwhile
from core.ports.storage import Record
from storage.mapping import Row
from storage.postgres.command import Work
from storage.postgres.connection import HOT, connect
from storage.postgres.errors import OutcomeUnknown, is_unheard_of, is_way_lost, is_worth_repeating
from storage.postgres.statements import (
    FACTS,
    OUTCOME,
    RECORD,
    Dated,
    begin_and_lock,
    changes_of,
    facts_of,
    questions,
    recording,
    updates_in,
)

_BATCH_PATIENCE = 6.0
"""Seconds. Longer than the server lets a statement run, so that it is the server who speaks first."""
_SETTLING_PATIENCE = 10.0
"""Seconds. How long a server may stay away before a lost answer is given up."""
_MOST_TRIES = 3


class Audience(Protocol):
    """Whoever keeps the picture true: hears of commits before the callers do."""

    def commit_begins(self) -> "asyncio.Future[None]":
        """To be resolved when the commit has ended, one way or another."""
        ...

    def saw(self, transaction: int, records: Sequence[Record]) -> None: ...
    async def doubts(self, records: Sequence[Record]) -> None:
        """These were committed, nobody knows quite when: read them back."""
        ...


class WayLost(Exception):
    """The session broke before anything of these works was committed."""

    def __init__(self, works: list[Work]) -> None:
        self.works = works


@dataclass(slots=True)
class _Batch:
    """Works on their way through one transaction. `transaction` is set while its commit is in doubt."""

    works: list[Work]
    decided: list[Work] = field(default_factory=list)
    overtaken: list[Work] = field(default_factory=list)
    transaction: int | None = None

    @property
    def claims(self) -> frozenset[int]:
        return frozenset[int]().union(*(work.claims for work in self.works))

    @property
    def looks(self) -> set[int]:
        return {work.looks_at for work in self.works if work.looks_at is not None}

    def decide(self, rows: Sequence[Row]) -> list[Dated]:
        """What to record. A work whose facts an earlier one's record overtakes has to wait."""
        records, written = list[Dated](), set[int]()
        for work, row in zip(self.works, rows, strict=True):
            if not written.isdisjoint(work.claims):
                self.overtaken.append(work)
                continue
            work.decide_on(facts_of(row))
            self.decided.append(work)
            if work.record is not None:
                records.append(Dated(work.record, work.at))
                written |= work.claims
        return records

    def tell(self) -> None:
        for work in self.decided:
            work.tell()


class Lane:
    """Carries out one batch at a time."""

    def __init__(self, dsn: str, origin: str, audience: Audience) -> None:
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
        self._session = await connect(self._dsn, HOT)
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

    async def carry_out(self, works: list[Work]) -> None:
        """Until each work was told how it ended. `WayLost` names those of which nothing was done."""
        while works:
            batch = _Batch(works)
            try:
                async with asyncio.timeout(_BATCH_PATIENCE):
                    await self._together(batch)
            except Exception as error:  # noqa: BLE001 - whatever it was, the batch is undone or in doubt
                await self._after(error, batch)
            works = batch.overtaken

    async def _together(self, batch: _Batch) -> None:
        """All in one transaction, save those that were overtaken."""
        await self._session.execute(self._fresh_plans() + begin_and_lock(batch.claims, batch.looks))
        rows = await self._facts.fetch(*questions([work.keys for work in batch.works]))
        records = batch.decide(rows)
        if records:
            await self._write(batch, records)
        else:
            await self._session.execute("ROLLBACK")
        batch.tell()

    def _fresh_plans(self) -> str:
        """After 1, 2, 4, 8 … batches: what was planned for an empty table does not suit a full one."""
        self._carried += 1
        return "DISCARD PLANS;" if self._carried & (self._carried - 1) == 0 else ""

    async def _write(self, batch: _Batch, records: list[Dated]) -> None:
        transaction, updated = (await self._record.fetch(*recording(records, self._origin)))[0]
        if updated != updates_in(records):
            raise ChangedMeanwhile
        batch.transaction = int(transaction)
        underway = self._audience.commit_begins()
        try:
            await self._session.execute("COMMIT")
            self._audience.saw(batch.transaction, [each.record for each in records])
            batch.transaction = None
        finally:
            underway.set_result(None)

    async def _after(self, error: Exception, batch: _Batch) -> None:
        """Undo the batch, or find out what became of it; then do what is left to do."""
        if batch.transaction is not None:
            await self._settle(batch.transaction, batch)
            return
        works, batch.overtaken = batch.works, []
        if is_way_lost(error) or not self.is_connected:
            self.terminate()
            raise WayLost(works) from error
        await self._roll_back(works)
        await self._one_by_one(error, works)

    async def _roll_back(self, works: list[Work]) -> None:
        try:
            await self._session.execute("ROLLBACK", timeout=2)
        except Exception as error:
            self.terminate()
            raise WayLost(works) from error

    async def _one_by_one(self, error: Exception, works: list[Work]) -> None:
        """What broke the batch breaks only the work that it belongs to."""
        if len(works) == 1:
            await self._again(error, works[0])
            return
        for place, work in enumerate(works):
            try:
                await self.carry_out([work])
            except WayLost as lost:
                raise WayLost([*lost.works, *works[place + 1 :]]) from lost

    async def _again(self, error: Exception, work: Work) -> None:
        work.tries += 1
        if is_worth_repeating(error) and work.tries < _MOST_TRIES:
            await self.carry_out([work])
        else:
            work.fail(error)

    async def _settle(self, transaction: int, batch: _Batch) -> None:
        """The commit was asked for and its answer lost: ask the server, on a new session, how it ended."""
        records = [work.record for work in batch.decided if work.record is not None]
        rooms = {change.key for record in records for change in changes_of(record)}
        status = await self._outcome_of(transaction, rooms)
        if status == "committed":
            await self._audience.doubts(records)
            batch.tell()
        elif status == "aborted":
            batch.overtaken = []
            raise WayLost(batch.works)
        else:
            for work in batch.decided:
                work.fail(OutcomeUnknown())

    async def _outcome_of(self, transaction: int, rooms: Collection[str]) -> str | None:
        deadline = asyncio.get_running_loop().time() + _SETTLING_PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            try:
                await self.connect()
                status: str | None = await self._session.fetchval(
                    OUTCOME, str(transaction), self._origin, list(rooms), timeout=2
                )
            except Exception as error:  # noqa: BLE001 - whatever it was, only another try can help
                if is_unheard_of(error):
                    return "aborted"
            else:
                if status != "in progress":
                    return status
            await asyncio.sleep(0.1)
        return None
