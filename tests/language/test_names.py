"""Which names are found, and which common words are not names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import NameIndex, NearNameIndex, parse_phrase
from core.model import Building, BuildingId, Room, RoomId
from tests.language.scoring import campus

NAMES = campus()


def reading(text, names=NAMES):
    return parse_phrase(
        text, now=datetime(2026, 5, 4, 8, 15, tzinfo=UTC), zone=ZoneInfo("Europe/London"), names=names
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ainsworth G03",
        "ainsworthG03",
        "G03 in the Ainsworth building",
        "K-J17-G03",
        "j17 g03",
        "Ainswroth G3",
        "AinswthG03",
    ],
)
def test_a_room_has_many_names(text):
    assert reading(text).room == "K-J17-G03"


def test_a_room_number_of_zeros_keeps_one():
    wren = Building(BuildingId("W1"), "Wren")
    rooms = [Room(RoomId(f"W1-{number}"), wren.id, f"Wren {number}") for number in ("M0", "G00", "G01")]
    names = NameIndex.build(rooms, [wren], ())

    assert reading("wren m00", names).room == "W1-M0"
    assert reading("wren g0", names).room == "W1-G00"
    assert reading("wren m tomorrow", names).room is None
    assert NearNameIndex(rooms, [wren]).match("wren m tomorrow") is None


@pytest.mark.parametrize(
    "text", ["quad 1042", "Quadrangle 1042", "room 1042 in the quad", "the quad, room 1042"]
)
def test_a_room_number_is_no_time(text):
    read_ = reading(text)

    assert read_.room == "K-E15-1042"
    assert read_.when is None


@pytest.mark.parametrize(
    "text",
    [
        "any free room",
        "the law says so",
        "in june",
        "materials please",
        "an energy drink",
        "harcore",
        "a court date",
    ],
)
def test_common_words_are_not_names(text):
    read_ = reading(text)

    assert (read_.building, read_.room, read_.near) == (None, None, None)


def test_a_number_that_no_room_of_the_building_has_may_be_a_time():
    read_ = reading("quad at 1030")

    assert read_.building == "K-E15"
    assert read_.when is not None


def test_a_name_that_two_buildings_share_means_neither():
    twins = [
        Building(BuildingId(id_), name)
        for id_, name in (("A-1", "Norton East Hall"), ("A-2", "Norton West Hall"))
    ]
    names = NameIndex.build([], twins, [])

    assert reading("norton", names).building is None
    assert reading("norton west", names).building == "A-2"


def test_a_campus_without_rooms_still_reads_times():
    assert reading("tomorrow 3pm", NameIndex.build([], [], [])).when is not None


def test_a_negated_place_is_ruled_out():
    read_ = reading("anywhere but the quad tomorrow")

    assert read_.building is None
    assert read_.excluded.buildings == ("K-E15",)


def test_a_room_with_a_strange_number_is_found_by_it():
    halls = [Building(BuildingId("A-1"), "Norton Hall")]
    rooms = [Room(RoomId("A-1-LH_G"), BuildingId("A-1"), "Leighton Hall Grand")]

    assert reading("norton LH_G", NameIndex.build(rooms, halls, [])).room == "A-1-LH_G"


def test_signs_tell_names_apart():
    halls = [Building(BuildingId("A-1"), "Norton Hall"), Building(BuildingId("B-2"), "Weston Hall")]
    rooms = [
        Room(RoomId(id_), BuildingId(building), name)
        for id_, building, name in (
            ("A-1-X", "A-1", "S0.11"),
            ("B-2-X", "B-2", "WM_S0.11"),
            ("A-1-Y", "A-1", "S01.1"),
            ("B-2-Y", "B-2", "C++ Lab"),
            ("A-1-Z", "A-1", "C Lab"),
        )
    ]
    names = NameIndex.build(rooms, halls, [])

    for room in rooms:
        found = reading(f"{room.name} tomorrow 3-4pm", names)
        assert (found.room, f"{found.when.start:%H}", f"{found.when.end:%H}") == (room.id, "15", "16")
    for near_miss in ("XM_S0.11", "S0.111", "S0.11-B", "WM_S0.12"):
        found = reading(f"{near_miss} tomorrow 3-4pm", names)
        assert found.room is None
        assert near_miss in " ".join(found.unparsed)


def test_a_name_that_rooms_of_two_buildings_share_needs_its_building():
    halls = [Building(BuildingId("A-1"), "Norton Hall"), Building(BuildingId("B-2"), "Weston Hall")]
    rooms = [Room(RoomId(f"{hall.id}-7"), hall.id, "Orchard Suite") for hall in halls]
    names = NameIndex.build(rooms, halls, [])

    assert reading("orchard suite at 3", names).room is None
    assert reading("weston orchard suite at 3", names).room == "B-2-7"
    assert reading("orchard suite in norton hall at 3", names).room == "A-1-7"


def test_a_name_that_two_rooms_of_a_building_share_means_neither():
    halls = [Building(BuildingId("A-1"), "Norton Hall")]
    rooms = [Room(RoomId(f"A-1-{number}"), halls[0].id, "Orchard Suite") for number in (7, 8)]

    assert reading("norton orchard suite at 3", NameIndex.build(rooms, halls, [])).room is None


@pytest.mark.parametrize("month", ["june", "may", "march", "april"])
def test_a_name_with_a_month_in_it_leaves_the_month_a_month(month):
    halls = [Building(BuildingId("A-1"), f"{month.title()} Griffith Building")]
    rooms = [Room(RoomId("A-1-713"), BuildingId("A-1"), f"{month.title()} Griffith Snug")]
    names = NameIndex.build(rooms, halls, [])

    assert reading(f"the first week of {month}", names).room is None
    assert reading(f"griffith at 3 on 20 {month}", names).when.start.day == 20


@pytest.mark.parametrize(
    "text", ["questions about law", "law meeting at 3", "some energy for 20", "comp sci lab", "law and order"]
)
def test_a_subject_is_no_building_where_no_place_is_meant(text):
    assert reading(text).building is None
