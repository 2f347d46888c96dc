"""Forgetting what is past its time or too much, in slices between which others write."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from time import perf_counter
from typing import TypeVar

from core.model import Expired, Limit, PersonId
from core.ports import Storage, UnitOfWork

T = TypeVar("T")

_FOUND_AT_ONCE = 10_000
"""How many rows are found by one reading; only their keys are held."""
_TOKENS_AT_ONCE = 200
_PEOPLE_AT_ONCE = 500
_ENTRIES_AT_ONCE = 400
_LONGEST_PAUSE = 0.1


class Purge:
    """Finds rows in snapshots, which hold up nobody, and deletes a few of them by key in each transaction.

    After each it waits as long as that took: others have the database for at least half of the time.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def run(self, limits: Iterable[Limit], tokens_per_person: int) -> int:
        """How many rows went."""
        gone = await self._surplus_tokens(tokens_per_person)
        for limit in limits:
            gone += await self.enforce(limit)
        while (
            await self._gently(lambda unit: unit.timetable_runs.purge(_ENTRIES_AT_ONCE)) == _ENTRIES_AT_ONCE
        ):
            pass
        return gone

    async def enforce(self, limit: Limit) -> int:
        """Let go of all that a limit does not keep; how many rows that were."""
        total = 0
        while found := await self._storage.read(lambda unit: unit.retention.expired(limit, _FOUND_AT_ONCE)):
            gone = 0
            for first in range(0, len(found), limit.slice_rows):
                part = found[first : first + limit.slice_rows]
                gone += await self._gently(partial(_discard, limit=limit, part=part))
            total += gone
            if not gone:  # all of them were used meanwhile
                break
        return total

    async def _surplus_tokens(self, most: int) -> int:
        total = 0
        while crowded := await self._storage.read(
            lambda unit: unit.tokens.people_above(most, _PEOPLE_AT_ONCE)
        ):
            for person_id in crowded:
                end = partial(_end_surplus, person_id=person_id, most=most)
                while ended := await self._gently(end):
                    total += ended
        return total

    async def _gently(self, work: Callable[[UnitOfWork], T]) -> T:
        began = perf_counter()
        result = await self._storage.write_relaxed(work)
        await asyncio.sleep(min(perf_counter() - began, _LONGEST_PAUSE))
        return result


def _discard(unit: UnitOfWork, *, limit: Limit, part: list[Expired]) -> int:
    return unit.retention.discard(limit, part)


def _end_surplus(unit: UnitOfWork, *, person_id: PersonId, most: int) -> int:
    return unit.tokens.end_surplus(person_id, most, _TOKENS_AT_ONCE)
