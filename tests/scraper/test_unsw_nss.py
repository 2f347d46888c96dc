"""UNSW timetable site: a complete run over the fake site."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.model import Equipment
from scraper.common.errors import PageFormatChanged, PageUnavailable, SourceFailed
from scraper.sources.unsw.site import MAX_TIMETABLE_PAGE_BYTES, UnswTimetableSite
from tests.scraper.conftest import NOW, ignore_progress
from tests.standins.timetable_site import Lesson, SiteRoom, with_body, with_status

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


async def test_buildings_rooms_and_a_year_of_entries(source, settings, context):
    result = await source.scrape(settings(), context, {}, ignore_progress)

    assert [(each.id, each.aliases) for each in result.buildings] == [
        ("K-J17", ()),
        ("K-H13", ("Red Centre",)),
    ]
    assert {room.id for room in result.rooms} == {f"K-J17-{number}" for number in range(101, 109)}
    assert len(result.entries) == 8 * 52
    assert (result.problems, result.carried_over) == ((), frozenset())


async def test_requests_have_the_forms_of_the_site(site, source, settings, context):
    await source.scrape(settings(rooms=("K-J17-101",)), context, {}, ignore_progress)

    pages = [request for request in site.requests if request.form.get("show") is None]
    requests = {request.path.rpartition("/")[2]: request for request in pages}
    assert requests["view_rooms.php"].method == "POST"
    assert requests["view_rooms.php"].form == {
        "room": "K-J17-101",
        "view_room": "View",
        "fr_week": "2",
        "to_week": "53",
    }
    assert requests["find_rooms.php"].form["fr_time"] == requests["find_rooms.php"].form["to_time"] == "0"


async def test_only_configured_rooms_are_requested(site, source, settings, context):
    result = await source.scrape(settings(rooms=("K-J17-10[12]",)), context, {}, ignore_progress)

    assert {room.id for room in result.rooms} == {"K-J17-101", "K-J17-102"}
    requested = {request.form["room"] for request in site.requests if "room" in request.form}
    assert requested == {"K-J17-101", "K-J17-102"}


async def test_rooms_are_bookable_only_where_an_operator_says_so(source, settings, context):
    closed = await source.scrape(settings(), context, {}, ignore_progress)
    opened = await source.scrape(settings(options={"bookable": "yes"}), context, {}, ignore_progress)

    assert {(room.bookable, room.individual_access) for room in closed.rooms} == {(False, False)}
    assert {(room.bookable, room.individual_access) for room in opened.rooms} == {(True, True)}


async def test_an_unchanged_page_is_not_parsed_again(site, source, settings, context):
    first = await source.scrape(settings(), context, {}, ignore_progress)
    site.change("K-J17-103", lessons=(replace(LECTURE, starts=600, ends=660),))

    again = await source.scrape(settings(), context, first.fingerprints, ignore_progress)

    assert again.unchanged_pages == len(again.unchanged_rooms) == 7
    assert {entry.room_id for entry in again.entries} == {"K-J17-103"}
    assert len(again.merged_with(first.entries)) == 8 * 52


async def test_another_year_reads_every_page_again(source, settings, context):
    first = await source.scrape(settings(), context, {}, ignore_progress)

    again = await source.scrape(settings(year=2025), context, first.fingerprints, ignore_progress)

    assert again.unchanged_pages == 0
    assert {entry.interval.start.year for entry in again.entries} == {2025}


async def test_equipment_is_requested_once_a_month(site, source, settings, context):
    first = await source.scrape(settings(), context, {}, ignore_progress)
    site.requests.clear()

    again = await source.scrape(settings(), context, first.fingerprints, ignore_progress)
    assert not [request for request in site.requests if "show" in request.form]
    assert {room.equipment for room in again.rooms} == {frozenset({Equipment.WHITEBOARD})}

    later = replace(context, now=NOW + timedelta(days=31))
    await source.scrape(settings(), later, again.fingerprints, ignore_progress)
    assert len([request for request in site.requests if "show" in request.form]) == 8


async def test_requests_for_equipment_can_be_turned_off(site, source, settings, context):
    await source.scrape(settings(options={"facilities": "off"}), context, {}, ignore_progress)

    assert not [request for request in site.requests if "show" in request.form]


async def test_a_page_of_another_format_is_reported_and_its_room_carried_over(
    site, source, settings, context
):
    first = await source.scrape(settings(), context, {}, ignore_progress)
    site.change("K-J17-103", lessons=(replace(LECTURE, weeks="1" * 40),))

    again = await source.scrape(settings(), context, first.fingerprints, ignore_progress)

    assert again.invalid_rooms == {"K-J17-103"}
    assert "week code" in again.problems[0]
    assert again.fingerprints["room/K-J17-103"] == first.fingerprints["room/K-J17-103"]
    assert len(again.merged_with(first.entries)) == 8 * 52


async def test_a_page_that_cannot_be_fetched_is_reported_and_its_room_carried_over(
    site, source, settings, context
):
    site.overrides["/tt/view_rooms.php"] += [with_status(404)]

    result = await source.scrape(settings(options={"facilities": "off"}), context, {}, ignore_progress)

    assert len(result.failed_rooms) == 1
    assert len(result.entries) == 7 * 52


async def test_consecutive_failures_abort_the_run(site, source, settings, context):
    site.overrides["/tt/view_rooms.php"] += [with_status(404)] * 99

    with pytest.raises(PageUnavailable):
        await source.scrape(settings(options={"facilities": "off"}), context, {}, ignore_progress)

    assert (
        len([path for path in site.paths() if path.endswith("view_rooms.php")])
        <= 5 + context.client.politeness.concurrency
    )


async def test_a_redesigned_site_aborts_the_run(site, source, settings, context):
    first = await source.scrape(settings(), context, {}, ignore_progress)
    site.overrides["/tt/view_rooms.php"] += [with_body(b"<html>Welcome to our new timetable!</html>")] * 99

    with pytest.raises(PageFormatChanged):
        await source.scrape(settings(), context, first.fingerprints, ignore_progress)


@pytest.mark.parametrize("page", ["view_multirooms.php", "find_rooms.php"])
async def test_without_its_lists_there_is_no_run(site, source, settings, context, page):
    site.overrides[f"/tt/{page}"] += [with_body(b"<html>Sorry</html>")]

    with pytest.raises(PageFormatChanged):
        await source.scrape(settings(), context, {}, ignore_progress)


async def test_a_page_larger_than_its_type_may_be_costs_no_other_room(site, source, settings, context):
    site.overrides["/tt/view_rooms.php"] += [with_body(b"x" * (MAX_TIMETABLE_PAGE_BYTES + 1))]

    result = await source.scrape(settings(options={"facilities": "off"}), context, {}, ignore_progress)

    assert len(result.invalid_rooms) == 1
    assert "larger than 2,097,152 bytes" in result.problems[0]
    assert len(result.entries) == 7 * 52


async def test_facilities_that_cannot_be_read_cost_no_timetable(site, source, settings, context):
    site.change("K-J17-101", facilities=(("Colour", "Green"),))

    result = await source.scrape(settings(), context, {}, ignore_progress)

    assert len(result.entries) == 8 * 52
    assert result.problems == ("facilities/K-J17-101: The page of facilities lists none that we know.",)


async def test_consecutive_failures_of_facilities_keep_the_stored_ones(site, source, settings, context):
    first = await source.scrape(settings(), context, {}, ignore_progress)
    for room in site.rooms:
        site.change(room.id, facilities=(("Colour", "Green"),))
    site.requests.clear()
    later = replace(context, now=NOW + timedelta(days=31))

    again = await source.scrape(settings(), later, first.fingerprints, ignore_progress)

    assert len(again.unchanged_rooms) == 8
    assert len(again.problems) >= 5
    assert {room.equipment for room in again.rooms} == {frozenset({Equipment.WHITEBOARD})}


async def test_a_building_with_rooms_exists_even_when_it_is_not_listed(site, source, settings, context):
    site.rooms = [*site.rooms, SiteRoom("K-Z9-1")]

    result = await source.scrape(settings(), context, {}, ignore_progress)

    assert {room.building_id for room in result.rooms} <= {building.id for building in result.buildings}


async def test_progress_grows_to_its_total(source, settings, context):
    seen = []

    await source.scrape(settings(options={"facilities": "off"}), context, {}, lambda *each: seen.append(each))

    assert seen[-1] == (10, 10)
    assert seen == sorted(seen)


async def test_pages_in_the_encoding_of_the_old_days_are_read(site, source, settings, context):
    site.overrides["/tt/view_multirooms.php"] += [
        with_body(
            '<select name="building"><option>Café\xa0House - K-J17</option></select>'.encode("latin-1"),
            **{"Content-Type": "text/html"},
        )
    ]

    result = await source.scrape(settings(), context, {}, ignore_progress)

    assert {building.name for building in result.buildings} == {"Café House"}


async def test_an_invalid_url_fails_with_a_message(source, settings, context):
    with pytest.raises(SourceFailed):
        await source.scrape(settings(url="nss.cse.unsw.edu.au/tt"), context, {}, ignore_progress)
