"""Which names are found, and which common words are not names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import NameIndex, parse_phrase
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
