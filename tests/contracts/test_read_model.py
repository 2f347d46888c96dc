"""The read model matches the database: own changes at once, those of other processes soon."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from math import inf
from time import perf_counter

import pytest
from msgspec.structs import replace

from core.model import Expiring, Identity, Limit, LoginToken, Role, RoomId, TokenTerm
from core.ports import UnitOfWork
from core.read_model import ReadModel, read_rooms
from core.services.purge import Purge
from storage.factory import ManagedStorage, open_storage
from tests.builders import NOW, a_building, a_person, a_room, a_slot, a_society, an_entry
from tests.contracts.campus import CHESS, HALL, LAB, ROOMS, Campus
from tests.contracts.read_model_state import state_of

Another = Callable[[], Awaitable[ManagedStorage]]


@pytest.fixture
async def other(campus: Campus, open_another: Another) -> Campus:
    """The same campus in another process."""
    return replace(campus, storage=await open_another())


async def _truth(open_another: Another) -> dict[str, object]:
    """The state that a newly started process loads."""
    return state_of((await open_another()).read_model)


def _mixed_writes(unit: UnitOfWork) -> None:
    unit.rooms.put_buildings([a_building("K-E15", "Quadrangle", latitude=1.5, aliases=("The Quad",))])
    unit.rooms.put_rooms([a_room("K-E15-1", "K-E15", 40), a_room(HALL, capacity=25, aliases=("Hall",))])
    person = unit.people.add(a_person("zoe"), "hash").id
    unit.people.link(person, Identity("slack:T1:U1"))
    unit.societies.add(a_society("GO"))
    unit.societies.set_role(person, CHESS, Role.MEMBER)
    unit.societies.set_term(CHESS, TokenTerm(3, 20_000))
    unit.tokens.add(LoginToken(b"\x01" * 32, person, NOW, "laptop"))
    unit.timetable.add(
        "timetable",
        [an_entry(LAB, a_slot("09:00", 180)), an_entry(LAB, a_slot("10:00", 60, days=1))],
        int(NOW.timestamp()),
    )


WORKS: dict[str, Callable[[UnitOfWork], object]] = {
    "nothing more": lambda unit: None,
    "a person removed from a society": lambda unit: unit.societies.set_role(
        unit.people.by_name("mem").id, CHESS, None
    ),
    "a timetable cleared": lambda unit: unit.timetable.clear("timetable", ROOMS),
    "another timetable": lambda unit: unit.timetable.add("clients", [an_entry(HALL, a_slot("16:00"))], 1),
    "a login ended": lambda unit: unit.tokens.remove(b"\x01" * 32),
    "a changed room": lambda unit: unit.rooms.put_rooms([a_room(HALL, capacity=5, bookable=False)]),
}


@pytest.mark.parametrize("name", WORKS)
async def test_a_change_is_in_the_read_model_when_the_call_returns(
    campus: Campus, open_another: Another, name: str
):
    await campus.book(a_slot("13:00", 60))
    await campus.storage.write(_mixed_writes)

    await campus.storage.write(WORKS[name])

    assert state_of(campus.storage.read_model) == await _truth(open_another)


@pytest.mark.parametrize("name", WORKS)
async def test_what_another_process_changed_is_seen_after_catching_up(
    campus: Campus, other: Campus, open_another: Another, name: str
):
    await other.storage.write(_mixed_writes)
    await other.storage.write(WORKS[name])

    await campus.storage.catch_up()

    assert state_of(campus.storage.read_model) == await _truth(open_another)


async def test_chosen_rooms_are_read_as_among_all_and_free_ones_as_free(campus: Campus):
    await campus.storage.write(_mixed_writes)
    await campus.book(a_slot("13:00", 60))
    window = a_slot("00:00", 24 * 60)

    everything = await campus.storage.read(lambda unit: read_rooms(unit, window))
    chosen = await campus.storage.read(lambda unit: read_rooms(unit, window, [HALL, ROOMS[5]]))

    assert set(everything) == {HALL, LAB}
    assert chosen[HALL].schedule.busy == everything[HALL].schedule.busy
    assert chosen[HALL].bookings == everything[HALL].bookings
    assert (chosen[ROOMS[5]].schedule.busy, chosen[ROOMS[5]].bookings, len(chosen)) == ((), (), 2)
    assert await campus.storage.read(lambda unit: read_rooms(unit, window, [])) == {}


async def test_a_booking_is_in_the_read_model_when_the_call_returns(campus: Campus):
    read_model = campus.storage.read_model

    made = await campus.book(a_slot("11:00", 60))
    assert read_model.of_person(campus.wil) == read_model.in_room(HALL) == (made.booking,)
    moved = await campus.services.move(made.booking, campus.wil, a_slot("15:00", 60), LAB)
    assert (read_model.in_room(HALL), read_model.in_room(LAB)) == ((), (moved.booking,))
    await campus.cancel(moved.booking)
    assert (read_model.in_room(LAB), read_model.of_person(campus.wil), read_model.bookings) == ((), (), {})


async def test_another_process_notices_bookings_moves_and_cancellations(
    campus: Campus, other: Campus, open_another: Another
):
    first = await campus.book(a_slot("11:00", 60))
    second = await campus.book(a_slot("13:00", 60), LAB, campus.rema)
    await campus.book(a_slot("14:00", 60), ROOMS[5], campus.mem, society_id=CHESS, title="Blitz")
    await other.storage.catch_up()
    assert len(other.storage.read_model.bookings) == 3

    await campus.cancel(first.booking)
    await campus.services.move(second.booking, campus.rema, a_slot("16:00", 60), ROOMS[6])
    await other.storage.catch_up()

    assert state_of(other.storage.read_model) == await _truth(open_another)
    assert state_of(campus.storage.read_model) == await _truth(open_another)


async def test_writes_of_other_processes_make_the_read_model_stale(campus: Campus, other: Campus):
    made = await campus.book()

    async with asyncio.timeout(5):
        while made.booking.id not in other.storage.read_model.bookings:
            if not other.storage.is_fresh():
                await other.storage.catch_up()
            await asyncio.sleep(0.001)

    assert other.storage.is_fresh()


async def test_own_bookings_do_not_make_the_read_model_stale(campus: Campus):
    await campus.book()

    await asyncio.sleep(0.02)

    assert campus.storage.is_fresh()


async def test_two_busy_processes_end_with_the_same_read_model(
    campus: Campus, other: Campus, open_another: Another
):
    async def book_and_cancel(at: Campus, rooms: tuple[RoomId, ...]) -> None:
        for hour in range(11, 17):
            for room in rooms:
                made = await at.book(a_slot(f"{hour}:00", 60), room, at.stan)
                if hour % 2:
                    await at.cancel(made.booking, by=at.stan)
                elif hour % 3:
                    await at.services.extend(made.booking, at.stan, timedelta(minutes=-15))

    async def look_often(at: Campus) -> None:
        for _ in range(30):
            await at.storage.catch_up()
            await asyncio.sleep(0.001)

    await asyncio.gather(
        book_and_cancel(campus, ROOMS[:4]),
        book_and_cancel(other, ROOMS[4:8]),
        look_often(campus),
        look_often(other),
        campus.storage.reload(),
        campus.storage.write(lambda unit: unit.rooms.put_rooms([a_room(HALL, capacity=2)])),
    )
    await asyncio.gather(campus.storage.catch_up(), other.storage.catch_up())

    truth = await _truth(open_another)
    assert state_of(campus.storage.read_model) == truth
    assert state_of(other.storage.read_model) == truth


async def test_a_booking_changed_by_both_processes_in_turn_is_seen_as_it_ended(
    campus: Campus, other: Campus, open_another: Another
):
    """Own commits and updates of the other process cross, again and again."""
    booking = (await campus.book(a_slot("11:00", 60), HALL, campus.stan)).booking

    for turn in range(30):
        mover = (campus, other)[turn % 2]
        slot = a_slot(f"{11 + turn % 5}:00", 60)
        (moved, _) = await asyncio.gather(
            mover.services.move(booking, campus.stan, slot, ROOMS[turn % 3]), mover.storage.catch_up()
        )
        booking = moved.booking
    await asyncio.gather(campus.storage.catch_up(), other.storage.catch_up())

    truth = await _truth(open_another)
    assert state_of(campus.storage.read_model) == truth
    assert state_of(other.storage.read_model) == truth


async def test_the_window_moves_on_with_a_reload(campus: Campus, open_another: Another):
    await campus.book(a_slot("11:00", 60))

    campus.clock.move(timedelta(days=3))
    await campus.storage.reload()

    assert campus.storage.read_model.bookings == {}
    assert state_of(campus.storage.read_model) == await _truth(open_another)


async def test_changes_purged_before_they_were_read_cause_a_reload(
    campus: Campus, other: Campus, open_another: Another
):
    for room in ROOMS[:5]:
        await campus.book(room=room, by=campus.stan)
    later = NOW + timedelta(days=1)
    await Purge(campus.storage).enforce(Limit(Expiring.CHANGES, later))

    await other.storage.catch_up()

    assert state_of(other.storage.read_model) == await _truth(open_another)


async def test_the_catalogue_is_known_before_anything_is_loaded(campus: Campus, database_url: str):
    storage = open_storage(database_url, ReadModel(), campus.rules, campus.clock)
    await storage.open()

    assert set(storage.read_model.catalogue.rooms) == set(ROOMS)
    assert not storage.read_model.is_complete
    await storage.close()


async def test_equal_values_of_entries_are_interned(campus: Campus, open_another: Another):
    """A campus of fifty thousand rooms teaches at a few hundred hours."""
    entries = [an_entry(room, a_slot("09:00", 60)) for room in (LAB, HALL)]
    await campus.storage.write(lambda unit: unit.timetable.add("timetable", entries, 1))

    read_model = (await open_another()).read_model

    [one], [other] = read_model.availability.schedule(LAB).busy, read_model.availability.schedule(HALL).busy
    assert one[:2] == other[:2]
    assert all(mine is theirs for mine, theirs in zip(one[2:], other[2:], strict=True))


async def test_the_age_of_the_read_model_is_known(campus: Campus, other: Campus):
    began = perf_counter()
    await campus.storage.write(lambda unit: unit.rooms.put_rooms([a_room(HALL, capacity=26)]))
    before = other.storage.age()

    await other.storage.catch_up()

    assert 0 < before < inf
    assert other.storage.age() <= perf_counter() - began
