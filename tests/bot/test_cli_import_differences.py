"""What an import would change is shown before it does, and every refusal of a file at once."""

from pathlib import Path

import pytest

from tests.bot.conftest import File, Roomie
from tests.scraper.workbooks import workbook_of

ROOMS = "id,building_id,name,capacity\nARTS-7,ARTS,Studio 7,18\nARTS-8,ARTS,Studio 8,20\n"
CLASSES = "room,name,type,start,end\nARTS-7,Art,CLASS,2026-12-07T09:00,2026-12-07T11:00\n"


@pytest.fixture
def campus(roomie: Roomie, file: File) -> Roomie:
    buildings = file("buildings.csv", "id,name,lat,long\nARTS,Arts Block,1,2\n")
    assert roomie("import", buildings, file("rooms.csv", ROOMS), file("classes.csv", CLASSES)).status == 0
    return roomie


def test_changed_rooms_are_shown_from_what_to_what(campus: Roomie, file: File):
    changed = file("new.csv", "id,capacity,equipment\nARTS-7,30,projector\nARTS-9,5,\n")

    shown = campus("import", "--dry-run", changed)

    assert "~ ARTS-7: capacity 18 → 30, equipment nothing → projector" in shown.out
    assert "+ ARTS-9: ARTS, ARTS-9, 5" in shown.out
    assert "rooms: 1 to be added, 1 to be changed, 0 unchanged; nothing was written" in shown.out
    assert "ARTS-9" not in campus("export", "rooms").out


def test_a_timetable_shows_what_would_go(campus: Roomie, file: File):
    exams = file("exams.csv", CLASSES.replace("Art,CLASS,2026-12-07T09:00", "Final,EXAMS,2026-12-07T08:00"))

    shown = campus("import", "--dry-run", exams)

    assert "+ ARTS-7 2026-12-07 08:00 to 2026-12-07 11:00 Final (EXAMS)" in shown.out
    assert "- ARTS-7 2026-12-07 09:00 to 2026-12-07 11:00 Art (CLASS)" in shown.out
    assert "1 to be removed; nothing was written" in shown.out
    assert "Art" in campus("export", "timetable").out


def test_an_entry_that_becomes_another_is_shown_as_changed(campus: Roomie, file: File):
    shown = campus("import", "--dry-run", file("c.csv", CLASSES.replace("Art,", "Drawing,")))

    assert "~ ARTS-7 2026-12-07 09:00 to 2026-12-07 11:00 Art (CLASS) → Drawing (CLASS)" in shown.out


def test_closures_are_shown_and_only_new_ones_are_added(campus: Roomie, file: File):
    first = file("a.csv", "place,start,end,reason,yearly\nARTS-7,2026-12-24,2026-12-26,Holidays,no\n")
    both = file(
        "b.csv", "place,start,end,reason\nARTS-7,24/12/2026,26/12/2026,Holidays\ncampus,1/1/2027,,New Year\n"
    )
    campus("import", first)

    shown = campus("import", "--dry-run", both)
    added = campus("import", both)

    assert "+ campus: 2027-01-01, 2027-01-01, New Year" in shown.out
    assert "closures: 1 to be added, 0 to be changed, 1 unchanged; nothing was written" in shown.out
    assert "1 closed already" in added.out


def test_closures_that_are_over_are_left_out_with_a_remark(campus: Roomie, file: File):
    result = campus("import", file("c.csv", "start,reason\n2020-01-01,Old\n2027-01-01,New\n"))

    assert (result.status, "1 closure is over already and left out" in result.err) == (0, True)


def test_all_refusals_of_a_file_are_listed_at_once(campus: Roomie, file: File):
    mixed = file(
        "new.csv",
        "room;name;start;end\nARTS-7;a;2026-12-07;2026-12-06\nARTS-77;b;2026-12-07;2026-12-08\n"
        "ARTS-7;c;31/13/2026;2027-01-01\nZOO;d;2026-12-07;2026-12-08\nZOO;e;2026-12-08;2026-12-09\n",
    )

    result = campus("import", mixed)

    assert result.status == 1
    for reason in (
        "line 2, column D: the end must come after the start",
        "line 4, column C: start '31/13/2026' is no day of the calendar",
        "line 3, column A: ARTS-77: there is no such room; did you mean ARTS-7?",
        "line 5, column A: ZOO: there is no such room; import the rooms first (1 more of it)",
        "not imported, because of 4 rejected records",
    ):
        assert reason in result.err + result.out


def test_many_refusals_are_counted_beyond_the_fiftieth(campus: Roomie, file: File):
    result = campus("import", file("new.csv", "id,capacity\n" + "".join(f"X-{n},no\n" for n in range(80))))

    assert result.err.count("capacity must be a whole number") == 50
    assert "and 30 more" in result.err


def test_the_order_of_day_and_month_is_asked_for(campus: Roomie, file: File):
    path = file("c.csv", "room,name,start,end\nARTS-7,Art,03/04/2026 9:00,03/04/2026 10:00\n")

    refused = campus("import", path)
    april = campus("import", "--dry-run", "--dates", "day-first", path)
    march = campus("import", "--dry-run", "--dates", "month-first", path)

    assert "could be 3 April or 4 March" in refused.err
    assert "or say which: --dates day-first or --dates month-first" in refused.err
    assert "2026-04-03 09:00" in april.out
    assert "2026-03-04 09:00" in march.out


def test_a_workbook_is_imported_from_the_sheet_that_is_named(campus: Roomie, file: File):
    content = workbook_of(["note"], ["see"], sheet="Notes", Rooms=[["id", "capacity"], ["ARTS-7", 40]])
    path = file("rooms.xlsx", content)

    assert campus("import", path).status == 1
    assert "1 changed" in campus("import", "--sheet", "Rooms", path).out


def test_windows_text_is_remarked_on(campus: Roomie, file: File):
    result = campus("import", file("r.csv", "id;name\nARTS-7;Café\n".encode("cp1252")))

    assert "it was read as Windows-1252" in result.err
    assert "Café" in campus("export", "rooms").out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_example_is_imported_as_it_is(roomie: Roomie, tmp_path: Path, ending: str):
    for kind in ("buildings", "rooms", "timetable", "people", "societies", "closures"):
        path = str(tmp_path / f"{kind}.{ending}")

        written = roomie("import", "--template", kind, path)
        shown = roomie("import", "--dry-run", path)
        imported = roomie("import", path)
        again = roomie("import", "--dry-run", path)

        assert [each.status for each in (written, shown, imported, again)] == [0, 0, 0, 0], imported.err
        assert f"{kind}" in shown.out
        assert "0 to be added, 0 to be changed" in again.out


def test_an_example_replaces_no_file(roomie: Roomie, file: File):
    path = file("mine.csv", "precious")

    result = roomie("import", "--template", "rooms", path)

    assert (result.status, Path(path).read_text()) == (1, "precious")
    assert "is there already. Name another file." in result.err


def test_an_import_without_a_file_points_to_an_example(roomie: Roomie):
    assert "roomie import --template rooms" in roomie("import").err


def test_a_file_that_is_not_there_is_called_so(campus: Roomie):
    result = campus("import", "nowhere.csv")

    assert result.status == 1
    assert "nowhere.csv: rejected: there is no such file here; check its name and folder" in result.err
    assert result.out == "nowhere.csv: not imported, because it cannot be read\n"
