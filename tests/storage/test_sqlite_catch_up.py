"""A process on SQLite reads what others wrote, and retries until it can."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.errors import Unavailable
from core.ports import ManagedStorage
from tests.builders import a_building, a_room
from tests.contracts.campus import HALL


async def test_what_could_not_be_read_is_still_missing(
    open_another: Callable[[], Awaitable[ManagedStorage]], monkeypatch: pytest.MonkeyPatch
):
    here, there = await open_another(), await open_another()
    await here.write(lambda unit: unit.rooms.put_buildings([a_building()]))
    await here.write(lambda unit: unit.rooms.put_rooms([a_room(HALL)]))
    await asyncio.sleep(0.01)  # longer than between two checks

    with monkeypatch.context() as broken:
        broken.setattr("storage.sqlite.storage.read_update", _fails)
        assert not there.is_fresh()
        with pytest.raises(Unavailable):
            await there.catch_up()
    assert not there.is_fresh()
    await there.catch_up()

    assert there.is_fresh()
    assert HALL in there.read_model.catalogue.rooms


async def test_changes_stay_pending_until_they_were_read(
    open_another: Callable[[], Awaitable[ManagedStorage]],
):
    here, there = await open_another(), await open_another()
    await here.write(lambda unit: unit.rooms.put_buildings([a_building()]))
    await asyncio.sleep(0.01)

    assert [there.is_fresh() for _ in range(3)] == [False] * 3


def _fails(*_: object) -> None:
    raise Unavailable("It cannot be read.")
