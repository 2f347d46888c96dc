"""Fixtures: the sample campus at nine on Friday, 5 August 2016, behind a real server on loopback."""

import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar, web

from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from core.policy.rules import Rules
from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock
from tests.sample_services import create_sample_file, create_services

NOON_OF_THE_DOCUMENTS = datetime(2016, 8, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOON_OF_THE_DOCUMENTS)


@pytest.fixture(scope="session")
def sample_file(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite file with the sample campus. Copy it; do not write to it."""
    return create_sample_file(empty_sqlite_file, tmp_path_factory.mktemp("sample"), NOON_OF_THE_DOCUMENTS)


@pytest.fixture
def database_url(tmp_path: Path, sample_file: Path) -> str:
    return f"sqlite:///{shutil.copy(sample_file, tmp_path / 'roomie.db')}"


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(rate_limit=0)


@pytest.fixture
async def services(database_url: str, clock: StillClock, rules: Rules) -> AsyncIterator[Services]:
    services = create_services(database_url, clock, rules)
    await services.storage.open()
    await services.storage.load()
    yield services
    await services.storage.close()


@pytest.fixture
def parse() -> Callable[[str], dict[str, Any]]:
    """A fake parser that returns the text."""
    return lambda text: {"text": text}


@pytest.fixture
def app(
    services: Services, settings: HttpSettings, parse: Callable[[str], dict[str, Any]]
) -> web.Application:
    return create_application(services, settings, parse=parse)


@pytest.fixture
async def http_client(app: web.Application) -> AsyncIterator[HttpClient]:
    """A client of a running server, not logged in."""
    runner, url = await serve(app, "127.0.0.1", 0)
    async with ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=True) as session:
        yield HttpClient(session, url)
    await stop(runner)


@pytest.fixture
async def wil(http_client: HttpClient) -> HttpClient:
    """A student who presides over SOTECHSOC."""
    return await http_client.log_in("wil")


@pytest.fixture
async def rema(http_client: HttpClient) -> HttpClient:
    """A student of no society."""
    return await http_client.log_in("rema")


@pytest.fixture
async def emily(http_client: HttpClient) -> HttpClient:
    """A student, member of SOTECHSOC."""
    return await http_client.log_in("emily")


@pytest.fixture
async def society(wil: HttpClient) -> HttpClient:
    """A client with the token of SOTECHSOC."""
    response = await wil.get("/society.token/?society_id=SOTECHSOC")
    return wil.as_(response.json["token"])
