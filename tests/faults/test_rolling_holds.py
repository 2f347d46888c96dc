"""Rolling upgrades: code of revision 0006, which knows no holds, beside code that makes them."""

import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from core.errors import SlotTaken
from core.interval import Interval
from core.model import Booking, BookingId, BookingState, RoomId
from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.read_model import ReadModel
from storage.factory import open_storage
from tests.builders import a_building, a_person, a_room
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.faults.recorder import FOLDER

_STARTS, _ENDS = 1773230400, 1773234000
"""The slot that the recorded code books, in seconds."""
SLOT = Interval(datetime.fromtimestamp(_STARTS, UTC), datetime.fromtimestamp(_ENDS, UTC))


def recorded_insert() -> str:
    """The booking by the first person as revision 0006 writes it; both databases understand it."""
    lines = map(json.loads, (FOLDER / "0006_sqlite.jsonl").read_text("utf-8").splitlines())
    found: str = next(each for each in lines if each.startswith("INSERT INTO booking"))
    assert f"'K-J17-G01', {_STARTS}, {_ENDS}, 1," in found
    assert "held_until" not in found
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_url")
    return found


@pytest.fixture
async def storage(url: str, rules: Rules, clock: StillClock) -> AsyncIterator[ManagedStorage]:
    """The recorded room, and two people."""
    storage = open_storage(url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()

    def fill(unit) -> None:
        unit.rooms.put_buildings([a_building("K-J17")])
        unit.rooms.put_rooms([a_room(RoomId("K-J17-G01"), "K-J17")])
        assert [unit.people.add(a_person(name), None).id for name in ("wil", "rema")] == [1, 2]

    await storage.write(fill)
    yield storage
    await storage.close()


def a_hold(clock: StillClock, minutes: int) -> Booking:
    now = clock.now()
    return Booking(
        BookingId("hold"),
        RoomId("K-J17-G01"),
        SLOT,
        2,
        now,
        state=BookingState.HELD,
        held_until=now + timedelta(minutes=minutes),
    )


async def test_code_that_knows_no_holds_is_refused_by_the_database(
    url: str, storage: ManagedStorage, clock: StillClock
):
    await storage.write(lambda unit: unit.bookings.hold(a_hold(clock, 10)))

    with pytest.raises((sqlite3.IntegrityError, asyncpg.ExclusionViolationError), match=r"taken|ex_booking"):
        await ask(url, recorded_insert())
    await storage.write(lambda unit: unit.bookings.end_hold(BookingId("hold")))
    await ask(url, recorded_insert())

    assert await ask(url, "SELECT count(*) FROM booking WHERE state = 1") == 1


async def test_what_such_code_books_is_never_held(url: str, storage: ManagedStorage, clock: StillClock):
    await ask(url, recorded_insert())

    with pytest.raises(SlotTaken):
        await storage.write(lambda unit: unit.bookings.hold(a_hold(clock, 10)))


async def test_a_hold_that_is_over_has_a_state_that_such_code_knows(
    url: str, storage: ManagedStorage, clock: StillClock
):
    await storage.write(lambda unit: unit.bookings.hold(a_hold(clock, 10)))
    clock.move(timedelta(minutes=10))

    await storage.write(lambda unit: unit.bookings.end_expired_holds(clock.now(), SLOT, RoomId("K-J17-G01")))

    assert await ask(url, "SELECT state FROM booking WHERE id = 'hold'") == BookingState.CANCELLED.value
    await ask(url, recorded_insert())
