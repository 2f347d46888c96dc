"""Files of a campus at the command line: nothing is misread, lost or replaced in silence."""

import json

import pytest

from tests.bot.conftest import File, Roomie

BUILDINGS = json.dumps({"buildings": [{"id": "ARTS", "name": "Arts Block", "lat": 1, "long": 2}]})
ROOMS = "id,name,building_id,capacity,equipment,aliases\nARTS-7,Studio 7,ARTS,18,projector,The attic\n"
TIMES = "room,name,type,start,end\n"


@pytest.fixture
def campus(roomie: Roomie, file: File) -> Roomie:
    assert roomie("import", file("buildings.json", BUILDINGS), file("rooms.csv", ROOMS)).status == 0
    return roomie


@pytest.mark.parametrize(
    ("text", "wrong", "meant"),
    [
        ("id,name,building_id,seats\nARTS-8,Studio 8,ARTS,9\n", "seats", "capacity"),
        ("id,name,building_id,capcity\nARTS-8,Studio 8,ARTS,9\n", "capcity", "capacity"),
        ("id,name,building_id,capacity,alias\nARTS-8,Studio 8,ARTS,9,Attic\n", "alias", "aliases"),
        ('[{"id": "ARTS-8", "name": "Studio 8", "seats": 9}]', "seats", "capacity"),
        ("room,name,kind,start,end\nARTS-7,Art,CLASS,2026-12-08T09:00,2026-12-08T11:00\n", "kind", "type"),
        ("id,title,lat,long\nLAW,Law Court,1,2\n", "title", "name"),
    ],
)
def test_a_heading_that_is_meant_for_another_is_named(
    campus: Roomie, file: File, text: str, wrong: str, meant: str
):
    result = campus("import", file("new", text))

    assert result.status == 1
    assert f"there is no field '{wrong}'; did you mean {meant}?" in result.err


def test_other_columns_are_ignored_with_a_remark(campus: Roomie, file: File):
    result = campus("import", file("new.csv", "id,name,capacity,keyholder\nARTS-8,Studio 8,9,Ann\n"))

    assert result.status == 0
    assert "the field 'keyholder' is not known to us and was ignored" in result.err
    assert "rooms: 1 added" in result.out


def test_headings_may_be_written_for_people(campus: Roomie, file: File):
    new = "Room ID;Room Name;Building;Capacity\nARTS-8;Studio 8;Arts block;9\n"

    assert "rooms: 1 added" in campus("import", file("new.csv", new)).out
    assert "1 unchanged" in campus("import", file("new.csv", "id,building_id,capacity\nARTS-8,ARTS,9\n")).out


def test_a_column_that_is_not_there_changes_nothing(campus: Roomie, file: File):
    renamed = campus("import", file("new.csv", "id,name\nARTS-7,The Studio\n"))
    again = campus("import", file("rooms.csv", ROOMS.replace("Studio 7", "The Studio")))

    assert "1 changed" in renamed.out
    assert "0 changed, 1 unchanged" in again.out


def test_a_field_that_is_not_there_changes_nothing_in_json(campus: Roomie, file: File):
    campus("import", file("new.json", '{"rooms": {"ARTS-7": {"capacity": 20}}}'))
    campus("import", file("new.json", '{"buildings": [{"id": "ARTS", "name": "Arts House"}]}'))

    again = campus(
        "import",
        file("rooms.csv", ROOMS.replace(",18,", ",20,")),
        file("b.json", BUILDINGS.replace("Arts Block", "Arts House")),
    )

    assert again.out.count("0 changed, 1 unchanged") == 2


def test_an_empty_cell_empties_its_field(campus: Roomie, file: File):
    assert "1 changed" in campus("import", file("new.csv", "id,aliases\nARTS-7,\n")).out


@pytest.mark.parametrize(
    "headings", ["id,name,lat,long", "Building ID;Name;Latitude;Longitude", "id\tname\tlat\tlng"]
)
def test_a_table_of_buildings_is_read_as_buildings(roomie: Roomie, file: File, headings: str):
    delimiter = next(each for each in ",;\t" if each in headings)
    line = delimiter.join(["LAW", "Law Court", "-33.9", "151.2"])

    assert "buildings: 1 added" in roomie("import", file("b.csv", f"{headings}\n{line}\n")).out


def test_buildings_are_never_read_as_rooms(campus: Roomie, file: File):
    result = campus("import", file("b.csv", "id,name,building_id\nARTS,Arts Block,ARTS\n"))

    assert result.status == 1
    assert "ARTS is a building" in result.err


@pytest.mark.parametrize(
    ("building", "advice"), [("ARTSS", "did you mean ARTS?"), ("ZOO", "import the buildings first")]
)
def test_an_unknown_building_is_refused(campus: Roomie, file: File, building: str, advice: str):
    result = campus("import", file("new.csv", f"id,name,building_id\nX-1,Hall,{building}\n"))

    assert result.status == 1
    assert f"X-1: there is no building {building}; {advice}" in result.err


CLASSES = f"{TIMES}ARTS-7,Drawing,CLASS,2026-12-07T09:00,2026-12-07T11:00\n"
EXAMS = f"{TIMES}ARTS-7,Final,EXAMS,2026-12-08T09:00,2026-12-08T11:00\n"


def test_a_file_that_replaces_what_came_before_says_so(campus: Roomie, file: File):
    campus("import", file("classes.csv", CLASSES))

    result = campus("import", file("exams.csv", EXAMS))

    assert "1 added, 0 changed, 0 unchanged, 1 removed" in result.out
    assert "it replaced what earlier files held for its rooms" in result.out
    assert "--add" in result.out


def test_a_file_may_be_added_to_what_came_before(campus: Roomie, file: File):
    campus("import", file("classes.csv", CLASSES))

    added = campus("import", "--add", file("exams.csv", EXAMS))
    again = campus("import", "--add", file("exams.csv", EXAMS))
    both = campus("import", file("both.csv", CLASSES + EXAMS.removeprefix(TIMES)))

    assert "1 added, 0 changed, 0 unchanged\n" in added.out
    assert "0 added, 0 changed, 1 unchanged\n" in again.out
    assert "0 added, 0 changed, 2 unchanged\n" in both.out


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "save the sheet as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "save the sheet as CSV UTF-8"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "[[source]]"),
        (b"Rooms of 2026,,\nhall,floor,keys\nARTS-8,2,9\n", "It says: rooms_of_2026."),
    ],
)
def test_what_is_no_such_file_is_refused_with_advice_and_named_once(
    campus: Roomie, file: File, content: bytes, advice: str
):
    path = file("strange", content)

    result = campus("import", path)

    assert result.status == 1
    assert advice in result.err
    assert result.err.count("strange") == 1
