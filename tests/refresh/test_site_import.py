"""A timetable site from its pages to the replies people get, run after run."""

from collections.abc import AsyncIterator

import pytest

from bot.config import SourceSection
from bot.runtime.refresh import refresh
from core.errors import Unavailable
from core.services.timetable_import import ImportResult
from tests.outbox.environment import Environment
from tests.standins.timetable_site import Lesson, SiteRoom, TimetableSite, with_status

EVERY_WEEK = "1" * 52
ROOMS = [f"K-E19-{number}" for number in range(101, 111)]


def a_lecture(start: int = 9, name: str = "ABCD1001") -> Lesson:
    """On Mondays, for an hour."""
    return Lesson(0, start * 60, start * 60 + 60, f"LEC/A:1\u00a0{name}", EVERY_WEEK)


@pytest.fixture
async def site() -> AsyncIterator[TimetableSite]:
    async with TimetableSite() as running:
        running.buildings = [("K-E19", "Central Lecture Block")]
        running.rooms = [SiteRoom(room, lessons=(a_lecture(),)) for room in ROOMS]
        yield running


async def read(environment: Environment, site: TimetableSite) -> ImportResult:
    section = SourceSection(
        name="unsw",
        kind="unsw_nss",
        url=site.address,
        year=2026,
        allow_private=True,
        options={"per_second": "1000"},
    )
    return await refresh(section, environment.services)


async def test_buildings_rooms_and_classes_arrive(environment: Environment, site: TimetableSite):
    refreshed = await read(environment, site)

    read_model = environment.services.read_model
    assert refreshed.is_current
    assert read_model.catalogue.buildings["K-E19"].name == "Central Lecture Block"
    assert not any(read_model.catalogue.rooms[room].bookable for room in ROOMS)
    assert all(read_model.availability.schedule(room).busy for room in ROOMS)


async def test_an_unchanged_site_changes_nothing(environment: Environment, site: TimetableSite):
    await read(environment, site)

    assert (await read(environment, site)).is_unchanged


async def test_a_change_on_one_page_changes_that_room(environment: Environment, site: TimetableSite):
    await read(environment, site)
    before = environment.services.read_model.availability.schedule(ROOMS[1])
    site.change(ROOMS[0], lessons=(a_lecture(), a_lecture(14, "EFGH2002")))

    refreshed = await read(environment, site)

    schedules = [environment.services.read_model.availability.schedule(room) for room in ROOMS]
    assert not refreshed.is_unchanged
    assert {each.name.split()[0] for each in schedules[0].busy} == {"ABCD1001", "EFGH2002"}
    assert schedules[1] is before


async def test_a_site_that_moves_everything_by_an_hour_is_not_believed(
    environment: Environment, site: TimetableSite
):
    await read(environment, site)
    for room in ROOMS:
        site.change(room, lessons=(a_lecture(10),))

    refreshed = await read(environment, site)

    assert not refreshed.is_current
    assert any("exactly one hour later" in doubt for doubt in refreshed.anomalies)


async def test_a_site_that_is_down_is_noted(environment: Environment, site: TimetableSite):
    await read(environment, site)
    site.overrides["/tt/view_multirooms.php"] = [with_status(404)]

    with pytest.raises(Unavailable):
        await read(environment, site)

    assert environment.services.read_model.sources["unsw"].last_error
