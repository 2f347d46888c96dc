"""Free, soon and busy: both views agree with a naive implementation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.availability import SOON, Availability, RoomSchedule, Status
from core.catalogue import RoomQuery
from core.model import Busy, Room
from tests.core.strategies import DAY, MIDNIGHT, busy_intervals, catalogue_of, instants, rooms, spans

NOON = MIDNIGHT + 12 * 3600
WORLDS = rooms().flatmap(
    lambda listed: st.tuples(
        st.just(listed),
        st.lists(st.tuples(st.sampled_from([room.id for room in listed]), busy_intervals()), max_size=12),
    )
)


def taken(start: int, end: int, name: str = "MATH") -> Busy:
    return Busy(start, end, name, "CLASS", "timetable")


def overlaps(busy: Busy, start: int, end: int) -> bool:
    return busy.start < end and start < busy.end


@given(WORLDS, spans(2 * DAY), st.integers(0, 30))
def test_free_rooms_are_those_that_nothing_overlaps(
    world: tuple[list[Room], list[tuple[str, Busy]]], slot: tuple[int, int], capacity: int
):
    listed, busy = world
    availability = Availability(catalogue_of(listed))
    for room_id, interval in busy:
        availability.add(room_id, interval)

    found = {room.id for room in availability.matching(*slot, RoomQuery(capacity=capacity))}

    assert found == {
        room.id
        for room in listed
        if room.capacity >= capacity
        and not any(room_id == room.id and overlaps(interval, *slot) for room_id, interval in busy)
    }


@given(WORLDS, st.data())
def test_both_views_stay_equal_whatever_is_added_removed_and_replaced(
    world: tuple[list[Room], list[tuple[str, Busy]]], data: st.DataObject
):
    listed, changes = world
    catalogue = catalogue_of(listed)
    updated, model = Availability(catalogue), {room.id: set() for room in listed}
    for room_id, interval in changes:
        updated.matching(*data.draw(spans()), RoomQuery())
        match data.draw(st.sampled_from(["add", "remove", "replace"])):
            case "add":
                updated.add(room_id, interval)
                model[room_id].add(interval)
            case "remove":
                gone = data.draw(st.sampled_from([*sorted(model[room_id]), interval]))
                updated.remove(room_id, gone)
                model[room_id].discard(gone)
            case _:
                updated.replace(room_id, RoomSchedule([interval]))
                model[room_id] = {interval}

    start, end = data.draw(spans())
    anew = Availability(catalogue, {room_id: RoomSchedule(busy) for room_id, busy in model.items()})

    assert updated.free_rooms(start, end, RoomQuery()) == anew.free_rooms(start, end, RoomQuery())
    assert {room.id for room in updated.matching(start, end, RoomQuery())} == {
        room.id for room in listed if updated.schedule(room.id).is_free(start, end)
    }


@given(st.lists(busy_intervals(), max_size=10), instants())
def test_a_status_agrees_with_every_second(busy: list[Busy], instant: int):
    status = RoomSchedule(busy).at(instant, MIDNIGHT + 10 * DAY)

    is_busy = any(overlaps(each, instant, instant + 1) for each in busy)
    assert (status.status is not Status.FREE) == is_busy
    if status.until is not None:
        assert status.until > instant
        assert any(overlaps(each, status.until, status.until + 1) for each in busy) != is_busy
        assert status.because is not None
        assert status.until == (status.because.end if is_busy else status.because.start)
    else:
        assert not any(each.start >= instant for each in busy)


@given(st.lists(busy_intervals(), max_size=10), spans())
def test_gaps_are_the_free_intervals_in_order(busy: list[Busy], window: tuple[int, int]):
    schedule = RoomSchedule(busy)

    gaps = list(schedule.gaps(*window))

    assert all(schedule.is_free(*gap) and window[0] <= gap[0] < gap[1] <= window[1] for gap in gaps)
    free = sum(end - start for start, end in gaps)
    taken_seconds = sum(
        min(end, window[1]) - max(start, window[0])
        for start, end in zip(*schedule.runs, strict=True)
        if start < window[1] and window[0] < end
    )
    assert free + taken_seconds == window[1] - window[0]


def test_exactly_at_its_end_a_room_is_free():
    schedule = RoomSchedule([taken(NOON, NOON + 3600)])

    assert schedule.at(NOON - 1, MIDNIGHT + DAY).status is Status.FREE
    assert schedule.at(NOON, MIDNIGHT + DAY).status is Status.BUSY
    assert schedule.at(NOON + 3600, MIDNIGHT + DAY) == (Status.FREE, None, None)


@pytest.mark.parametrize(
    ("seconds_left", "status"), [(SOON, Status.SOON), (SOON + 1, Status.BUSY), (1, Status.SOON)]
)
def test_soon_begins_a_quarter_of_an_hour_before_the_end(seconds_left: int, status: Status):
    schedule = RoomSchedule([taken(NOON, NOON + 3600)])

    assert schedule.at(NOON + 3600 - seconds_left, MIDNIGHT + DAY).status is status


def test_adjacent_intervals_are_one_run_that_ends_with_the_last():
    schedule = RoomSchedule([taken(NOON, NOON + 3600, "MATH"), taken(NOON + 3600, NOON + 7200, "ART")])

    status = schedule.at(NOON, MIDNIGHT + DAY)

    assert (status.status, status.until) == (Status.BUSY, NOON + 7200)
    assert status.because is not None
    assert status.because.name == "ART"


def test_what_runs_past_midnight_ends_on_the_next_day_and_counts_on_both():
    late = MIDNIGHT + 23 * 3600
    schedule = RoomSchedule([taken(late, late + 2 * 3600)])

    assert schedule.at(late, MIDNIGHT + DAY).until == late + 2 * 3600
    assert schedule.at(MIDNIGHT + DAY, MIDNIGHT + 2 * DAY).status is Status.BUSY


def test_what_begins_tomorrow_leaves_a_room_free_for_the_rest_of_today():
    schedule = RoomSchedule([taken(MIDNIGHT + DAY, MIDNIGHT + DAY + 60)])

    assert schedule.at(NOON, MIDNIGHT + DAY).until is None


def test_adding_an_interval_twice_changes_nothing():
    availability = Availability(catalogue_of([room := Room("K-J17-1", "K-J17", "One")]))
    availability.add(room.id, taken(NOON, NOON + 60))
    version = availability.version

    availability.add(room.id, taken(NOON, NOON + 60))

    assert availability.version == version
    assert len(availability.schedule(room.id).busy) == 1
