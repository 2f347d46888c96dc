"""Days of masks that are built in slices, while bookings come and go."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.availability import Availability, RoomSchedule
from core.catalogue import Catalogue, RoomQuery
from core.model import Busy, RoomId
from tests.builders import a_building, a_room
from tests.core.strategies import DAY, MIDNIGHT

_ROOMS = [a_room(f"B-{number}", "B", capacity=number % 7) for number in range(2_500)]
"""Three slices."""
_QUARTERS = st.integers(0, 95)
_CHANGES = st.lists(st.tuples(st.integers(0, len(_ROOMS) - 1), _QUARTERS, st.booleans()), max_size=8)


_CATALOGUE = Catalogue([a_building("B")], _ROOMS)


def _taken(quarter: int) -> Busy:
    return Busy(MIDNIGHT + quarter * 900, MIDNIGHT + quarter * 900 + 1800, "x", "CLASS", "t")


@settings(max_examples=25)
@given(_CHANGES, st.integers(0, 12))
def test_what_changes_while_a_day_is_built_is_in_its_masks(changes: list, pauses: int):
    schedules = {room.id: RoomSchedule([_taken(place % 90)]) for place, room in enumerate(_ROOMS[::50])}
    availability = Availability(_CATALOGUE, schedules)

    async def build_and_change() -> None:
        building = asyncio.create_task(availability.prepare(MIDNIGHT, MIDNIGHT + DAY))
        for place, quarter, is_added in changes:
            for _ in range(pauses):
                await asyncio.sleep(0)
            change = availability.add if is_added else availability.remove
            change(_ROOMS[place].id, _taken(quarter))
        await building

    asyncio.run(build_and_change())

    anew = Availability(_CATALOGUE, {room.id: availability.schedule(room.id) for room in _ROOMS})
    for quarter in range(0, 96, 5):
        slot = MIDNIGHT + quarter * 900, MIDNIGHT + quarter * 900 + 900
        assert availability.free_rooms(*slot, RoomQuery()) == anew.free_rooms(*slot, RoomQuery())


@given(st.lists(st.tuples(st.sampled_from("abc"), _QUARTERS), max_size=12), st.integers(1, 12))
def test_the_rooms_that_changed_since_a_version_are_known(changes: list, back: int):
    availability = Availability(_CATALOGUE)
    versions = [availability.version]
    for name, quarter in changes:
        availability.add(RoomId(name), _taken(quarter))
        versions.append(availability.version)

    since = versions[max(0, len(versions) - 1 - back)]

    count = availability.version - since
    changed = [name for name, _ in dict.fromkeys(changes)]
    assert availability.changed_since(since) == set(changed[len(changed) - count :])


def test_all_rooms_count_as_changed_after_very_many_changes():
    availability = Availability(_CATALOGUE)
    before = availability.version
    for quarter in range(1_001):
        availability.add(_ROOMS[0].id, _taken(quarter))

    assert availability.changed_since(before) == _CATALOGUE.position.keys()


@pytest.mark.parametrize("days_prepared", [0, 2])
@given(st.dictionaries(st.integers(0, 40), _QUARTERS, max_size=30), _QUARTERS, st.integers(1, 12))
def test_rooms_that_stay_free_longest_come_first(days_prepared: int, taken: dict, quarter: int, count: int):
    rooms = _ROOMS[:41]
    schedules = {rooms[place].id: RoomSchedule([_taken(at)]) for place, at in taken.items()}
    availability = Availability(_CATALOGUE, schedules)
    instant = MIDNIGHT + quarter * 900 + 300
    asyncio.run(availability.prepare(MIDNIGHT, MIDNIGHT + days_prepared * DAY))
    free = availability.free_rooms(instant - 60, instant, RoomQuery())

    found = availability.longest_free(free, instant, count)

    def next_start(room) -> float:
        following = availability.schedule(room.id).next_start(instant)
        return float("inf") if following is None else following

    everything = sorted(_CATALOGUE.rooms_in(free), key=lambda room: -next_start(room))
    assert found == everything[:count]
