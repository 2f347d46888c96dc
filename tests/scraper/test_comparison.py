"""Comparison of a run with the last good one: anomalies and ordinary changes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.interval import Interval
from core.model import BookingType, BuildingId, Room, RoomId, TimetableEntry
from scraper.common.entries import EntryCollection
from scraper.comparison import AnomalyKind, BaselineTimetable, compare
from scraper.model import ScrapeResult

NOW = datetime(2026, 3, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(room: int = 1, hours: float = 10, name: str = "ABCD1001", lasts: float = 1) -> TimetableEntry:
    start = NOW + hours * HOUR
    interval = Interval(start, start + lasts * HOUR)
    return TimetableEntry(RoomId(f"K-J17-{room}"), interval, name, BookingType.CLASS, "uni")


def a_room(number: int) -> Room:
    return Room(RoomId(f"K-J17-{number}"), BuildingId("K-J17"), f"Room {number}")


def a_week(rooms: Iterable[int] = range(20)) -> tuple[TimetableEntry, ...]:
    """Five classes in each room, a day apart."""
    return tuple(entry(room, 24 * day + 9, f"ABCD{room}") for room in rooms for day in range(5))


def last_good(entries: Iterable[TimetableEntry]) -> BaselineTimetable:
    return BaselineTimetable(EntryCollection.from_entries(entries))


def a_result(entries: Iterable[TimetableEntry] = (), **others: Any) -> ScrapeResult:
    return ScrapeResult(entries=EntryCollection.from_entries(entries), **others)


def doubts(before: BaselineTimetable | None, result: ScrapeResult) -> set[AnomalyKind]:
    return {suspicion.kind for suspicion in compare(before, result, NOW).anomalies}


def moved(entries: Iterable[TimetableEntry], by: timedelta) -> tuple[TimetableEntry, ...]:
    return tuple(
        TimetableEntry(
            each.room_id,
            Interval(each.interval.start + by, each.interval.end + by),
            each.name,
            each.booking_type,
            each.source,
        )
        for each in entries
    )


def test_the_first_run_is_not_suspicious():
    report = compare(None, a_result(a_week()), NOW)

    assert not report.anomalies
    assert (report.added, report.removed, report.unchanged) == (100, 0, 0)


def test_the_same_again_is_not_suspicious():
    report = compare(last_good(a_week()), a_result(a_week()), NOW)

    assert not report.anomalies
    assert (report.added, report.removed, report.unchanged) == (0, 0, 100)


def test_what_was_not_read_again_counts_as_still_there():
    kept = frozenset(RoomId(f"K-J17-{number}") for number in range(19))

    report = compare(last_good(a_week()), a_result(a_week([19]), unchanged_rooms=kept), NOW)

    assert (report.unchanged, report.anomalies) == (100, ())


@pytest.mark.parametrize(("left", "suspicious"), [(68, False), (66, True), (0, True)])
def test_entries_down_by_a_third_are_doubtful(left, suspicious):
    week = sorted(a_week(), key=lambda each: each.interval.start)

    assert (AnomalyKind.ENTRIES_LOST in doubts(last_good(week), a_result(tuple(week[:left])))) is suspicious


def test_a_class_or_two_of_a_small_timetable_may_go():
    assert doubts(last_good([entry(hours=9), entry(hours=12)]), a_result((entry(hours=9),))) == set()


def test_a_timetable_that_is_empty_all_at_once_is_doubtful():
    assert AnomalyKind.ENTRIES_LOST in doubts(last_good([entry()]), a_result())


def test_what_is_over_is_not_missed():
    past = tuple(entry(hours=-24 * day, name=f"OLD{day}") for day in range(1, 50))

    report = compare(last_good((*past, entry())), a_result((entry(),)), NOW)

    assert (report.removed, report.anomalies) == (0, ())


@pytest.mark.parametrize(("lost", "suspicious"), [(1, False), (2, True)])
def test_rooms_that_are_gone_are_doubtful_beyond_one_in_twenty(lost, suspicious):
    rooms = tuple(map(a_room, range(20)))
    before = BaselineTimetable(EntryCollection(), frozenset(room.id for room in rooms))

    report = compare(before, ScrapeResult(rooms=rooms[lost:]), NOW)

    assert bool(report.anomalies) is suspicious
    assert len(report.rooms_lost) == lost


def test_a_feed_that_forgets_rooms_is_doubtful_too():
    assert AnomalyKind.ROOMS_LOST in doubts(last_good(a_week()), a_result(a_week(range(15))))


@pytest.mark.parametrize(("by", "word"), [(HOUR, "later"), (-HOUR, "earlier")])
def test_everything_shifted_by_an_hour_is_doubtful(by, word):
    report = compare(last_good(a_week()), a_result(moved(a_week(), by)), NOW)

    (suspicion,) = report.anomalies
    assert suspicion.kind is AnomalyKind.SHIFTED
    assert suspicion.message == f"100 entries are exactly one hour {word} than before."


def test_a_clock_change_misread_shifts_only_what_comes_after_it():
    plan = a_week()
    after = (*plan[:70], *moved(plan[70:], HOUR))

    assert doubts(last_good(plan), a_result(after)) == {AnomalyKind.SHIFTED}


def test_a_single_event_shifted_is_all_there_is():
    assert doubts(last_good([entry()]), a_result(moved([entry()], HOUR))) == {AnomalyKind.SHIFTED}


def test_a_class_that_moves_by_an_hour_is_news():
    plan = a_week()
    after = (*plan[5:], *moved(plan[:5], HOUR))

    assert doubts(last_good(plan), a_result(after)) == set()


def test_a_timetable_rewritten_from_scratch_is_not_shifted():
    assert doubts(last_good(a_week()), a_result(moved(a_week(), 2 * HOUR))) == set()


def test_any_page_of_another_shape_is_doubtful_and_named():
    report = compare(
        last_good(a_week()), a_result(a_week(), invalid_rooms=frozenset({RoomId("K-J17-3")})), NOW
    )

    assert [each.kind for each in report.anomalies] == [AnomalyKind.PAGES_CHANGED]
    assert "K-J17-3" in report.anomalies[0].message


def test_a_page_or_two_may_be_missed_but_not_many():
    rooms = [RoomId(f"K-J17-{number}") for number in range(20)]
    before = last_good(a_week())

    one, many = (
        a_result(a_week(range(count, 20)), failed_rooms=frozenset(rooms[:count])) for count in (1, 5)
    )

    assert doubts(before, one) == set()
    assert doubts(before, many) == {AnomalyKind.PAGES_MISSED}


def test_on_the_first_run_no_page_may_be_missed():
    result = a_result(a_week(), failed_rooms=frozenset({RoomId("K-J17-99")}))

    assert doubts(None, result) == {AnomalyKind.PAGES_MISSED}


def test_a_summary_says_what_an_operator_wants_to_know():
    report = compare(last_good(a_week()), a_result((*a_week()[1:], entry(99))), NOW)

    assert report.summary == "1 entries added, 1 gone, 99 the same; 1 rooms added, 0 lost."


entries = st.lists(
    st.builds(entry, st.integers(0, 5), st.integers(-48, 96), st.sampled_from("AB")), max_size=40
)


@given(entries, entries)
def test_counts_add_up(plan, after):
    report = compare(last_good(plan), a_result(tuple(after)), NOW)

    to_come = [{each for each in some if each.interval.end > NOW} for some in (plan, after)]
    assert report.removed + report.unchanged == len(to_come[0])
    assert report.added + report.unchanged == len(to_come[1])


@given(entries)
def test_a_run_compared_with_itself_is_never_suspicious(some):
    assert not compare(last_good(some), a_result(tuple(some)), NOW).anomalies


def test_a_first_run_without_entries_is_doubtful_until_it_is_accepted():
    assert doubts(None, a_result()) == {AnomalyKind.NO_ENTRIES}
    assert doubts(None, a_result(page_count=1, unchanged_pages=1)) == set()


def test_what_a_source_doubts_itself_is_doubtful():
    report = compare(last_good(a_week()), a_result(a_week(), doubts=("Much was lost.",)), NOW)

    assert [(each.kind, each.message) for each in report.anomalies] == [
        (AnomalyKind.DOUBTFUL, "Much was lost.")
    ]
