"""Timetable files: valid records become entries, others are refused with place and reason."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.interval import Interval
from core.model import BookingType, RoomId, TimetableEntry
from scraper.files.documents import open_text
from scraper.files.formats import UnreadableFile
from scraper.files.kind import FileKind
from scraper.files.timetable import read_timetable
from tests.scraper.documents import read_timetable_csv

SYDNEY = ZoneInfo("Australia/Sydney")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def one_csv(start: str, end: str, kind: str = "CLASS"):
    return read_timetable_csv(f"room,name,type,start,end\nA-1,COMP1511,{kind},{start},{end}\n", SYDNEY)


def test_json_in_the_shape_of_our_own_answers():
    booking = {"name": "COMP1511 LEC", "bookingType": "CLASS"}
    times = {"start": "2026-03-02T22:00:00.000Z", "end": "2026-03-03T00:00:00.000Z"}

    reading = read_timetable(json.dumps({"A-1": {"bookings": [booking | times]}}), SYDNEY, "uni")

    interval = Interval(utc(2026, 3, 2, 22), utc(2026, 3, 3))
    assert reading.values == (
        TimetableEntry(RoomId("A-1"), interval, "COMP1511 LEC", BookingType.CLASS, "uni"),
    )


def test_csv_says_the_same_in_wall_time():
    reading = read_timetable(
        "room;start;end;type;name\r\nA-1;2026-03-03 09:00;2026-03-03 11:00;class;COMP1511 LEC\r\n", SYDNEY
    )

    (entry,) = reading.values
    assert entry.interval == Interval(utc(2026, 3, 2, 22), utc(2026, 3, 3))
    assert entry.booking_type is BookingType.CLASS


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-10-04", 22), ("2026-04-05", 24), ("2026-06-01", 23)],
)
def test_wall_times_follow_the_clock_changes(day, hours):
    """From 00:30 to 23:30 it is an hour less when clocks go forward, and one more when they go back."""
    (entry,) = one_csv(f"{day}T00:30", f"{day}T23:30").values

    assert entry.interval.duration.total_seconds() == hours * 3600


def test_a_time_the_clocks_jump_over_is_refused():
    reading = one_csv("2026-10-04T02:30", "2026-10-04T04:00")

    assert (
        str(reading.rejected[0])
        == "line 2, column D: start '2026-10-04T02:30' never comes: the clocks jump over it"
    )


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-03-02T11:00", "2026-03-02T11:00", "the end must come after the start"),
        ("2026-03-02T11:00", "2026-03-02T10:00", "the end must come after the start"),
        ("20260230", "2026-03-02T10:00", "is not a time like"),
        ("9999-12-31T23:00", "9999-12-31T23:59", "outside the years"),
        ("0001-01-01T00:00", "2026-03-02T10:00", "outside the years"),
        ("2026-01-01T00:00", "2028-01-01T00:00", "nothing lasts longer"),
        ("", "2026-01-01T00:00", "start is missing"),
    ],
)
def test_times_that_cannot_be(start, end, reason):
    (refusal,) = one_csv(start, end).rejected

    assert reason in refusal.reason


def test_a_type_nobody_knows_is_refused_and_a_missing_one_is_misc():
    assert "'PARTY' is not one of CLASS" in one_csv("2026-03-02", "2026-03-03", "PARTY").rejected[0].reason
    assert one_csv("2026-03-02", "2026-03-03", "").values[0].booking_type is BookingType.MISC


def test_the_same_entry_said_twice_is_one():
    line = "A-1,COMP1511,CLASS,2026-03-02T09:00,2026-03-02T10:00\n"

    reading = read_timetable_csv("room,name,type,start,end\n" + line * 3, SYDNEY)

    assert (len(reading.values), reading.rejected) == (1, ())


def test_missing_columns_are_named():
    assert str(read_timetable_csv("room,name\nA-1,x\n", SYDNEY).rejected[0]) == (
        "line 1: there is no column end, start"
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"A-1": 7}', "A-1"),
        ('{"A-1": {"bookings": [7]}}', "A-1.bookings[0]"),
        ('{"A-1": {"bookings": [{"start": 7, "end": "2026-01-01"}]}}', "A-1.bookings[0]"),
        ("[]", ""),
    ],
)
def test_json_of_another_shape_is_refused_where_it_differs(text, where):
    reading = read_timetable(text, SYDNEY)

    assert reading.values == ()
    assert reading.rejected[0].location == where


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"buildings": []}', FileKind.BUILDINGS),
        ('[{"id": "K-H13", "lat": 1}]', FileKind.BUILDINGS),
        ('{"rooms": {}}', FileKind.ROOMS),
        ('[{"id": "A-1", "capacity": 3}]', FileKind.ROOMS),
        ('\ufeff{"A-1": {"capacity": 3}}', FileKind.ROOMS),
        ('{"A-1": {"bookings": []}}', FileKind.TIMETABLE),
        ("id;name;capacity\n", FileKind.ROOMS),
        ("\ufeffroom,name,type,start,end\r\n", FileKind.TIMETABLE),
    ],
)
def test_a_file_is_known_by_its_shape(text, kind):
    assert open_text(text).kind is kind


@pytest.mark.parametrize("text", ["", "hello", "{}", "[1]", "<html>"])
def test_a_file_of_no_known_shape_says_so(text):
    with pytest.raises(UnreadableFile):
        open_text(text)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    read_timetable(text, SYDNEY)
    read_timetable_csv("room,name,type,start,end\n" + text, SYDNEY)
