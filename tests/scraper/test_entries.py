"""Packed entries: packing and unpacking returns the same."""

import gc
import pickle
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.interval import Interval
from core.model import BookingType, RoomId, TimetableEntry
from scraper.common.entries import EntryCollection, EntryRow

starts = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
intervals = st.builds(
    lambda start, minutes: Interval(start, start + timedelta(minutes=minutes)), starts, st.integers(1, 9999)
)
entries = st.builds(
    TimetableEntry,
    st.sampled_from(["A-1", "A-2"]).map(RoomId),
    intervals,
    st.sampled_from(["Maths", "Chess"]),
    st.sampled_from(BookingType),
    st.just("uni"),
)
many = st.lists(entries, max_size=30)


@given(many)
def test_what_goes_in_comes_out_once(some):
    packed = EntryCollection.from_entries(some)

    assert Counter(packed) == Counter(set(some))
    assert len(packed) == len(set(some))
    assert all(entry in packed for entry in some)


@given(many)
def test_order_makes_no_difference(some):
    assert EntryCollection.from_entries(some) == EntryCollection.from_entries(reversed(some))


@given(many, many)
def test_two_together_hold_what_both_hold(one, another):
    both = EntryCollection.from_entries(one) + EntryCollection.from_entries(another)

    assert Counter(both) == Counter(set(one)) + Counter(set(another))


@given(many)
def test_rooms_can_be_picked_out(some):
    picked = EntryCollection.from_entries(some).filter_rooms({"A-1"}.__contains__)

    assert set(picked) == {entry for entry in some if entry.room_id == "A-1"}


@given(many)
def test_they_survive_the_way_to_another_process(some):
    entries = EntryCollection.from_entries(some)

    assert pickle.loads(pickle.dumps(entries)) == entries  # noqa: S301 - our own


def test_rows_are_seconds():
    row = EntryRow(RoomId("A-1"), 1_000, 4_600, "Maths", BookingType.CLASS)

    (entry,) = EntryCollection.from_rows([row], "uni")

    assert (entry.interval.start, entry.interval.minutes) == (datetime.fromtimestamp(1_000, UTC), 60)
    assert (entry.source, list(EntryCollection.from_entries([entry]).rows())) == ("uni", [row])


def test_many_entries_are_few_objects_to_the_garbage_collector():
    before = len(gc.get_objects())

    packed = EntryCollection.from_rows(
        EntryRow(RoomId("A-1"), t, t + 60, "Maths", BookingType.CLASS) for t in range(0, 10**6, 100)
    )

    assert len(packed) == 10_000
    assert len(gc.get_objects()) - before < 1_000
