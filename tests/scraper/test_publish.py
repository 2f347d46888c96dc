"""Publish source: its JSON becomes entries of the rooms it names."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from core.model import BookingType, BuildingId, Room, RoomId
from scraper.common.entries import EntryCollection
from scraper.common.errors import PageFormatChanged
from scraper.sources.publish.responses import (
    parse_events,
    parse_locations,
    parse_view_options,
    room_of_unsw,
)
from scraper.sources.publish.source import INSTITUTION_KEY, LOCATIONS_KEY, PublishSource
from tests.scraper.conftest import SYDNEY, ignore_progress
from tests.standins.timetable_site import Document

TAKEN = "2026-11-22"
WEEKS = f"/api/ViewOptions/{INSTITUTION_KEY}"
ROOMS = f"/api/CategoryTypes/{LOCATIONS_KEY}/Categories/FilterWithCache/{INSTITUTION_KEY}"
EVENTS = f"/api/CategoryTypes/Categories/Events/Filter/{INSTITUTION_KEY}"
KEYS = {
    "00000000-0000-4000-8000-000000000001": RoomId("K-A7-G01"),
    "00000000-0000-4000-8000-000000000002": RoomId("K-A7-101"),
}


@pytest.fixture
def answer(sample: Callable[[str], str]) -> Callable[[str], bytes]:
    return lambda name: sample(f"publish_{name}_{TAKEN}.json").encode()


@pytest.fixture
def publish(site, settings, answer):
    """Settings of Publish at the site, which answers as Publish does."""
    for path, name in ((WEEKS, "weeks"), (ROOMS, "locations"), (EVENTS, "events")):
        site.documents[path] = Document(answer(name), "application/json")
    return settings(kind="publish", url=site.url("/api"))


def test_a_whole_year_is_asked_for_from_morning_to_night(answer):
    view = parse_view_options(answer("weeks"), 2026)

    assert [week["WeekNumber"] for week in view["Weeks"]] == [59, 66]
    assert [period["Description"] for period in view["TimePeriods"]] == ["All Day"]
    assert len(view["Days"]) == 7


def test_a_year_that_publish_does_not_know_is_refused(answer):
    with pytest.raises(PageFormatChanged, match="no weeks of 2031"):
        parse_view_options(answer("weeks"), 2031)


def test_rooms_of_the_campus_are_known_by_their_ids(answer):
    names, pages = parse_locations(answer("locations"))

    assert {key: room for key, (name, _) in names.items() if (room := room_of_unsw(name))} == KEYS
    assert pages == 1


async def test_rooms_of_another_university_are_known_by_any_of_their_names(site, publish, context, answer):
    locations, events = (json.loads(answer(name)) for name in ("locations", "events"))
    names = ("CW.Q117 (Quays) [90]", "CW.Q118", "Online", "CW.Z9")
    keys = list(KEYS)
    locations["Results"] = [
        {"Identity": keys[place] if place < 2 else f"other-{place}", "Name": name, "Description": ""}
        for place, name in enumerate(names)
    ]
    locations["Results"][1]["Description"] = "Quays Lab"
    site.documents[ROOMS] = Document(json.dumps(locations).encode())
    site.documents[EVENTS] = Document(json.dumps(events).encode())
    known = [
        Room(RoomId("Q117"), BuildingId("Q"), "Q117", aliases=("CW.Q117",)),
        Room(RoomId("QL"), BuildingId("Q"), "Quays Lab"),
    ]
    context = type(context)(context.client, context.parse, context.now, known)

    result = await PublishSource().scrape(
        replace(publish, room_names={"online": ""}), context, {}, ignore_progress
    )

    assert {entry.room_id for entry in result.entries} == {"Q117", "QL"}
    assert result.problems == ("1 of 4 locations are none of our rooms: CW.Z9.",)
    assert dict(result.unknown_places) == {"CW.Z9": 0}


def test_events_become_entries_of_each_room(answer):
    entries = EntryCollection(parse_events(answer("events"), KEYS, SYDNEY))

    assert [(entry.room_id, entry.name, entry.booking_type) for entry in entries] == [
        ("K-A7-G01", "ABCD1001 LEC", BookingType.CLASS),
        ("K-A7-G01", "ABCD1001 LEC", BookingType.CLASS),
        ("K-A7-G01", "CHESS", BookingType.SOCIETY),
        ("K-A7-101", "CHESS", BookingType.SOCIETY),
    ]


def test_times_keep_their_zone_and_without_one_are_wall_time(answer):
    starts = [entry.interval.start for entry in EntryCollection(parse_events(answer("events"), KEYS, SYDNEY))]

    assert starts[:3] == [
        datetime(2026, 2, 15, 22, tzinfo=UTC),
        datetime(2026, 4, 5, 23, tzinfo=UTC),
        datetime(2026, 2, 17, 7, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b"{}", b'{"CategoryEvents": 7}', b'{"CategoryEvents": []}', b"\xff\xfe\x00"],
)
def test_answers_of_another_shape_are_refused(content):
    with pytest.raises(PageFormatChanged):
        parse_events(content, KEYS, SYDNEY)


@pytest.mark.parametrize("change", [{"StartDateTime": "soon"}, {"StartDateTime": None}, {"Name": 7}])
def test_an_event_of_another_shape_is_refused(answer, change: Mapping[str, object]):
    answered = json.loads(answer("events"))
    answered["CategoryEvents"][0]["Results"][0].update(change)

    with pytest.raises(PageFormatChanged):
        parse_events(json.dumps(answered).encode(), KEYS, SYDNEY)


async def test_a_run_brings_all_entries(site, publish, context):
    result = await PublishSource().scrape(publish, context, {}, ignore_progress)

    assert len(result.entries) == 4
    assert (result.page_count, result.problems) == (3, ())
    assert site.paths() == [WEEKS, ROOMS, EVENTS]


async def test_rooms_that_nobody_knows_are_not_asked_for(publish, context):
    known = Room(RoomId("K-A7-101"), BuildingId("K-A7"), "Harbour 101")
    context = type(context)(context.client, context.parse, context.now, [known])

    result = await PublishSource().scrape(publish, context, {}, ignore_progress)

    assert {entry.room_id for entry in result.entries} == {"K-A7-101"}


async def test_an_unchanged_answer_is_not_read_again(publish, context):
    first = await PublishSource().scrape(publish, context, {}, ignore_progress)

    again = await PublishSource().scrape(publish, context, first.fingerprints, ignore_progress)

    assert (len(again.entries), again.unchanged_pages) == (0, 1)
    assert again.unchanged_rooms == {"K-A7-G01", "K-A7-101"}


async def test_a_room_left_out_of_an_answer_has_no_events(site, publish, context, answer):
    answered = json.loads(answer("events"))
    del answered["CategoryEvents"][1]
    site.documents[EVENTS] = Document(json.dumps(answered).encode())

    result = await PublishSource().scrape(publish, context, {}, ignore_progress)

    assert {entry.room_id for entry in result.entries} == {"K-A7-G01"}
    assert result.problems == ()


async def test_an_answer_about_other_rooms_is_misread(site, publish, context, answer):
    answered = json.loads(answer("events"))
    answered["CategoryEvents"] = [{"Identity": "another", "Results": []}]
    site.documents[EVENTS] = Document(json.dumps(answered).encode())

    result = await PublishSource().scrape(publish, context, {}, ignore_progress)

    assert result.invalid_rooms == {"K-A7-G01", "K-A7-101"}
    assert "answers nothing about the rooms" in result.problems[0]
