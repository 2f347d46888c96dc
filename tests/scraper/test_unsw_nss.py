"""A run over the UNSW timetable site brings all it says, carefully."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.model.entities import Equipment
from scraper.common.errors import PageFormatChanged, PageUnavailable, SourceFailed
from scraper.sources.unsw.site import MAX_TIMETABLE_PAGE_BYTES, UnswTimetableSite
from tests.scraper.conftest import NOW, unwatched
from tests.standins.timetable_site import Lesson, SiteRoom, answering, saying

WEEKS = "1" * 52
LECTURE = Lesson(0, 540, 600, "LEC/A:1\u00a0ABCD1001", WEEKS)


@pytest.fixture
def source() -> UnswTimetableSite:
    return UnswTimetableSite()


@pytest.fixture(autouse=True)
def campus(site):
    site.buildings = [
        ("K-J17", "Ainsworth Building"),
        ("K-H13", "Anita B Lawrence Centre"),
        ("K-D9", "Closed"),
    ]
    site.rooms = [SiteRoom(f"K-J17-{number}", lessons=(LECTURE,)) for number in range(101, 109)]
    site.rooms += [SiteRoom("K-D9-1"), SiteRoom("K-J17-EX", usage="EXAM"), SiteRoom("C-A-1")]


async def test_buildings_rooms_and_a_year_of_entries(source, settings, tools):
    harvest = await source.scrape(settings(), tools, {}, unwatched)

    assert [(each.id, each.aliases) for each in harvest.buildings] == [
        ("K-J17", ()),
        ("K-H13", ("Red Centre",)),
    ]
    assert {room.id for room in harvest.rooms} == {f"K-J17-{number}" for number in range(101, 109)}
    assert len(harvest.entries) == 8 * 52
    assert (harvest.problems, harvest.carried_over) == ((), frozenset())


async def test_it_asks_as_the_site_wants_to_be_asked(site, source, settings, tools):
    await source.scrape(settings(rooms=("K-J17-101",)), tools, {}, unwatched)

    asked = {asked.path.rpartition("/")[2]: asked for asked in site.asked if asked.form.get("show") is None}
    assert asked["view_rooms.php"].method == "POST"
    assert asked["view_rooms.php"].form == {
        "room": "K-J17-101",
        "view_room": "View",
        "fr_week": "2",
        "to_week": "53",
    }
    assert asked["find_rooms.php"].form["fr_time"] == asked["find_rooms.php"].form["to_time"] == "0"


async def test_only_rooms_that_are_wanted_are_asked_for(site, source, settings, tools):
    harvest = await source.scrape(settings(rooms=("K-J17-10[12]",)), tools, {}, unwatched)

    assert {room.id for room in harvest.rooms} == {"K-J17-101", "K-J17-102"}
    assert {asked.form["room"] for asked in site.asked if "room" in asked.form} == {"K-J17-101", "K-J17-102"}


async def test_rooms_are_bookable_only_where_an_operator_says_so(source, settings, tools):
    closed = await source.scrape(settings(), tools, {}, unwatched)
    opened = await source.scrape(settings(options={"bookable": "yes"}), tools, {}, unwatched)

    assert {(room.bookable, room.individual_access) for room in closed.rooms} == {(False, False)}
    assert {(room.bookable, room.individual_access) for room in opened.rooms} == {(True, True)}


async def test_an_unchanged_page_is_not_read_again(site, source, settings, tools):
    first = await source.scrape(settings(), tools, {}, unwatched)
    site.change("K-J17-103", lessons=(replace(LECTURE, starts=600, ends=660),))

    again = await source.scrape(settings(), tools, first.fingerprints, unwatched)

    assert again.unchanged_pages == len(again.unchanged_rooms) == 7
    assert {entry.room_id for entry in again.entries} == {"K-J17-103"}
    assert len(again.merged_with(first.entries)) == 8 * 52


async def test_another_year_reads_every_page_again(source, settings, tools):
    first = await source.scrape(settings(), tools, {}, unwatched)

    again = await source.scrape(settings(year=2025), tools, first.fingerprints, unwatched)

    assert again.unchanged_pages == 0
    assert {entry.interval.start.year for entry in again.entries} == {2025}


async def test_what_rooms_hold_is_asked_once_a_month(site, source, settings, tools):
    first = await source.scrape(settings(), tools, {}, unwatched)
    site.asked.clear()

    again = await source.scrape(settings(), tools, first.fingerprints, unwatched)
    assert not [asked for asked in site.asked if "show" in asked.form]
    assert {room.equipment for room in again.rooms} == {frozenset({Equipment.WHITEBOARD})}

    later = replace(tools, now=NOW + timedelta(days=31))
    await source.scrape(settings(), later, again.fingerprints, unwatched)
    assert len([asked for asked in site.asked if "show" in asked.form]) == 8


async def test_what_rooms_hold_need_not_be_asked(site, source, settings, tools):
    await source.scrape(settings(options={"facilities": "off"}), tools, {}, unwatched)

    assert not [asked for asked in site.asked if "show" in asked.form]


async def test_a_page_that_changed_shape_is_named_and_its_room_carried_on(site, source, settings, tools):
    first = await source.scrape(settings(), tools, {}, unwatched)
    site.change("K-J17-103", lessons=(replace(LECTURE, weeks="1" * 40),))

    again = await source.scrape(settings(), tools, first.fingerprints, unwatched)

    assert again.invalid_rooms == {"K-J17-103"}
    assert "week code" in again.problems[0]
    assert again.fingerprints["room/K-J17-103"] == first.fingerprints["room/K-J17-103"]
    assert len(again.merged_with(first.entries)) == 8 * 52


async def test_a_page_that_is_not_to_be_had_is_named_and_its_room_carried_on(site, source, settings, tools):
    site.moods["/tt/view_rooms.php"] += [answering(404)]

    harvest = await source.scrape(settings(options={"facilities": "off"}), tools, {}, unwatched)

    assert len(harvest.failed_rooms) == 1
    assert len(harvest.entries) == 7 * 52


async def test_a_site_that_fails_page_after_page_is_left_alone(site, source, settings, tools):
    site.moods["/tt/view_rooms.php"] += [answering(404)] * 99

    with pytest.raises(PageUnavailable):
        await source.scrape(settings(options={"facilities": "off"}), tools, {}, unwatched)

    assert (
        len([path for path in site.paths() if path.endswith("view_rooms.php")])
        <= 5 + tools.client.politeness.concurrency
    )


async def test_a_redesigned_site_ends_the_run(site, source, settings, tools):
    first = await source.scrape(settings(), tools, {}, unwatched)
    site.moods["/tt/view_rooms.php"] += [saying(b"<html>Welcome to our new timetable!</html>")] * 99

    with pytest.raises(PageFormatChanged):
        await source.scrape(settings(), tools, first.fingerprints, unwatched)


@pytest.mark.parametrize("page", ["view_multirooms.php", "find_rooms.php"])
async def test_without_its_lists_there_is_no_run(site, source, settings, tools, page):
    site.moods[f"/tt/{page}"] += [saying(b"<html>Sorry</html>")]

    with pytest.raises(PageFormatChanged):
        await source.scrape(settings(), tools, {}, unwatched)


async def test_a_page_larger_than_its_type_may_be_costs_no_other_room(site, source, settings, tools):
    site.moods["/tt/view_rooms.php"] += [saying(b"x" * (MAX_TIMETABLE_PAGE_BYTES + 1))]

    result = await source.scrape(settings(options={"facilities": "off"}), tools, {}, unwatched)

    assert len(result.invalid_rooms) == 1
    assert "larger than 2,097,152 bytes" in result.problems[0]
    assert len(result.entries) == 7 * 52


async def test_facilities_that_cannot_be_read_cost_no_timetable(site, source, settings, tools):
    site.change("K-J17-101", facilities=(("Colour", "Green"),))

    harvest = await source.scrape(settings(), tools, {}, unwatched)

    assert len(harvest.entries) == 8 * 52
    assert harvest.problems == ("facilities/K-J17-101: The page of facilities lists none that we know.",)


async def test_facilities_that_fail_one_after_the_other_are_given_up_and_remembered(
    site, source, settings, tools
):
    first = await source.scrape(settings(), tools, {}, unwatched)
    for room in site.rooms:
        site.change(room.id, facilities=(("Colour", "Green"),))
    site.asked.clear()
    later = replace(tools, now=NOW + timedelta(days=31))

    again = await source.scrape(settings(), later, first.fingerprints, unwatched)

    assert len(again.unchanged_rooms) == 8
    assert len(again.problems) >= 5
    assert {room.equipment for room in again.rooms} == {frozenset({Equipment.WHITEBOARD})}


async def test_a_building_that_has_rooms_is_there_though_nobody_lists_it(site, source, settings, tools):
    site.rooms = [*site.rooms, SiteRoom("K-Z9-1")]

    harvest = await source.scrape(settings(), tools, {}, unwatched)

    assert {room.building_id for room in harvest.rooms} <= {building.id for building in harvest.buildings}


async def test_progress_grows_to_its_total(source, settings, tools):
    seen = []

    await source.scrape(settings(options={"facilities": "off"}), tools, {}, lambda *each: seen.append(each))

    assert seen[-1] == (10, 10)
    assert seen == sorted(seen)


async def test_pages_in_the_encoding_of_the_old_days_are_read(site, source, settings, tools):
    site.moods["/tt/view_multirooms.php"] += [
        saying(
            '<select name="building"><option>Café\xa0House - K-J17</option></select>'.encode("latin-1"),
            **{"Content-Type": "text/html"},
        )
    ]

    harvest = await source.scrape(settings(), tools, {}, unwatched)

    assert {building.name for building in harvest.buildings} == {"Café House"}


async def test_an_address_that_is_none_fails_in_words(source, settings, tools):
    with pytest.raises(SourceFailed):
        await source.scrape(settings(url="nss.cse.unsw.edu.au/tt"), tools, {}, unwatched)
