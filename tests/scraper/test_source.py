"""Properties of every kind of source."""

import asyncio
import subprocess
import sys

import pytest

from scraper.common.errors import AddressRefused, PageUnavailable, SourceFailed
from scraper.registry import SOURCES, scrape, source_for
from tests.scraper.conftest import NOW
from tests.standins.timetable_site import Lesson, SiteRoom

KINDS = [source.kind for source in SOURCES]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_by_its_name(kind):
    assert source_for(kind).kind == kind
    assert source_for(kind).requests_per_second > 0


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(SourceFailed, match="unsw_nss, publish, icalendar, file"):
        source_for("horoscope")


@pytest.mark.parametrize("kind", KINDS)
async def test_no_kind_asks_a_private_network_unless_it_may(site, settings, kind):
    with pytest.raises((AddressRefused, PageUnavailable)):
        await scrape(settings(kind=kind, allow_private=False), now=NOW, previous_fingerprints={})

    assert site.requests == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", ["http://", "gopher://a.example/", "http://a b.example/"])
async def test_every_kind_refuses_what_is_no_address_in_words(settings, kind, address):
    with pytest.raises(SourceFailed):
        await scrape(settings(kind=kind, url=address), now=NOW, previous_fingerprints={})


async def test_a_run_reads_politely_in_a_process_of_its_own(site, settings):
    lesson = Lesson(0, 540, 600, "LEC/A:1\u00a0ABCD1001", "1" * 52)
    site.rooms = [SiteRoom("K-J17-G01", lessons=(lesson,))]
    options = {"per_second": "1000"}
    seen: list[tuple[int, int]] = []

    harvested = await scrape(
        settings(options=options), now=NOW, previous_fingerprints={}, progress=lambda *each: seen.append(each)
    )

    assert len(harvested.entries) == 52
    assert seen[-1] == (4, 4)
    assert site.requests[0].path == "/robots.txt"


async def test_a_run_can_be_called_off(site, settings):
    site.rooms = [SiteRoom(f"K-J17-{number}") for number in range(50)]
    under_way = asyncio.Event()
    quick = settings(options={"per_second": "100"})
    run = asyncio.ensure_future(
        scrape(quick, now=NOW, previous_fingerprints={}, progress=lambda *_: under_way.set())
    )
    await under_way.wait()

    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run

    assert len(site.requests) < 50


def test_knowing_the_sources_loads_no_parser():
    """They are heavy, and only the parsing process needs them."""
    heavy = "bs4", "lxml", "icalendar", "recurring_ical_events", "dateutil"
    code = f"import scraper.registry, sys; print([name for name in {heavy} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert loaded.stdout.strip() == "[]"
