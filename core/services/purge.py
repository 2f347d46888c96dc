"""Purge of rows beyond their retention limits, in slices that leave room for other writers."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from time import perf_counter
from typing import TypeVar

from core.model import Expired, Limit, PersonId
from core.ports import Storage, UnitOfWork

T = TypeVar("T")

_FOUND_PER_SNAPSHOT = 10_000
"""Rows found per snapshot; only their keys are held."""
_TOKENS_PER_BATCH = 200
_PEOPLE_PER_BATCH = 500
_ENTRIES_PER_BATCH = 400
_MAX_PAUSE = 0.1


class Purge:
    """Finds rows in snapshots, which block nobody, and deletes a few by key per transaction.

    It pauses for as long as each transaction took, so that others have the database at least half of the
    time.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def run(self, limits: Iterable[Limit], tokens_per_person: int) -> int:
        """Enforces all limits; returns the number of rows deleted."""
        deleted = await self._purge_surplus_tokens(tokens_per_person)
        for limit in limits:
            deleted += await self.enforce(limit)
        while (
            await self._write_with_pause(lambda unit: unit.timetable_runs.purge(_ENTRIES_PER_BATCH))
            == _ENTRIES_PER_BATCH
        ):
            pass
        return deleted

    async def enforce(self, limit: Limit) -> int:
        """Deletes all rows beyond a limit; returns how many."""
        total = 0
        while found := await self._storage.read(
            lambda unit: unit.retention.expired(limit, _FOUND_PER_SNAPSHOT)
        ):
            deleted = 0
            for first in range(0, len(found), limit.slice_rows):
                part = found[first : first + limit.slice_rows]
                deleted += await self._write_with_pause(partial(_discard, limit=limit, part=part))
            total += deleted
            if not deleted:  # all of them have been used since
                break
        return total

    async def _purge_surplus_tokens(self, max_logins: int) -> int:
        total = 0
        while people := await self._storage.read(
            lambda unit: unit.tokens.people_above(max_logins, _PEOPLE_PER_BATCH)
        ):
            for person_id in people:
                revoke = partial(_revoke_surplus, person_id=person_id, max_logins=max_logins)
                while revoked := await self._write_with_pause(revoke):
                    total += revoked
        return total

    async def _write_with_pause(self, transaction: Callable[[UnitOfWork], T]) -> T:
        began = perf_counter()
        result = await self._storage.write_relaxed(transaction)
        await asyncio.sleep(min(perf_counter() - began, _MAX_PAUSE))
        return result


def _discard(unit: UnitOfWork, *, limit: Limit, part: list[Expired]) -> int:
    return unit.retention.discard(limit, part)


def _revoke_surplus(unit: UnitOfWork, *, person_id: PersonId, max_logins: int) -> int:
    return unit.tokens.end_surplus(person_id, max_logins, _TOKENS_PER_BATCH)
