"""Backups: made under traffic, checked, pruned, and restored."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import read_settings
from bot.runtime.backups import backup_folder, backup_jobs, backup_warnings, backups_in, is_late
from bot.worker.scheduler import JobRunner
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.policy.rules import Rules
from core.policy.schedule import DailyAt, Periodic
from core.read_model import ReadModel
from storage.factory import backup, downgrade, open_storage, restore, revision
from storage.migrations import HEAD, WrongSchema
from tests.builders import NOW, a_slot
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.outbox.environment import STAN, Environment
from tests.outbox.load import PROJECT


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def config_for(url: str, **settings: str):
    environment = {f"ROOMIE_BACKUP__{name.upper()}": value for name, value in settings.items()}
    return read_settings(None, {"DATABASE_URL": url, **environment}).config


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def run_job(environment: Environment, config) -> None:
    runner = JobRunner(environment.services, config, backup_jobs(config), "worker")
    await runner.prepare()
    await runner.run_due()


async def bookings_in(url: str) -> int:
    return int(await ask(url, "SELECT count(*) FROM booking"))


async def test_backups_are_private_and_the_newest_are_kept(environment: Environment, database_url: str):
    config = config_for(database_url, every="6h", keep="2")
    folder = backup_folder(config)
    for _ in range(4):
        await run_job(environment, config)
        environment.clock.move(timedelta(hours=6))
    (folder / "my own.db").write_text("stays")

    names = [each.name for each in backups_in(folder)]

    assert names == ["roomie-20260312T042000Z.db", "roomie-20260311T222000Z.db"]
    assert stat.S_IMODE((folder / names[0]).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(each.name for each in folder.iterdir()) == ["my own.db", *sorted(names)]


async def test_operators_hear_of_a_backup_that_failed_once_a_day(
    environment: Environment, database_url: str, tmp_path: Path
):
    (tmp_path / "file").write_text("no folder")
    config = config_for(database_url, every="6h", folder=str(tmp_path / "file" / "backups"))

    for _ in range(3):
        await run_job(environment, config)
        environment.clock.move(timedelta(minutes=5))
    await environment.deliver()

    [text] = environment.chat.texts_to(STAN)
    assert text.startswith("The backup of my database failed:")
    [job] = await environment.storage.read(lambda unit: unit.jobs.all())
    assert job.last_error


async def test_a_damaged_database_gives_no_backup(
    environment: Environment, database_url: str, tmp_path: Path
):
    await environment.storage.close()
    damage(path_of(database_url))

    with pytest.raises(Unavailable):
        await backup(database_url, tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


def damage(file: Path) -> None:
    """Overwrites pages in the middle, as a failing disk does."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    for place in range(4096 * 4, len(content) - 4096, 4096 * 3):
        content[place : place + 600] = b"\xa5" * 600
    file.write_bytes(content)


