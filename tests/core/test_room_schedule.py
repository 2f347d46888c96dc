"""A packed schedule answers as a plain list of busy intervals does."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Busy
from core.room_schedule import RoomSchedule
from tests.core.strategies import MIDNIGHT, busy_intervals, instants, spans

_LISTS = st.lists(busy_intervals(), max_size=10)
_FAR = 1 << 33
"""Seconds: after 2106, which four bytes do not hold."""


def _columns(busy: list[Busy]) -> RoomSchedule:
    return RoomSchedule.of_columns(
        [each.start for each in busy], [each.end for each in busy], [each[2:] for each in busy]
    )


@given(_LISTS)
def test_columns_in_any_order_are_the_same_schedule_as_intervals(busy: list[Busy]):
    assert _columns(busy).busy == RoomSchedule(busy).busy == tuple(sorted(busy))
    assert _columns(busy).runs == RoomSchedule(busy).runs


@given(_LISTS, spans())
def test_conflicts_are_the_intervals_that_overlap_by_start(busy: list[Busy], slot: tuple[int, int]):
    start, end = slot

    found = _columns(busy).conflicts(start, end)

    assert found == tuple(sorted(each for each in busy if each.start < end and start < each.end))


@given(_LISTS, spans())
def test_runs_in_a_slot_are_those_of_its_seconds_and_go_on_to_their_end(
    busy: list[Busy], slot: tuple[int, int]
):
    start, end = slot
    schedule = _columns(busy)

    found = list(schedule.runs_in(start, end))

    whole = [run for run in zip(*schedule.runs, strict=True) if run[0] < end and start < run[1]]
    assert [until for _, until in found] == [until for _, until in whole]
    assert [max(begins, start) for begins, _ in found] == [max(begins, start) for begins, _ in whole]


@given(_LISTS, busy_intervals(), st.data())
def test_adding_and_removing_intervals_is_that_of_a_list(busy: list[Busy], new: Busy, data: st.DataObject):
    schedule = _columns(busy)
    gone = data.draw(st.sampled_from([*busy, new]))

    assert schedule.with_busy(new).busy == tuple(sorted([*busy, new]))
    assert schedule.with_all([new, *busy]).busy == tuple(sorted([*busy, *busy, new]))
    assert schedule.without(gone).busy == tuple(sorted(each for each in busy if each != gone))
    assert schedule.contains(new) == (new in busy)
    assert schedule.busy == tuple(sorted(busy))


@given(_LISTS, instants())
def test_the_next_interval_begins_at_or_after_an_instant(busy: list[Busy], instant: int):
    schedule = _columns(busy)

    expected = min((each for each in busy if each.start >= instant), default=None)

    assert schedule.next_after(instant) == expected
    assert schedule.next_start(instant) == (expected and expected.start)
    assert schedule.reach == max((each.end for each in busy), default=0)


@pytest.mark.parametrize("start", [-5, 0, _FAR])
def test_times_before_1970_and_after_2106_are_kept(start: int):
    near, far = Busy(MIDNIGHT, MIDNIGHT + 60, "a", "CLASS", "t"), Busy(start, start + 60, "b", "MISC", "t")

    for schedule in (RoomSchedule([near, far]), RoomSchedule([near]).with_busy(far)):
        assert set(schedule.busy) == {near, far}
        assert not schedule.is_free(start, start + 1)


def test_an_interval_takes_little_memory():
    label = "MATH1234 Lecture", "CLASS", "timetable"
    starts = range(MIDNIGHT, MIDNIGHT + 7200 * 1000, 7200)

    schedule = RoomSchedule.of_columns(starts, [each + 3600 for each in starts], [label] * len(starts))

    assert schedule.runs == (tuple(starts), tuple(each + 3600 for each in starts))
    parts = (schedule._starts, schedule._ends, schedule._labels, schedule._reaches)
    assert sum(map(sys.getsizeof, {id(each): each for each in parts}.values())) < 20 * len(starts)
