"""File permissions: other accounts of the machine can read no database, log, backup, secret or history."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import main
from bot.commands import COMMANDS
from bot.config import Config, DatabaseSection, Settings
from bot.platforms.terminal.repl import _create_prompt
from bot.runtime import event_loop
from bot.runtime.app import open_services
from bot.runtime.server_secret import permission_warnings, server_secret
from core.errors import AlreadyExists
from core.ports import UnitOfWork
from storage.factory import backup, upgrade

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.rglob("*")}


def what_others_see(folder: Path) -> dict[str, str]:
    found = {str(each.relative_to(folder)): mode_of(each) for each in folder.rglob("*")}
    return {name: oct(mode) for name, mode in found.items() if mode & 0o077}


def settings_for(file: Path) -> Settings:
    return Settings(Config(database=DatabaseSection(url=f"sqlite:///{file}")), None)


async def live(settings: Settings, folder: Path, names: set[str]) -> dict[str, str]:
    """Start and write; what others could see while that runs. `names` fills with what was there."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:

        def work(unit: UnitOfWork) -> None:
            unit.set_setting("colour", "green")

        await services.storage.write(work)
        await services.storage.read(lambda unit: unit.setting("colour"))
        names |= names_in(folder)
        return what_others_see(folder)


async def test_whatever_the_umask_nothing_that_is_made_is_for_others(umask: int, tmp_path: Path):
    home = tmp_path / "of" / "its" / "own"
    names: set[str] = set()

    seen = await live(settings_for(home / "roomie.db"), tmp_path, names)

    assert {"roomie.db", "roomie.db-wal", "roomie.db-shm", "roomie.secret"} <= names
    assert seen == {}
    assert what_others_see(tmp_path) == {}


async def test_a_copy_is_for_nobody_else_either(umask: int, sqlite_url: str, tmp_path: Path):
    await backup(sqlite_url, tmp_path / "copies" / "monday.db")

    assert mode_of(tmp_path / "copies") == 0o700
    assert mode_of(tmp_path / "copies" / "monday.db") == 0o600
    assert [each.name for each in (tmp_path / "copies").iterdir()] == ["monday.db"]


async def test_a_file_laid_where_a_copy_is_being_written_gets_nothing(sqlite_url: str, tmp_path: Path):
    """In a folder where anybody may write, such as /tmp, others could lie in wait under a name they know."""
    trap = tmp_path / "trap"
    trap.touch(0o666)
    for name in ("monday.db.unfinished", "monday.db.unfinished-journal"):
        (tmp_path / name).symlink_to(trap)

    await backup(sqlite_url, tmp_path / "monday.db")

    assert trap.read_bytes() == b""
    assert mode_of(tmp_path / "monday.db") == 0o600
    with pytest.raises(AlreadyExists):
        await backup(sqlite_url, tmp_path / "monday.db")


async def test_what_an_earlier_roomie_left_open_is_shut_when_it_is_opened(tmp_path: Path):
    home = tmp_path / "old"
    await live(settings_for(home / "roomie.db"), home, set())
    with closing(sqlite3.connect(home / "roomie.db")) as other:
        other.execute("SELECT count(*) FROM setting").fetchall()  # keeps the log and its index there
        for each in ("roomie.db", "roomie.db-wal", "roomie.db-shm"):
            (home / each).chmod(0o666)

        seen = await live(settings_for(home / "roomie.db"), home, set())

        assert seen == {}
        assert {mode_of(home / each) for each in ("roomie.db", "roomie.db-wal", "roomie.db-shm")} == {0o600}


async def test_a_database_reached_by_a_link_is_shut_where_it_lies(tmp_path: Path):
    await live(settings_for(tmp_path / "there" / "roomie.db"), tmp_path, set())
    (tmp_path / "there" / "roomie.db").chmod(0o644)
    (tmp_path / "here.db").symlink_to(tmp_path / "there" / "roomie.db")

    await live(settings_for(tmp_path / "here.db"), tmp_path, set())

    assert mode_of(tmp_path / "there" / "roomie.db") == 0o600


async def test_a_folder_that_is_not_ours_to_shut_is_left_and_named(tmp_path: Path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    settings = settings_for(shared / "roomie.db")

    await live(settings, shared, set())

    assert mode_of(shared) == 0o755
    assert permission_warnings(settings.config) == [
        f"other accounts on this machine can read the folder {shared}; give it mode 0700"
    ]


def test_an_open_secret_is_named(tmp_path: Path):
    config = settings_for(tmp_path / "roomie.db").config
    server_secret(config)
    assert permission_warnings(config) == []

    (tmp_path / "roomie.secret").chmod(0o644)

    secret = tmp_path / "roomie.secret"
    assert permission_warnings(config) == [
        f"other accounts on this machine can read {secret}; run chmod 600 {secret}"
    ]


def test_roomie_check_says_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///roomie.db")

    main(("db", "upgrade"), event_loop.run)
    main(("check",), event_loop.run)

    assert "warning: other accounts on this machine can read the folder" in capsys.readouterr().out


def test_what_was_typed_at_the_terminal_is_for_nobody_else(umask: int, tmp_path: Path):
    history = tmp_path / "history"
    _create_prompt(COMMANDS, history)
    assert mode_of(history) == 0o600

    history.chmod(0o644)
    _create_prompt(COMMANDS, history)

    assert what_others_see(tmp_path) == {}