async def test_a_backup_made_under_traffic_holds_exactly_the_bookings_up_to_a_point(
    environment: Environment, database_url: str, tmp_path: Path
):
    copy, made = tmp_path / "copy.db", list[str]()
    begun, committed_before = asyncio.Event(), 0

    async def book_all() -> None:
        for number in range(120):
            slot = a_slot(f"{9 + number % 8}:00", minutes=60, days=1 + number // 80)
            made.append((await environment.book(slot, f"K-J17-{101 + number // 8 % 10}", by=STAN)).id)
            if number == 20:
                begun.set()

    async def copy_meanwhile() -> None:
        nonlocal committed_before
        await begun.wait()
        committed_before = len(made)
        await backup(database_url, copy)

    await asyncio.gather(book_all(), copy_meanwhile())
    await environment.storage.close()
    kept = await restore(database_url, copy, NOW)

    with closing(sqlite3.connect(path_of(database_url))) as connection:
        restored = {each for (each,) in connection.execute("SELECT id FROM booking")}
        charged = connection.execute("SELECT count(*) FROM audit WHERE action = 'book'").fetchone()[0]
    assert committed_before <= len(restored) == charged
    assert restored == set(made[: len(restored)])
    assert await bookings_in(f"sqlite:///{kept}") == 120


async def test_a_restored_database_works(
    environment: Environment, database_url: str, tmp_path: Path, rules: Rules
):
    before = await environment.book()
    await backup(database_url, tmp_path / "copy.db")
    await environment.book(a_slot("17:00"))
    await environment.storage.close()

    await restore(database_url, tmp_path / "copy.db", NOW)

    names = set(await asyncio.to_thread(os.listdir, tmp_path))
    assert names == {"roomie.db", "roomie.db.replaced-20260311T102000", "copy.db"}
    again = open_storage(database_url, ReadModel(), rules, StillClock(NOW))
    await again.open()
    await again.load()
    assert set(again.read_model.bookings) == {before.id}
    await again.probe()
    await again.close()
    assert stat.S_IMODE(path_of(database_url).stat().st_mode) == 0o600


async def test_an_older_schema_is_upgraded(environment: Environment, database_url: str, tmp_path: Path):
    await environment.book()
    await environment.storage.close()
    copy = tmp_path / "copy.db"
    await backup(database_url, copy)
    await downgrade(f"sqlite:///{copy}", "0007")

    await restore(database_url, copy, NOW)

    assert await revision(database_url) == HEAD
    assert await bookings_in(database_url) == 1
    assert await revision(f"sqlite:///{copy}") == "0007"


async def test_a_newer_schema_is_refused(environment: Environment, database_url: str, tmp_path: Path):
    await environment.storage.close()
    copy = tmp_path / "copy.db"
    await backup(database_url, copy)
    await ask(f"sqlite:///{copy}", "UPDATE alembic_version SET version_num = '9999'")

    await refused(database_url, copy, WrongSchema, "newer Roomie")


async def refused(url: str, file: Path, error: type[Exception], match: str) -> None:
    """A restore is refused, and leaves everything as it was."""
    path = path_of(url)
    before = path.read_bytes() if path.exists() else b""
    names = {each.name for each in path.parent.iterdir()}

    with pytest.raises(error, match=match):
        await restore(url, file, NOW)

    assert (path.read_bytes() if path.exists() else b"") == before
    assert {each.name for each in path.parent.iterdir()} <= names


async def test_damaged_and_foreign_files_are_refused(
    environment: Environment, database_url: str, tmp_path: Path
):
    await environment.book()
    await environment.storage.close()
    copy, text, foreign = tmp_path / "copy.db", tmp_path / "text.db", tmp_path / "foreign.db"
    await backup(database_url, copy)
    text.write_text("This is no database, but it is long enough to be looked at." * 99)
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE something (id INTEGER)")
    half = tmp_path / "half.db"
    half.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    damage(copy)

    await refused(database_url, copy, Invalid, "damaged")
    await refused(database_url, half, Invalid, "damaged")
    await refused(database_url, text, Invalid, "no SQLite file")
    await refused(database_url, foreign, Invalid, "no backup of Roomie")
    await refused(database_url, tmp_path / "none.db", NotFound, "no file")
    await refused(database_url, path_of(database_url), Invalid, "database itself")


_HOLDS_IT_OPEN = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
try:
    connection.execute("SELECT count(*) FROM booking").fetchone()
except sqlite3.Error:
    pass
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("is_damaged", [False, True])
async def test_a_database_in_use_is_not_replaced(
    environment: Environment, database_url: str, tmp_path: Path, is_damaged
):
    await environment.storage.close()
    copy = tmp_path / "copy.db"
    await backup(database_url, copy)
    user = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program
        [sys.executable, "-c", _HOLDS_IT_OPEN, str(path_of(database_url))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
    )
    try:
        assert user.stdout is not None
        user.stdout.readline()
        if is_damaged:
            with path_of(database_url).open("r+b") as file:
                file.write(b"no longer a database")
        with pytest.raises(Conflict, match="Stop it first"):
            await restore(database_url, copy, NOW)
    finally:
        user.communicate()


async def test_a_damaged_database_is_replaced_and_kept(
    environment: Environment, database_url: str, tmp_path: Path
):
    await environment.book()
    await environment.storage.close()
    copy = tmp_path / "copy.db"
    await backup(database_url, copy)
    path_of(database_url).write_bytes(b"nothing of it is left" * 500)

    kept = await restore(database_url, copy, NOW)

    assert kept is not None
    assert kept.read_bytes().startswith(b"nothing of it is left")
    assert await bookings_in(database_url) == 1


async def test_a_lost_database_is_restored(environment: Environment, database_url: str, tmp_path: Path):
    await environment.storage.close()
    copy = tmp_path / "copy.db"
    await backup(database_url, copy)
    path_of(database_url).unlink()

    assert await restore(database_url, copy, NOW) is None
    assert await revision(database_url) == HEAD


async def test_for_postgresql_its_own_program_is_named(tmp_path: Path):
    url = "postgresql://wil:secret@db.example.org/roomie"

    with pytest.raises(Invalid, match="pg_restore") as refusal:
        await restore(url, tmp_path / "copy.dump", NOW)

    assert "secret" not in str(refusal.value)
    config = config_for(url, every="1d")
    assert backup_jobs(config) == ()
    assert "pg_dump" in backup_warnings(config)[0]


def test_backups_are_late_after_two_periods():
    assert is_late(None, Periodic(timedelta(hours=6)), NOW)
    assert not is_late(NOW - timedelta(hours=11), Periodic(timedelta(hours=6)), NOW)
    assert is_late(NOW - timedelta(hours=13), Periodic(timedelta(hours=6)), NOW)
    assert not is_late(NOW - timedelta(days=8), DailyAt(120, weekday=0), NOW)
    assert is_late(NOW - timedelta(days=3), DailyAt(120), NOW)
