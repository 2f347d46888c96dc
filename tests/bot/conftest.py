"""Fixtures: the sample campus on Wednesday 11 March 2026 at 10:20, and people who chat there."""

import io
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec import Struct

from bot.cli import main
from bot.runtime import event_loop
from bot.services import Services
from core.policy.rules import Rules
from tests.bot.chat import Chat
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.sample_services import create_sample_file, create_services


@pytest.fixture(scope="session")
def sample_file(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite file with the sample campus. Copy it; do not write to it."""
    return create_sample_file(empty_sqlite_file, tmp_path_factory.mktemp("sample"), NOW)


@pytest.fixture
def database_url(tmp_path: Path, sample_file: Path) -> str:
    return f"sqlite:///{shutil.copy(sample_file, tmp_path / 'roomie.db')}"


@pytest.fixture
async def services(database_url: str, clock: StillClock, rules: Rules) -> AsyncIterator[Services]:
    services = create_services(database_url, clock, rules)
    await services.storage.open()
    await services.storage.load()
    yield services
    await services.storage.close()


@pytest.fixture
def wil(services: Services) -> Chat:
    """Student, president of SOTECHSOC."""
    return Chat(services, "wil")


@pytest.fixture
def rema(services: Services) -> Chat:
    """Student without a society."""
    return Chat(services, "rema")


@pytest.fixture
def emily(services: Services) -> Chat:
    """Student, member of SOTECHSOC."""
    return Chat(services, "emily")


@pytest.fixture
def dana(services: Services) -> Chat:
    """Staff."""
    return Chat(services, "dana")


@pytest.fixture
def stranger(services: Services) -> Chat:
    return Chat(services, "nobody")


class CommandResult(Struct, frozen=True):
    """Exit status and output of a command line."""

    status: int
    out: str
    err: str


Roomie = Callable[..., CommandResult]


@pytest.fixture
def roomie(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Roomie:
    """Runs a command line on a new database, with `typed` as its standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROOMIE_DATABASE__URL", sqlite_url)
    monkeypatch.setenv("ROOMIE_NOW", "2026-03-11T10:20:00+00:00")

    def run(*arguments: str, typed: str = "") -> CommandResult:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(arguments, event_loop.run)
        captured = capsys.readouterr()
        return CommandResult(status, captured.out, captured.err)

    return run


File = Callable[[str, str | bytes], str]


@pytest.fixture
def file(tmp_path: Path) -> File:
    """Writes a file of this name and content; returns its path."""

    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def sample_roomie(roomie: Roomie, tmp_path: Path, sample_file: Path) -> Roomie:
    """The same on the sample campus."""
    shutil.copy(sample_file, tmp_path / "roomie.db")
    return roomie
