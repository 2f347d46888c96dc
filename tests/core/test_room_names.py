"""Rooms are found however a timetabling system writes them, and never another than the one that is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Building, BuildingId, Room, RoomId
from core.room_names import MAX_TEXT_LENGTH, RoomNames

BUILDINGS = (
    Building(BuildingId("N-C4"), "Curie Building", 0.0, 0.0),
    Building(BuildingId("N-D9"), "Darwin Building", 0.0, 0.0, ("Old Darwin",)),
)


def room(identifier: str, building: str, name: str, *aliases: str, abbr: str = "") -> Room:
    return Room(RoomId(identifier), BuildingId(building), name, abbr=abbr, aliases=aliases)


ROOMS = (
    room("N-C4-G05", "N-C4", "Curie G05", abbr="CurG05"),
    room("N-C4-G06", "N-C4", "Curie G06"),
    room("N-C4-212", "N-C4", "Curie 212"),
    room("N-C4-60", "N-C4", "Curie 60"),
    room("N-D9-G05", "N-D9", "Darwin G05"),
    room("LIN", "X", "LIN"),
    room("F220", "X", "F220"),
    room("B.12", "X", "B.12"),
    room("B.12 MED", "X", "B.12 MED"),
    room("S1.20", "X", "S1.20"),
    room("S12.0", "X", "S12.0"),
    room("MUS", "X", "Music and Dance Studio"),
    room("LL2", "X", "Law Library, Room 2"),
)
NAMES = RoomNames.build(
    ROOMS,
    BUILDINGS,
    {"Grand amphi": [RoomId("LIN")], "The twins": [RoomId("LIN"), RoomId("F220")], "Online": []},
)


@pytest.mark.parametrize(
    "text",
    [
        "N-C4-G05",
        "n-c4-g05",
        "C4-G05",
        "C4 G05",
        "N-C4 G05",
        "Curie G05",
        "  curie   g05 ",
        "CurG05",
        "Curie_G05",
        "Curie G05 (60)",
        "Curie G05 [60]",
        "Curie G05 [cap. 60]",
        "Curie G05 (lecture theatre)",
        "Curie G05 cap 60",
        "Curie G05 Capacity: 60",
        "Curie G05 60 seats",
        "Curie Building C4, Room G05",
        "C4 Curie Building, Room G05",
        "Curie G05*",
        "Curie G05 - first floor",
        "Curie G05 \u2013 first floor",
        "Curie Building G05",
        "Curie Bldg G05",
        "Curie Building (C4) - G05",
        "Curie Building, room G05",
        "Curie Building, ground floor, G05",
        "Curie Building\nG05",
        "Curie room G05",
        "G05, Curie Building",
        "G05 (Curie Building)",
        "G05 Curie",
        "Room: Curie G05",
        "Room : Curie G05",
        "Rm Curie G05",
        "North campus: Curie G05",
        "Name: Curie G05. Seats: 60. Campus: North",
        "<b>Curie G05</b>",
        "<p>Curie&nbsp;G05</p>",
        "Talk at N-C4-G05 tonight",
    ],
)
def test_one_room_is_found_in_any_spelling(text: str):
    assert NAMES.find(text).rooms == ("N-C4-G05",)


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("Curie G05 / Curie G06", ["N-C4-G05", "N-C4-G06"]),
        ("Curie G05/G06", ["N-C4-G05", "N-C4-G06"]),
        ("Curie G05, G06", ["N-C4-G05", "N-C4-G06"]),
        ("Curie G05; Darwin G05", ["N-C4-G05", "N-D9-G05"]),
        ("Curie G05 and Darwin G05", ["N-C4-G05", "N-D9-G05"]),
        ("Curie G05 + LIN", ["N-C4-G05", "LIN"]),
        ("Curie 212/60", ["N-C4-212", "N-C4-60"]),
        ("Curie G05\nCurie G05", ["N-C4-G05"]),
        ("Lokal: LIN, Lokal: F220", ["LIN", "F220"]),
        ("Raum: F220. Plätze: 60\nRaum: LIN. Plätze: 12", ["F220", "LIN"]),
        ("Old Darwin G05", ["N-D9-G05"]),
        ("Law Library, Room 2", ["LL2"]),
        ("Music & Dance Studio, LIN", ["MUS", "LIN"]),
        ("grand  amphi", ["LIN"]),
        ("The twins", ["LIN", "F220"]),
    ],
)
def test_several_rooms_are_found_in_one_text(text: str, rooms: list[str]):
    found = NAMES.find(text)

    assert (list(found.rooms), found.unknown) == (rooms, ())


@pytest.mark.parametrize(
    "text",
    [
        "G05",
        "Riverside Park G05",
        "Riverside Park, G05",
        "Curie Building, Riverside Park, G05",
        "Curie Building (D9) - G05",
        "Curie Building",
        "Zoom meeting",
        "TBA",
        "B.12 XYZ",
        "berLIN",
        "LIN tower hall",
        "S1.2",
        "212",
        "60",
        "Curie G0",
        "Curie G055",
    ],
)
def test_no_other_room_is_ever_taken_for_the_one_that_is_meant(text: str):
    found = NAMES.find(text)

    assert (found.rooms, found.unknown) == ((), (text,))


@pytest.mark.parametrize("text", ["B.12 MED", "b.12 med", "Room: B.12 MED", "B.12 MED (40)"])
def test_the_longest_name_wins(text: str):
    assert NAMES.find(text).rooms == ("B.12 MED",)


@pytest.mark.parametrize("text", ["Curie G05 (60)", "Curie G05, 60", "Curie G05 [212]", "Curie G05; 60"])
def test_a_number_of_seats_is_no_room(text: str):
    assert NAMES.find(text).rooms == ("N-C4-G05",)


def test_figures_are_not_run_together():
    assert [NAMES.find(text).rooms for text in ("S 1.20", "S12.0", "S120")] == [("S1.20",), ("S12.0",), ()]


def test_unknown_rooms_among_known_ones_are_reported():
    found = NAMES.find("Curie G05, Riverside Hall; F221 and LIN, ground floor")

    assert found.rooms == ("N-C4-G05", "LIN")
    assert found.unknown == ("Riverside Hall", "F221")


def test_a_table_may_say_that_a_name_is_no_room():
    assert NAMES.find("Online").is_explained
    assert NAMES.find("Curie G05; online").unknown == ()
    assert not NAMES.find("Zoom").is_explained


def test_a_name_of_two_rooms_means_neither():
    twins = [room(f"A-{number}", "A", "Lab", "The lab") for number in (1, 2)]

    assert RoomNames.build(twins).find("Lab").rooms == ()


def test_a_rooms_own_name_comes_before_what_another_may_be_called():
    rooms = [room("N-C4-7", "N-C4", "Seven"), room("ODD", "X", "Curie 7")]

    assert RoomNames.build(rooms, BUILDINGS).find("Curie 7").rooms == ("ODD",)


@given(st.text(alphabet="Curie G05,;/-()[]:.\n<b>&*", max_size=60))
def test_any_text_can_be_read(text: str):
    found = NAMES.find(text)

    assert set(found.rooms) <= {each.id for each in ROOMS}


def test_a_text_without_end_names_nothing():
    assert NAMES.find("LIN," * MAX_TEXT_LENGTH).rooms == ()
