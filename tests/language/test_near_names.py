"""Rooms are found by what is nearly their name, and by nothing that counts something or tells a time."""

import pytest

from bot.language import NearNameIndex
from bot.sample import data as sample
from core.model import BuildingId, Room, RoomId

INDEX = NearNameIndex(sample._ROOMS, sample._BUILDINGS)


def rooms_of(text: str) -> set[str]:
    match = INDEX.match(text)
    return set() if match is None else set(match.rooms)


@pytest.mark.parametrize(
    ("typed", "room"),
    [
        ("301", "H-D20-301"),
        ("101", "H-B4-101"),
        ("number 301", "H-D20-301"),
        ("room no. 301", "H-D20-301"),
        ("3.01 lovelace", "H-D20-301"),
        ("lovelace 3.01", "H-D20-301"),
        ("g 01", "H-C12-G01"),
        ("g-01", "H-C12-G01"),
        ("go1", "H-C12-G01"),
        ("G O1", "H-C12-G01"),
        ("GO1 wren", "H-C12-G01"),
        ("wren room 01", "H-C12-G01"),
        ("committee", "H-F7-3"),
        ("the committee", "H-F7-3"),
        ("workshop", "RO-POO"),
        ("Engineering Hub workshop", "RO-POO"),
        ("wrens g01", "H-C12-G01"),
        ("library pods 101", "H-B4-101"),
        ("H-G9-RO-POO", "RO-POO"),
        ("wren theatre", "H-C12-LT1"),
        ("lecture theatre wren", "H-C12-LT1"),
        ("lecture theatre 1 wren", "H-C12-LT1"),
        ("wren lecture theatre 1", "H-C12-LT1"),
    ],
)
def test_a_room_is_found_by_what_is_nearly_its_name(typed: str, room: str):
    assert rooms_of(typed) == {room}
    assert rooms_of(f"{typed} tomorrow 3pm") == {room}


@pytest.mark.parametrize(
    "typed",
    [
        "3 people tomorrow",
        "301 people tomorrow",
        "101 seats",
        "3pm tomorrow",
        "2 tomorrow",
        "wren",
        "hub tomorrow",
        "library at 3pm",
        "H-B4-10",
        "XM-G01",
        "Hyde Park G01",
        "a workshop",
        "301-305",
        "301:30",
        "",
        "?",
    ],
)
def test_counts_times_buildings_and_other_codes_are_no_rooms(typed: str):
    assert rooms_of(typed) == set()


def test_a_number_that_tells_the_time_is_a_room_only_where_no_time_is_written_so():
    half_past = Room(RoomId("H-D20-330"), BuildingId("H-D20"), "Lovelace 330", 8)
    index = NearNameIndex((*sample._ROOMS, half_past), sample._BUILDINGS)

    assert index.match("3.30 lovelace", [(0, 4)]) is None
    assert index.match("301 lovelace", [(0, 3)]) is not None
    assert index.match("3.01 lovelace", [(0, 4)]) is not None
    assert index.match("2 students house", [(0, 1)]) is None


def test_a_word_or_number_of_several_rooms_means_all_of_them():
    twin = Room(RoomId("H-E22-301"), BuildingId("H-E22"), "Franklin 301", 8)
    index = NearNameIndex((*sample._ROOMS, twin), sample._BUILDINGS)

    assert rooms_of("library pod") == {"H-B4-101", "H-B4-102", "H-B4-103"}
    match = index.match("301 tomorrow")
    assert match is not None
    assert match.rooms == {"H-D20-301", "H-E22-301"}
    assert match.end == len("301")


def test_a_number_with_a_sign_in_it_is_no_other_number():
    rooms = [
        Room(RoomId(f"H-D20-{number}"), BuildingId("H-D20"), f"Lovelace {number}", 8)
        for number in ("S0.11", "1.04", "M-12")
    ]
    index = NearNameIndex(rooms, sample._BUILDINGS)

    for typed in (
        "S01.1",
        "lovelace s01 1",
        "10.4 lovelace",
        "lovelace 4",
        "04 lovelace",
        "11 lovelace",
        "12",
    ):
        assert index.match(typed) is None or index.match(typed).end < len(typed), typed
    for typed, room in (
        ("s0 11 lovelace", rooms[0]),
        ("lovelaces 1-04", rooms[1]),
        ("m 12 lovelace", rooms[2]),
    ):
        assert index.match(typed).rooms == {room.id}, typed


@pytest.mark.parametrize(
    ("typed", "first"),
    [("Wren G09", "H-C12-G0"), ("Lovelace 302", "H-D20-301"), ("comitee room", "H-F7-3")],
)
def test_the_closest_names_come_first(typed: str, first: str):
    found = INDEX.closest(typed, 5)

    assert found[0].startswith(first)
    assert len(found) <= 5
    assert INDEX.closest("zzzz qqqq", 5) == ()
