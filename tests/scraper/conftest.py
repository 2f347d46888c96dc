"""Fixtures: a fake site on loopback, and a client with short delays."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from msgspec.structs import replace

from scraper.http.client import PoliteClient
from scraper.http.politeness import Politeness
from scraper.model import SourceContext, SourceSettings
from tests.standins.timetable_site import TimetableSite

hypothesis.settings.register_profile("unhurried", deadline=None)  # other tests may keep the machine busy
hypothesis.settings.load_profile("unhurried")

SYDNEY = ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 3, 11, 1, 20, tzinfo=UTC)
QUICK = Politeness(
    requests_per_second=10_000,
    concurrency=4,
    first_delay=0.01,
    max_delay=0.5,
    total_timeout=2,
    read_timeout=1,
)


P = ParamSpec("P")
T = TypeVar("T")


async def parse_here(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`Parser` without a process of its own."""
    return function(*args, **kwargs)


@pytest.fixture
async def site() -> AsyncIterator[TimetableSite]:
    async with TimetableSite() as site:
        yield site


@pytest.fixture
async def client(site: TimetableSite) -> AsyncIterator[PoliteClient]:
    async with PoliteClient(site.address, QUICK, allow_private=True) as client:
        yield client


@pytest.fixture
def context(client: PoliteClient) -> SourceContext:
    return SourceContext(client, parse_here, NOW)


@pytest.fixture
def settings(site: TimetableSite) -> Callable[..., SourceSettings]:
    """Settings of a source at the site; anything may be set otherwise."""
    usual = SourceSettings("uni", "unsw_nss", site.address, SYDNEY, year=2026, allow_private=True)
    return lambda **others: replace(usual, **others)


@pytest.fixture
def sample() -> Callable[[str], str]:
    folder = Path(__file__).parents[1] / "samples"
    return lambda name: (folder / name).read_text("utf-8")


def ignore_progress(done: int, total: int) -> None:
    """Progress nobody looks at."""
