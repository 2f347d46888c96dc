"""Workbooks as Excel has them: real dates, values of formulas, merged headings, several sheets."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from core.interval import Interval
from core.model import Room
from scraper.files.catalogue import parse_rooms
from scraper.files.documents import open_document
from scraper.files.formats import UnreadableFile
from scraper.files.records import ParsedFile
from scraper.files.timetable import parse_timetable
from tests.scraper.workbooks import part_of, rewrite, saved, workbook_of

LONDON = ZoneInfo("Europe/London")
NINE_TO_HALF_PAST_ONE = Interval(
    datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2026, 12, 31, 13, 30, tzinfo=UTC)
)


def read_rooms(content: bytes, sheet: str = "") -> ParsedFile[Room]:
    return parse_rooms(open_document(content, sheet))


def test_cells_are_read_as_what_they_are():
    content = workbook_of(
        ["Room ID", "Building", "Name", "Capacity", "Bookable", "Aliases"],
        [101, "A", 7.0, 24.0, True, "Red|Blue"],
        [None, None, None, None, None, None],
        ["A-2", "A", "Zwei", "30 seats", False, None],
    )

    parsed = read_rooms(content)

    assert parsed.rejected == ()
    assert [(each.id, each.name, each.capacity, each.bookable, each.aliases) for each in parsed.values] == [
        ("101", "7", 24, True, ("Red", "Blue")),
        ("A-2", "Zwei", 30, False, ()),
    ]


def test_a_refusal_says_sheet_row_and_column():
    content = workbook_of(["id", "capacity"], ["A-1", 9], ["A-2", 2.5], sheet="List of 2026")

    (refusal,) = read_rooms(content).rejected

    assert str(refusal) == (
        "sheet 'List of 2026', row 3, column B: capacity must be a whole number from 0 to 100000, not '2.5'"
    )


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (["room", "date", "start", "end"], ["A-1", date(2026, 12, 31), time(9), time(13, 30)]),
        (["room", "date", "start", "end"], ["A-1", datetime(2026, 12, 31), 0.375, 0.5625]),
        (["room", "start", "end"], ["A-1", datetime(2026, 12, 31, 9), datetime(2026, 12, 31, 13, 30)]),
        (["room", "start", "end"], ["A-1", 46387.375, 46387.5625]),
        (["room", "start", "end"], ["A-1", "31/12/2026 9:00 AM", "31/12/2026 1:30 PM"]),
    ],
)
def test_dates_and_times_of_entries(headings: list[object], cells: list[object]):
    parsed = parse_timetable(open_document(workbook_of(headings, cells)), LONDON)

    assert parsed.rejected == ()
    assert [each.interval for each in parsed.values] == [NINE_TO_HALF_PAST_ONE]


def test_dates_counted_from_1904_are_the_same_dates():
    workbook = Workbook()
    workbook.epoch = datetime(1904, 1, 1)
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["room", "start", "end"])
    sheet.append(["A-1", datetime(2026, 12, 31, 9), datetime(2026, 12, 31, 13, 30)])

    parsed = parse_timetable(open_document(saved(workbook)), LONDON)

    assert [each.interval for each in parsed.values] == [NINE_TO_HALF_PAST_ONE]


def test_merged_titles_and_headings_are_understood():
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"] = "Rooms of the campus"
    sheet.merge_cells("A1:D1")
    for cell, text in {
        "A2": "Room ID",
        "B2": "Where",
        "D2": "Capacity",
        "B3": "Building",
        "C3": "Name",
    }.items():
        sheet[cell] = text
    for merged in ("A2:A3", "B2:C2", "D2:D3"):
        sheet.merge_cells(merged)
    sheet.append(["A-1", "A", "One", 9])
    sheet.append(["Total", None, None, 9])

    parsed = read_rooms(saved(workbook))

    assert parsed.rejected == ()
    assert [(each.id, each.building_id, each.name, each.capacity) for each in parsed.values] == [
        ("A-1", "A", "One", 9)
    ]
    assert any("looks like a total" in each for each in parsed.remarks)


def test_the_first_visible_sheet_is_read_and_the_others_are_named():
    content = workbook_of(["id"], ["A-1"], Annexe=[["id"], ["B-1"]])

    parsed = read_rooms(content)

    assert [each.id for each in parsed.values] == ["A-1"]
    assert (
        "only the sheet 'Rooms' was read; for another, such as 'Annexe', add --sheet 'Annexe'"
        in parsed.remarks
    )


def test_a_hidden_sheet_is_passed_over():
    workbook = Workbook()
    notes = workbook.active
    assert notes is not None
    notes.append(["id"])
    notes.append(["X-1"])
    notes.sheet_state = "hidden"
    shown = workbook.create_sheet("Rooms")
    shown.append(["id"])
    shown.append(["A-1"])

    assert [each.id for each in read_rooms(saved(workbook)).values] == ["A-1"]


def test_another_sheet_is_read_by_its_name():
    content = workbook_of(["id"], ["A-1"], Annexe=[["id"], ["B-1"]])

    assert [each.id for each in read_rooms(content, "annexe").values] == ["B-1"]


def test_a_sheet_that_is_not_there_is_refused_with_those_there_are():
    with pytest.raises(UnreadableFile, match="there is no sheet 'Annexe'; the sheets are 'Rooms', 'Old'"):
        read_rooms(workbook_of(["id"], Old=[["id"]]), "Annexe")


def test_a_sheet_of_a_table_without_sheets_is_refused():
    with pytest.raises(UnreadableFile, match="leave out --sheet"):
        open_document(b"id\nA-1\n", "Rooms")


FORMULA = b"<f>40+2</f><v>%s</v>"


def with_formula(value: bytes) -> bytes:
    """As Excel saves a formula, with the value it had; openpyxl writes none."""
    content = workbook_of(["id", "capacity"], ["A-1", "=40+2"])
    name = "xl/worksheets/sheet1.xml"
    blank = rb"<f>40\+2</f><v ?(/>|></v>)"
    sheet = re.sub(blank, FORMULA % value, part_of(content, name))
    assert FORMULA % value in sheet
    return rewrite(content, {name: sheet})


def test_a_formula_has_its_value():
    assert read_rooms(with_formula(b"42")).values[0].capacity == 42


def test_a_formula_that_was_never_calculated_is_refused_rather_than_read_as_blank():
    content = workbook_of(["id", "capacity"], ["A-1", "=40+2"])

    with pytest.raises(UnreadableFile, match=r"row 2, column B: the formula '=40\+2' has no stored value"):
        read_rooms(content)


def test_an_empty_workbook_is_refused_with_a_way_to_an_example():
    with pytest.raises(UnreadableFile, match="the file is empty; for an example"):
        read_rooms(workbook_of())


def test_a_workbook_that_lost_its_beginning_is_called_damaged():
    content = workbook_of(["id", "capacity"], ["A-1", 9])

    with pytest.raises(UnreadableFile, match="the file is damaged; open it in Excel, save it again"):
        open_document(content[8:])
