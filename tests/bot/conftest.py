"""The sample campus on Wednesday, 11 March 2026, twenty past ten, and a few who talk to Roomie there."""

import asyncio
import io
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from bot.login.passwords import Argon2Passwords, Cost
from bot.sample.load import load_sample
from bot.services import Services
from core.clock import Clock
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from storage.factory import open_storage
from tests.bot.chat import Chat
from tests.builders import NOW
from tests.fakes.clock import StillClock

_QUICK = Cost(passes=1, memory=8, lanes=1)


def a_desk(url: str, clock: Clock, rules: Rules) -> Services:
    """Everything the core can do over a database, not yet opened."""
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
            storage, read_model, Argon2Passwords(_QUICK), rules, clock, b"a secret of the tests"
        ),
    )


@pytest.fixture(scope="session")
def sample_file(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the sample world in it; copy it, leave it as it is."""
    file = Path(shutil.copy(empty_sqlite_file, tmp_path_factory.mktemp("sample") / "sample.db"))

    async def fill() -> None:
        services = a_desk(f"sqlite:///{file}", StillClock(NOW), Rules())
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
async def services(database_url: str, clock: StillClock, rules: Rules) -> AsyncIterator[Services]:
    services = a_desk(database_url, clock, rules)
    await services.storage.open()
    await services.storage.load()
    yield services
    await services.storage.close()


@pytest.fixture
def wil(services: Services) -> Chat:
    """A student who presides over SOTECHSOC."""
    return Chat(services, "wil")


@pytest.fixture
def rema(services: Services) -> Chat:
    """A student of no society."""
    return Chat(services, "rema")


@pytest.fixture
def emily(services: Services) -> Chat:
    """A student who belongs to SOTECHSOC."""
    return Chat(services, "emily")


@pytest.fixture
def dana(services: Services) -> Chat:
    """Staff."""
    return Chat(services, "dana")


@pytest.fixture
def stranger(services: Services) -> Chat:
    return Chat(services, "nobody")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


Roomie = Callable[..., Said]


@pytest.fixture
def roomie(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Roomie:
    """Runs one command line on a fresh database, `typed` on its standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROOMIE_DATABASE__URL", sqlite_url)
    monkeypatch.setenv("ROOMIE_NOW", "2026-03-11T10:20:00+00:00")

    def run(*arguments: str, typed: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(arguments, asyncio.run)
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run
