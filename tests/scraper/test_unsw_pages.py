"""UNSW timetable site: pages are parsed correctly or rejected."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.model import BookingType, Equipment, RoomId
from scraper.common.entries import EntryCollection
from scraper.common.errors import PageFormatChanged
from scraper.sources.unsw.pages import (
    parse_buildings,
    parse_facilities,
    parse_rooms,
)
from scraper.sources.unsw.room_page import parse_room_page, parse_week
from scraper.sources.unsw.site import is_excluded
from scraper.sources.unsw.weeks import TimetableYear
from tests.scraper.conftest import SYDNEY
from tests.standins.timetable_site import Lesson, SiteRoom, room_page

ROOM = RoomId("K-A7-G01")
HOUR = timedelta(hours=1)
TAKEN = "2026-11-22"


def weekly(*lessons: Lesson):
    return parse_week(room_page(SiteRoom(ROOM, lessons=lessons)), 52)


def year_of(page: str, year: int = 2026) -> EntryCollection:
    return EntryCollection(parse_room_page(page, ROOM, TimetableYear(year), SYDNEY))


def test_buildings_of_the_campus_with_cleaned_names(sample):
    buildings = parse_buildings(sample(f"unsw_buildings_{TAKEN}.html"))

    assert {building.id: building.name for building in buildings} == {
        "K-A7": "Harbour House",
        "K-B12": "Lantern Building",
        "K-C9": "Quarry",
        "K-D9": "Closed Hall",
        "K-E3": "Main Library",
        "K-H13": "Old Place",
    }


def test_rooms_of_the_campus_with_all_they_are_said_to_be(sample):
    rooms = {room.id: room for room in parse_rooms(sample(f"unsw_rooms_{TAKEN}.html"))}

    assert "C-A-1" not in rooms
    assert (rooms[ROOM].name, rooms[ROOM].abbr, rooms[ROOM].usage) == ("Harbour Theatre", "HarbTh", "LCTR")
    assert (rooms[ROOM].capacity, rooms[ROOM].requires_card, rooms[ROOM].bookable) == (240, False, False)
    assert rooms[RoomId("K-B12-LH_G")].school == "ENGSC"
    assert (rooms[RoomId("K-B12-2")].name, rooms[RoomId("K-B12-2")].capacity) == ("Lantern 2 & 3", 0)
    assert not rooms[RoomId("K-B12-2")].requires_card


def test_rooms_nobody_should_be_sent_to_are_excluded(sample):
    rooms = parse_rooms(sample(f"unsw_rooms_{TAKEN}.html"))

    assert [room.id for room in rooms if is_excluded(room)] == ["K-B12-EX", "K-D9-1", "K-A7-ADM"]


def test_facilities_become_equipment(sample):
    assert parse_facilities(sample(f"unsw_facilities_{TAKEN}.html")) == {
        Equipment.WHEELCHAIR,
        Equipment.PROJECTOR,
        Equipment.WHITEBOARD,
    }


def test_a_year_of_a_room(sample):
    entries = year_of(sample(f"unsw_room_{TAKEN}.html"))

    assert Counter((entry.name, entry.booking_type) for entry in entries) == {
        ("ABCD1001 LEC", BookingType.CLASS): 9,
        ("ABCD2002 TUT", BookingType.CLASS): 3,
        ("CHESS", BookingType.SOCIETY): 1,
        ("CHOIR", BookingType.SOCIETY): 1,
        ("Cleaning", BookingType.MISC): 52,
        ("OPENDAY", BookingType.INTERNAL): 4,
        ("Block", BookingType.BLOCK): 2,
    }


def test_a_year_keeps_its_hours_over_both_clock_changes(sample):
    """2026: clocks go back on 5 April and forward on 4 October."""
    entries = year_of(sample(f"unsw_room_{TAKEN}.html"))

    open_days = [entry.interval for entry in entries if entry.name == "OPENDAY"]
    local = [interval.start.astimezone(SYDNEY) for interval in open_days]

    assert [start.date() for start in local] == [
        date(2026, 4, 4),
        date(2026, 4, 11),
        date(2026, 10, 3),
        date(2026, 10, 10),
    ]
    assert {start.hour for start in local} == {10}
    assert [interval.start.hour for interval in open_days] == [23, 0, 0, 23]
    assert {interval.duration for interval in open_days} == {2 * HOUR}


def test_rows_one_after_the_other_are_one_class():
    (lesson,) = weekly(Lesson(0, 9 * 60, 11 * 60, "A", "1" * 52))

    assert (lesson.starts, lesson.ends) == (540, 660)


def test_a_gap_of_half_an_hour_makes_two_classes():
    lessons = weekly(Lesson(0, 540, 600, "A", "1" * 52), Lesson(0, 630, 660, "A", "1" * 52))

    assert [(lesson.starts, lesson.ends) for lesson in lessons] == [(540, 600), (630, 660)]


def test_classes_in_one_cell_are_separated_by_name_and_weeks():
    even, odd = "10" * 26, "01" * 26

    labels = [(600, "A", even), (630, "A", odd), (570, "B", even)]

    lessons = weekly(*(Lesson(0, 540, *label) for label in labels))

    assert sorted((lesson.ends, *lesson.label) for lesson in lessons) == sorted(labels)


def test_what_is_open_at_the_tables_end_ends_with_it():
    (lesson,) = weekly(Lesson(6, 21 * 60, 22 * 60, "A", "1" * 52))

    assert lesson.ends == 22 * 60


def test_a_class_without_a_code_is_held_every_week_of_the_year():
    """Of 53 weeks in a year that has so many."""
    page = room_page(SiteRoom(ROOM, lessons=(Lesson(0, 540, 600, "A"),)))

    assert len(year_of(page, 2024)) == 53


half_hours = st.integers(14, 43)
slots = st.tuples(st.integers(0, 6), half_hours, half_hours).filter(lambda slot: slot[1] < slot[2])
names = st.sampled_from(["TUT/1:1\u00a0A", "StuGrp\u00a0B & <C>", "D"])
codes = st.text("01", min_size=52, max_size=52)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(slots, names, codes), max_size=12, unique_by=lambda each: (each[1:], each[0][0])))
def test_every_week_survives_the_way_over_a_page(drawn):
    lessons = [Lesson(day, start * 30, end * 30, name, code) for (day, start, end), name, code in drawn]

    read = weekly(*lessons)

    assert sorted((each.weekday, each.starts, each.ends, *each.label) for each in read) == sorted(
        (each.weekday, each.starts, each.ends, each.name, each.weeks) for each in lessons
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<tr", "<p"),
        ('class="rowHighlight"', 'class="row"'),
        ("rowHighlight", "odd"),
        ("08:00", "8 am"),
        ("08:30", "08:45"),
        ('<td class="data">&nbsp;</td></tr>', "</tr>"),
        ('<td class="data">&nbsp;</td>', '<td class="data">ABCD1234 LEC</td>'),
        ('<td class="data"><span', '<td class="data" rowspan="3"><span'),
        ('title="0', 'title="'),
        ('title="0', 'title="7'),
    ],
)
def test_a_page_of_another_shape_is_refused(sample, old, new):
    page = sample(f"unsw_room_{TAKEN}.html")
    assert old in page
    changed = (
        page.replace(old, new) if old != "<table" else page.replace("<table", "<div").replace("<tr", "<p")
    )

    with pytest.raises(PageFormatChanged):
        parse_week(changed, 52)


@pytest.mark.parametrize("read", [parse_buildings, parse_rooms, parse_facilities])
@pytest.mark.parametrize("page", ["", "<html></html>", "<table><tr><td>Sorry</td></tr></table>", "\x00"])
def test_other_pages_are_refused(read, page):
    with pytest.raises(PageFormatChanged):
        read(page)


def test_a_list_of_rooms_with_another_number_of_columns_is_refused(sample):
    page = sample(f"unsw_rooms_{TAKEN}.html").replace('<td class="data">240</td>', "")

    with pytest.raises(PageFormatChanged, match="5 cells"):
        parse_rooms(page)


def test_names_come_in_one_visible_line():
    page = room_page(SiteRoom(ROOM, lessons=(Lesson(0, 540, 600, "StuGrp\u00a0A\u202eB\nC", "1" * 52),)))

    entries = year_of(page)

    assert {entry.name for entry in entries} == {"A B C"}


def test_excluding_goes_by_building_usage_school_and_room(sample):
    room = parse_rooms(sample(f"unsw_rooms_{TAKEN}.html"))[0]

    assert not is_excluded(room)
    assert is_excluded(replace(room, id=RoomId("K-J17-302A")))
    assert is_excluded(replace(room, usage="OTHR"))


def test_a_class_may_be_all_that_is_in_its_cell():
    page = room_page(SiteRoom(ROOM, lessons=(Lesson(1, 600, 690, "LEC\u00a0ABCD1001"),)))

    bare = parse_week(page.replace("<br>", ""), 52)

    assert bare == parse_week(page, 52)
    assert [(each.weekday, each.starts, each.ends) for each in bare] == [(1, 600, 690)]


def test_words_alone_in_a_cell_are_no_class():
    page = room_page(SiteRoom(ROOM, lessons=(Lesson(1, 600, 630, "LEC"),)))
    start = page.index("<span", page.index("10:00"))
    end = page.index("<br>", start) + len("<br>")

    with pytest.raises(PageFormatChanged, match="belong to no class"):
        parse_week(page[:start] + "LEC" + page[end:], 52)
