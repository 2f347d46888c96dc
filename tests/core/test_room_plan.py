"""Planned rooms: never worse than the best of all plans, for terms and for days."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from core.availability import Availability, RoomSchedule
from core.catalogue import Catalogue, RoomQuery
from core.model import Building, BuildingId, Busy, Room, RoomId
from core.policy.rules import Rules
from core.services.room_plan import free_in_all, metres_between, plan_day, plan_slots
from tests.builders import a_room, at

HOUR = 3600
_BUILDINGS = [
    Building(BuildingId("A"), "A", -33.9170, 151.2310),
    Building(BuildingId("B"), "B", -33.9180, 151.2330),
    Building(BuildingId("C"), "C", -33.9150, 151.2290),
]
ROOMS = [a_room("A-1", "A", 10), a_room("A-2", "A", 30), a_room("B-1", "B", 20), a_room("C-1", "C", 12)]
CATALOGUE = Catalogue(_BUILDINGS, ROOMS)
START = int(at("10:00").timestamp())
WEEK = 7 * 24 * HOUR


def availability_of(busy: dict[str, list[tuple[int, int]]]) -> Availability:
    return Availability(
        CATALOGUE,
        {
            RoomId(room_id): RoomSchedule(Busy(start, end, "x", "CLASS", "t") for start, end in taken)
            for room_id, taken in busy.items()
        },
    )


def cost_of(query: RoomQuery, rooms: Sequence[Room]) -> tuple[int, int, int]:
    """Changes, metres and seats too many."""
    pairs = [(one, other) for one, other in pairwise(rooms) if one.id != other.id]
    walked = sum(metres_between(CATALOGUE, one.building_id, other.building_id) for one, other in pairs)
    there = (
        sum(metres_between(CATALOGUE, query.near, room.building_id) for room in rooms) if query.near else 0
    )
    return len(pairs), walked + there, sum(max(0, room.capacity - query.capacity) for room in rooms)


def slots_of(weeks: int) -> list[tuple[int, int]]:
    return [(START + week * WEEK, START + week * WEEK + HOUR) for week in range(weeks)]


@settings(max_examples=100, deadline=None)
@given(
    taken=st.lists(st.sets(st.sampled_from([room.id for room in ROOMS])), min_size=1, max_size=5),
    near=st.sampled_from([None, "A", "C"]),
    capacity=st.sampled_from([0, 11]),
)
def test_a_plan_of_a_term_is_never_worse_than_any_other(
    taken: list[set[str]], near: str | None, capacity: int
):
    query = RoomQuery(capacity=capacity, near=None if near is None else BuildingId(near))
    slots = slots_of(len(taken))
    busy = {
        room.id: [slot for slot, rooms in zip(slots, taken, strict=True) if room.id in rooms]
        for room in ROOMS
    }

    plan = plan_slots(availability_of(busy), query, slots)

    free = [[room for room in ROOMS if room.capacity >= capacity and room.id not in rooms] for rooms in taken]
    assert [room is None for room in plan.rooms] == [not rooms for rooms in free]
    found = [room for room in plan.rooms if room is not None]
    assert all(room in rooms for room, rooms in zip(plan.rooms, free, strict=True) if room is not None)
    best = min(cost_of(query, rooms) for rooms in product(*(rooms for rooms in free if rooms)))
    assert cost_of(query, found) == best
    assert (plan.changes, plan.metres) == best[:2]


def test_one_room_for_the_whole_term_is_preferred_to_nearer_ones():
    slots = slots_of(3)
    busy = {"A-1": [slots[1]], "A-2": [slots[2]], "B-1": [slots[0]]}

    plan = plan_slots(availability_of(busy), RoomQuery(near=BuildingId("A")), slots)

    assert [room and room.id for room in plan.rooms] == ["C-1"] * 3
    assert [room.id for room in free_in_all(availability_of(busy), RoomQuery(), slots)] == ["C-1"]


@settings(max_examples=60, deadline=None)
@given(
    taken=st.lists(
        st.tuples(st.sampled_from([room.id for room in ROOMS]), st.integers(0, 5), st.integers(1, 4)),
        max_size=8,
    )
)
def test_a_plan_of_a_day_has_the_fewest_gaps_and_moves(taken: list[tuple[RoomId, int, int]]):
    quarter, end = HOUR // 4, START + HOUR + HOUR // 2
    busy: dict[str, list[tuple[int, int]]] = {}
    for room_id, first, quarters in taken:
        busy.setdefault(room_id, []).append((START + first * quarter, START + (first + quarters) * quarter))
    availability = availability_of(busy)

    plan = plan_day(availability, RoomQuery(), START, end, Rules())

    free = [
        [room for room in ROOMS if availability.schedule(room.id).is_free(at_, at_ + quarter)]
        for at_ in range(START, end, quarter)
    ]
    covered = sum(finish - begin for _, begin, finish in plan.parts)
    assert covered == quarter * sum(bool(rooms) for rooms in free)
    assert all(availability.schedule(room.id).is_free(begin, finish) for room, begin, finish in plan.parts)
    if not plan.gaps:
        best = min(cost_of(RoomQuery(), rooms)[:2] for rooms in product(*free))
        assert (plan.moves, plan.metres) == best


def test_a_gap_is_shown_where_no_room_is_free():
    everything = {room.id: [(START + HOUR, START + 2 * HOUR)] for room in ROOMS}

    plan = plan_day(availability_of(everything), RoomQuery(), START, START + 3 * HOUR, Rules())

    assert plan.gaps == ((START + HOUR, START + 2 * HOUR),)
    assert len(plan.parts) == 2


def test_every_part_of_a_day_is_on_the_grid_of_its_room():
    hourly = a_room("A-1", "A", 10, granularity=60)
    catalogue = Catalogue(_BUILDINGS, [hourly, a_room("B-1", "B", 20)])
    quarter_past = START + HOUR // 4
    schedules = {
        RoomId("B-1"): RoomSchedule([Busy(quarter_past + HOUR, START + 4 * HOUR, "x", "CLASS", "t")])
    }

    plan = plan_day(Availability(catalogue, schedules), RoomQuery(), quarter_past, START + 3 * HOUR, Rules())

    assert [(room.id, begin, finish) for room, begin, finish in plan.parts] == [
        ("B-1", quarter_past, START + HOUR),
        ("A-1", START + HOUR, START + 3 * HOUR),
    ]
    assert timedelta(seconds=plan.parts[1][1] - START) % timedelta(hours=1) == timedelta()
