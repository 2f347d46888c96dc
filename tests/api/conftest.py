"""Fixtures: the sample campus at nine on Friday, 5 August 2016, behind a real server on loopback."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar, web

from bot.login.passwords import Argon2Passwords, Cost
from bot.sample.load import load_sample
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from core.clock import Clock
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from storage.factory import open_storage
from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock

NOON_OF_THE_DOCUMENTS = datetime(2016, 8, 5, 9, 0, tzinfo=UTC)
QUICK = Cost(passes=1, memory=8, lanes=1)


def create_services(url: str, clock: Clock, rules: Rules) -> Services:
    """Services over a database, not yet opened."""
    read_model = ReadModel()
    storage = open_storage(url, read_model, rules, clock)
    return Services(
        storage=storage,
        read_model=read_model,
        rules=rules,
        clock=clock,
        bookings=BookingService(storage, read_model, rules, clock),
        societies=SocietyService(storage, rules, clock),
        accounts=Accounts(
            storage, read_model, Argon2Passwords(QUICK), rules, clock, b"a secret of the tests"
        ),
    )


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOON_OF_THE_DOCUMENTS)


@pytest.fixture(scope="session")
def sample_file(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the sample world in it; copy it, leave it as it is."""
    file = Path(shutil.copy(empty_sqlite_file, tmp_path_factory.mktemp("sample") / "sample.db"))

    async def fill() -> None:
        services = create_services(f"sqlite:///{file}", StillClock(NOON_OF_THE_DOCUMENTS), Rules())
        await services.storage.open()
        await services.storage.load()
        await load_sample(services)
        await services.storage.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(fill())).result()
    return file


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
