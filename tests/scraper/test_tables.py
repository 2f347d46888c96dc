"""Tables as spreadsheets save them: headings are found, and what is no record is left out with a remark."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.interval import Interval
from core.model import Room
from scraper.files.catalogue import parse_buildings, parse_rooms
from scraper.files.documents import open_document, open_text
from scraper.files.formats import UnreadableFile
from scraper.files.kind import FileKind
from scraper.files.records import ParsedFile
from scraper.files.timetable import parse_timetable
from tests.scraper.documents import read_rooms_csv, read_timetable_csv

LONDON = ZoneInfo("Europe/London")


def read_rooms(content: str | bytes) -> ParsedFile[Room]:
    return parse_rooms(open_document(content.encode() if isinstance(content, str) else content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_of_rooms_as_any_spreadsheet_saves_it(encoding: str, delimiter: str):
    lines = [
        ["Room ID", "Building", "Name", "Capacity", "Bookable"],
        ["A-1", "A", "Café Größe", "24 seats", "Yes"],
        ["A-2", "A", "Studio", "1,200" if delimiter != "," else '"1,200"', "FALSE"],
        [],
        ["A-3", "A", "Attic", "", "1"],
    ]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)

    parsed = read_rooms(content)

    assert parsed.rejected == ()
    assert [(each.name, each.capacity, each.bookable) for each in parsed.values] == [
        ("Café Größe", 24, True),
        ("Studio", 1200, False),
        ("Attic", 0, True),
    ]


@pytest.mark.parametrize(
    ("cell", "capacity"),
    [
        *(("24", 24), ("24 seats", 24), ("ca. 24", 24), ("24.0", 24), ("24,0", 24), ("max 24", 24)),
        *(("1 200", 1200), ("1'200", 1200), ("24 people", 24), ("up to 24 pax", 24)),
    ],
)
def test_a_capacity_with_words(cell: str, capacity: int):
    assert read_rooms(f"id;capacity\nA-1;{cell}\n").values[0].capacity == capacity


@pytest.mark.parametrize("cell", ["20-24", "1.200", "two dozen", "24 apples", "-24", "1.5", "=24"])
def test_a_capacity_that_could_be_two_is_refused_with_column_and_value(cell: str):
    (refusal,) = read_rooms(f"id;capacity\nA-1;{cell}\n").rejected

    assert str(refusal) == (
        f"line 2, column B: capacity must be a whole number from 0 to 100000, not {cell!r}"
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *(
            ("yes", True),
            ("TRUE", True),
            ("1", True),
            ("x", True),
            ("Ja", True),
            ("WAHR", True),
            ("on", True),
        ),
        *(("no", False), ("FALSE", False), ("0", False), ("-", False), ("nein", False), ("FAUX", False)),
    ],
)
def test_yes_and_no_in_many_words(cell: str, expected: bool):  # noqa: FBT001 - a value of the table
    assert read_rooms(f"id;bookable\nA-1;{cell}\nA-2;yes\nA-3;no\n").values[0].bookable is expected


def test_blank_cells_in_a_column_of_marks_mean_no():
    parsed = read_rooms("id;bookable;printer\nA-1;x;x\nA-2;;\n")

    assert [(each.bookable, bool(each.equipment)) for each in parsed.values] == [(True, True), (False, False)]


def test_blank_cells_in_a_column_of_words_leave_the_default():
    assert [each.bookable for each in read_rooms("id;bookable\nA-1;no\nA-2;\n").values] == [False, True]


def test_a_decimal_comma_is_a_point():
    document = open_text("id;name;lat;long\nA;Arts;-33,9;151,2°\n")

    (building,) = parse_buildings(document).values

    assert (building.latitude, building.longitude) == (-33.9, 151.2)


def test_the_line_of_excel_that_names_the_delimiter_is_no_heading():
    parsed = read_rooms("sep=;\r\nid;name\r\nA-1;One, two\r\nA-2;\r\n;x\r\n")

    assert [each.name for each in parsed.values] == ["One, two", "A-2"]
    assert str(parsed.rejected[0]) == "line 5, column A: id is missing"


def test_titles_and_notes_above_the_headings_are_left_out():
    parsed = read_rooms("Rooms of 2026;;\nUpdated, by Ann;;\n\nid;name;capacity\nA-1;One;9\n")

    assert [(each.id, each.capacity) for each in parsed.values] == [("A-1", 9)]


def test_headings_over_two_lines_are_joined():
    """Merged across: Where, How many. Merged down: Room ID."""
    parsed = read_rooms("Room ID;Where;;Capacity\n;Building;Name;\nA-1;A;One;9\nA-2;A;Two;8\n")

    assert [(each.id, each.building_id, each.name, each.capacity) for each in parsed.values] == [
        ("A-1", "A", "One", 9),
        ("A-2", "A", "Two", 8),
    ]


def test_headings_that_are_repeated_on_each_page_are_left_out_with_a_remark():
    parsed = read_rooms("id;name\nA-1;One\nid;name\nA-2;Two\nid;name\n")

    assert [each.id for each in parsed.values] == ["A-1", "A-2"]
    assert "2 repeated lines of headings left out" in parsed.remarks


@pytest.mark.parametrize("total", ["Total;;33", ";;33", "Grand total:;;33", "Sum;33;"])
def test_a_total_below_is_left_out_with_a_remark(total: str):
    parsed = read_rooms(f"id;name;capacity\nA-1;One;24\nA-2;Two;9\n{total}\n")

    assert ([each.id for each in parsed.values], parsed.rejected) == (["A-1", "A-2"], ())
    assert "line 4 looks like a total and was left out" in parsed.remarks


def test_what_only_looks_like_a_total_stays():
    assert len(read_rooms("id;building_id;capacity\nTOTAL;A;24\nA-2;A;9\n").values) == 2


def test_two_columns_with_one_heading_are_named_by_their_letters():
    with pytest.raises(UnreadableFile, match="B and D are 'capacity'; rename or delete one"):
        read_rooms("id,capacity,name,Capacity\nA-1,9,One,8\n")


def test_an_error_of_a_formula_is_no_name():
    (refusal,) = read_rooms("id,name\nA-1,#REF!\n").rejected

    assert str(refusal) == (
        "line 2, column B: name is the error #REF! of a formula; correct it in the spreadsheet"
    )


def test_all_refusals_are_listed_up_to_a_limit():
    many = read_rooms("id,capacity\n" + "A-1,many\n" * 5_000)

    assert len(many.rejected) == 1_001
    assert many.rejected[-1].reason == "too much was rejected; the rest was not read"


def test_a_list_keeps_its_bars_and_backslashes():
    parsed = read_rooms_csv("id,aliases\nA-1,Red\\|Blue|C:\\dir|back\\\\\n")

    assert parsed.values[0].aliases == ("Red|Blue", "C:\\dir", "back\\")


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("room;date;start;end", "A-1;31/12/2026;9:00 AM;1:30 PM"),
        ("room;start;end", "A-1;31.12.2026 09:00;31.12.2026 13:30"),
        ("room;day;start;end", "A-1;46387;0,375;0,5625"),
        ("room;start;end", "A-1;31/12/2026 9:00 am;13:30"),
        ("room;start;end", "A-1;46387.375;46387.5625"),
        ("room;start;end", "A-1;2026-12-31T09:00Z;2026-12-31T14:30+01:00"),
    ],
)
def test_times_of_entries_as_spreadsheets_have_them(columns: str, cells: str):
    parsed = read_timetable_csv(f"{columns}\n{cells}\n", LONDON)

    assert parsed.rejected == ()
    assert parsed.values[0].interval == Interval(
        datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2026, 12, 31, 13, 30, tzinfo=UTC)
    )


def test_an_end_after_midnight_beside_a_date_is_on_the_next_day():
    (entry,) = read_timetable_csv("room,date,start,end\nA-1,31/12/2026,22:00,01:00\n", LONDON).values

    assert entry.interval.duration.total_seconds() == 3 * 3600


def test_a_time_without_any_date_is_refused_with_advice():
    (refusal,) = read_timetable_csv("room,start,end\nA-1,9:00,10:00\n", LONDON).rejected

    assert str(refusal) == (
        "line 2, column B: start '9:00' has no date; write 2026-03-02 09:00, or add a column date"
    )


def test_month_first_needs_a_proof_in_the_file():
    head, ambiguous = "room,start,end\n", "A-1,03/04/2026 9:00,03/04/2026 10:00\n"
    proof = "A-1,12/31/2026 9:00,12/31/2026 10:00\n"

    unproven, proven = (read_timetable_csv(head + text, LONDON) for text in (ambiguous, ambiguous + proof))

    assert "could be 3 April or 4 March" in unproven.rejected[0].reason
    assert proven.values[0].interval.start == datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("Building ID,Latitude,Longitude", FileKind.BUILDINGS),
        ("id,capacity", FileKind.ROOMS),
        ("Room,Date,Start,End", FileKind.TIMETABLE),
        ("E-Mail,First name,Last name", FileKind.PEOPLE),
        ("username,groups", FileKind.PEOPLE),
        ("Society,Name,Presidents", FileKind.SOCIETIES),
        ("place,start,end,reason", FileKind.CLOSURES),
    ],
)
def test_what_a_table_holds_is_known_by_its_headings(headings: str, kind: FileKind):
    assert open_text(headings).kind is kind


def test_headings_of_nothing_known_are_shown_beside_those_there_are():
    with pytest.raises(UnreadableFile, match="It says: colour, shape") as refusal:
        open_text("colour,shape\nred,round\n")

    assert "roomie import --template rooms" in str(refusal.value)


def test_entries_remember_their_lines():
    parsed = parse_timetable(open_text("room,start,end\n\nA-1,2026-03-02,2026-03-03\n"), LONDON)

    assert parsed.located(0, ("room",), "no such room") == "line 3, column A: no such room"
