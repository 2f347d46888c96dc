"""Files of buildings and rooms: imported as written, or refused with place and reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Building, BuildingId, Equipment, OpeningHours, Room, RoomId
from scraper.files.formats import UnreadableFile, decode
from tests.scraper.documents import read_buildings, read_rooms_csv, read_rooms_json


def rooms_json(**rooms: dict[str, object]) -> str:
    return json.dumps({"rooms": {name.replace("_", "-"): room for name, room in rooms.items()}})


def reasons(reading) -> list[str]:
    return [str(refusal) for refusal in reading.rejected]


def test_buildings_come_with_place_and_aliases():
    text = (
        '{"buildings": [{"id": "K-H13", "name": "Anita", "lat": -33.9, "long": 151.2, "aliases": ["Red"]}]}'
    )

    reading = read_buildings(text)

    assert reading.values == (Building(BuildingId("K-H13"), "Anita", -33.9, 151.2, ("Red",)),)
    assert reading.rejected == ()


def test_a_room_in_the_shape_of_our_own_answer():
    text = rooms_json(
        K_J17_G01={
            "id": "K-J17-G01",
            "name": "Hall",
            "abbr": "H",
            "school": " ",
            "usage": "LCTR",
            "capacity": 97,
        }
    )

    reading = read_rooms_json(text)

    assert reading.values == (
        Room(RoomId("K-J17-G01"), BuildingId("K-J17"), "Hall", 97, "H", "LCTR", school=" "),
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"rooms": {"A-1": {"capacity": 4}}}',
        '{"A-1": {"id": "A-1", "capacity": 4}}',
        '[{"id": "A-1", "capacity": 4}]',
        '{"rooms": [{"room_id": "A-1", "capacity": "4"}]}',
        '\ufeff[\r\n{"id": "A-1", "capacity": 4}]\r\n',
    ],
)
def test_every_shape_of_rooms_reads_the_same(text):
    assert read_rooms_json(text).values == (Room(RoomId("A-1"), BuildingId("A"), "A-1", 4),)


def test_the_rooms_of_the_older_document_read_too():
    text = '[{"room_id": "RO-PIZZA", "room_name": "G01", "printers": true, "coffee": false, "capacity": 10}]'

    (room,) = read_rooms_json(text).values

    assert (room.id, room.building_id, room.name) == ("RO-PIZZA", "RO", "G01")
    assert room.equipment == {Equipment.PRINTER}


def test_what_a_room_holds_and_who_may_book_it():
    text = rooms_json(
        A_1={
            "buildingId": "MAIN",
            "equipment": ["whiteboard", "Projector"],
            "water_fountain": True,
            "individual_access": False,
            "bookable": False,
        }
    )

    (room,) = read_rooms_json(text).values

    assert room.building_id == "MAIN"
    assert room.equipment == {Equipment.WHITEBOARD, Equipment.PROJECTOR, Equipment.WATER}
    assert (room.individual_access, room.bookable) == (False, False)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_however_a_spreadsheet_saved_it(separator, line_end):
    lines = [
        ["ID", "Name", "Capacity", "Equipment", "Aliases", "Bookable"],
        ["A-1", "Big room", "30", "whiteboard|coffee", "Aula|Hall", "no"],
        ["", "", "", "", "", ""],
        ["A-2", "Small room", "", "", "", ""],
    ]
    text = "\ufeff" + line_end.join(separator.join(line) for line in lines)

    reading = read_rooms_csv(text)

    assert reading.rejected == ()
    assert [(room.id, room.name, room.capacity, room.bookable) for room in reading.values] == [
        ("A-1", "Big room", 30, False),
        ("A-2", "Small room", 0, True),
    ]
    assert reading.values[0].aliases == ("Aula", "Hall")
    assert reading.values[0].equipment == {Equipment.WHITEBOARD, Equipment.COFFEE}


def test_a_refused_line_says_its_number_and_leaves_the_others():
    text = "id,name,capacity\nA-1,One,ten\nA-2,Two,20\nA-2,Again,20\n,Nameless,3\nA-5,Five,5,surplus\n"

    reading = read_rooms_csv(text)

    assert [room.id for room in reading.values] == ["A-2"]
    assert reasons(reading) == [
        "line 2, column C: capacity must be a whole number from 0 to 100000, not 'ten'",
        "line 4: A-2 was there before, in line 3; keep one of the two",
        "line 5, column A: id is missing",
        "line 6: there are more fields than headings: column D has 'surplus'; give it a heading or empty it",
    ]


def test_a_line_number_counts_quoted_line_breaks():
    text = 'id,name\nA-1,"Two\nlines"\nA-2,"a\tb"\n'

    assert reasons(read_rooms_csv(text)) == [
        "line 3, column B: name holds an invisible character: 'Two\\nlines'",
        "line 4, column B: name holds an invisible character: 'a\\tb'",
    ]


@pytest.mark.parametrize("capacity", [-1, 1.5, True, "1e3", "²", 10**9, [], "-3"])
def test_a_capacity_is_a_whole_number_within_reason(capacity):
    (reason,) = reasons(read_rooms_json(rooms_json(A_1={"capacity": capacity})))

    assert reason.startswith("rooms.A-1: capacity must be a whole number")


@pytest.mark.parametrize("name", ["A\x00-1", "A-\u202e1", "A-1\u200b", "A-\n1", "A-" + "1" * 70])
def test_ids_are_visible_and_short(name):
    reading = read_rooms_json(json.dumps([{"id": name}]))

    assert reading.values == ()
    assert len(reading.rejected) == 1


def test_an_id_that_stands_twice_in_an_object_is_refused_and_the_first_counts():
    reading = read_rooms_json('{"rooms": {"A-1": {"capacity": 1}, "A-1": {"capacity": 2}}}')

    assert [room.capacity for room in reading.values] == [1]
    assert reasons(reading) == ["'A-1': stands twice in one object"]


def test_a_key_that_contradicts_its_id_is_refused():
    assert reasons(read_rooms_json('{"A-1": {"id": "A-2"}}')) == [
        "rooms.A-1: the key says 'A-1', the id 'A-2'"
    ]


def test_a_room_without_any_building_is_refused():
    assert reasons(read_rooms_json('[{"id": "AULA"}]')) == [
        "rooms[0]: building_id is missing and the id names none"
    ]


def test_equipment_nobody_knows_is_refused_with_the_known():
    (reason,) = reasons(read_rooms_json('[{"id": "A-1", "equipment": ["sauna"]}]'))

    assert "'sauna' is not one of printer, coffee" in reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"rooms": ', "line 1 is not JSON"),
        ('{"a": 1,\n\n oops}', "line 3 is not JSON"),
        ('[{"id": "A-1", "capacity": NaN}]', "NaN is no number"),
        ("[" * 100_000, "not JSON"),
        ("[" + "9" * 5_000 + "]", "not JSON"),
        ("7", "must be a list or an object"),
        ("", "line 1 is not JSON"),
    ],
)
def test_a_broken_file_is_one_refusal(text, reason):
    reading = read_rooms_json(text)

    assert reading.values == ()
    assert reason in reading.rejected[0].reason


def test_coordinates_lie_on_the_earth():
    assert reasons(read_buildings('[{"id": "A", "lat": 91}]')) == [
        "buildings[0]: lat must be a number from -90 to 90, not 91"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_of_common_editors_become_text(encoding):
    assert decode("id;größe".encode(encoding)) == "id;größe"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_text_without_a_mark_of_its_encoding_is_recognised(encoding):
    assert decode("id;größe\nA-1;€ 5".encode(encoding)) == "id;größe\nA-1;€ 5"


@pytest.mark.parametrize(
    "content",
    ["größe\n".encode() + b"gr\xf6\xdfe", b"id\n\x81", b'{"id":\n"gr\xf6\xdfe"}'],
    ids=["mixed", "none", "json"],
)
def test_bytes_of_no_encoding_are_refused_by_line(content):
    with pytest.raises(UnreadableFile, match="line 2 is not UTF-8 text"):
        decode(content)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    for read in (read_buildings, read_rooms_json, read_rooms_csv):
        read(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["rooms", "id", "capacity", "aliases", "A-1"]), inner)
        ),
    )
)
def test_any_json_is_read_or_refused(value):
    read_rooms_json(json.dumps(value))
    read_buildings(json.dumps(value))


def test_a_room_may_have_opening_hours_of_its_own():
    text = "id,weekday_hours,weekend_hours\nK-J17-G01,18:00-02:00,00:00-24:00\nK-J17-G02,,\nK-J17-G03,9-5,\n"
    parsed = read_rooms_csv(text)

    assert [(each.weekday_hours, each.weekend_hours) for each in parsed.values] == [
        (OpeningHours(1080, 1560), OpeningHours(0, 1440)),
        (None, None),
    ]
    assert "weekday_hours '9-5' are not opening hours; write 08:00-21:00" in parsed.rejected[0].reason


def test_a_list_where_yes_or_no_belongs_is_refused():
    reading = read_rooms_json(rooms_json(A_1={"bookable": ["x"]}, A_2={"individual_access": {"x": "x"}}))

    assert reasons(reading) == [
        "rooms.A-1: bookable must be true or false, not ['x']",
        "rooms.A-2: individual_access must be true or false, not {'x': 'x'}",
    ]
