"""Migrations up and down, incompatible databases, and backups."""

import asyncio
import sys
from pathlib import Path

import pytest

from core.errors import AlreadyExists, Invalid, SlotTaken, Unavailable
from core.read_model import ReadModel
from storage.factory import backup, downgrade, open_storage, revision, upgrade
from storage.migrations import HEAD, WrongSchema
from tests.contracts.campus import ROOMS, Campus, campus_in, fill_campus
from tests.contracts.raw import ask, tables_of


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables; on SQLite not even a file or its folder."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'not' / 'there' / 'roomie.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


async def test_an_empty_database_is_migrated_to_the_newest_revision(empty_url: str):
    assert await revision(empty_url) is None

    await upgrade(empty_url)

    assert await revision(empty_url) == HEAD


async def test_upgrading_again_changes_nothing(campus: Campus, database_url: str):
    made = await campus.book()

    await upgrade(database_url)

    assert await campus.storage.read(lambda unit: unit.bookings.get(made.booking.id)) == made.booking


async def test_a_downgrade_drops_everything_and_an_upgrade_creates_it_again(
    database_url: str, open_another, rules, clock
):
    before = await tables_of(database_url)

    await downgrade(database_url, "base")
    assert await tables_of(database_url) <= {"alembic_version", "alembic_version_pkc", "sqlite_sequence"}
    await upgrade(database_url)

    assert await tables_of(database_url) == before
    await fill_campus(database_url)
    campus = campus_in(await open_another(), rules, clock)
    await campus.book()
    with pytest.raises(SlotTaken):
        await campus.book(by=campus.rema)


async def test_an_empty_database_is_not_opened(empty_url: str, rules, clock):
    storage = open_storage(empty_url, ReadModel(), rules, clock)

    with pytest.raises(WrongSchema, match="roomie db upgrade"):
        await storage.open()

    await storage.close()


async def test_a_database_of_a_newer_roomie_is_neither_opened_nor_touched(database_url: str, rules, clock):
    await ask(database_url, "UPDATE alembic_version SET version_num = '9999'")
    storage = open_storage(database_url, ReadModel(), rules, clock)

    with pytest.raises(WrongSchema, match="newer Roomie"):
        await storage.open()
    with pytest.raises(WrongSchema, match="newer Roomie"):
        await upgrade(database_url)

    await storage.close()
    assert await revision(database_url) == "9999"


async def test_several_processes_may_upgrade_one_database_concurrently(empty_url: str):
    code = "import asyncio, sys; from storage.factory import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    start = asyncio.create_subprocess_exec

    processes = [await start(sys.executable, "-c", code, empty_url) for _ in range(2)]

    assert [await process.wait() for process in processes] == [0, 0]
    assert await revision(empty_url) == HEAD


async def test_a_file_that_is_no_database_is_named_as_such(tmp_path: Path, rules, clock):
    file = tmp_path / "roomie.db"
    file.write_bytes(b"Dear diary, " * 500)
    storage = open_storage(f"sqlite:///{file}", ReadModel(), rules, clock)

    with pytest.raises(Unavailable, match="not a SQLite database"):
        await storage.open()


async def test_a_server_that_is_not_there_is_named_as_such(tmp_path: Path, rules, clock):
    storage = open_storage(f"postgresql://nobody@/none?host={tmp_path}", ReadModel(), rules, clock)

    with pytest.raises(Unavailable, match="cannot reach"):
        await storage.open()


async def test_a_copy_is_made_while_bookings_go_on(sqlite_url: str, tmp_path: Path, rules, clock):
    await fill_campus(sqlite_url)
    storage = open_storage(sqlite_url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()
    campus = campus_in(storage, rules, clock)
    made = await campus.book()
    copy = tmp_path / "backups" / "copy.db"

    await asyncio.gather(
        backup(sqlite_url, copy), *(campus.book(room=room, by=campus.stan) for room in ROOMS[1:15])
    )

    await storage.close()
    restored = open_storage(f"sqlite:///{copy}", ReadModel(), rules, clock)
    await restored.open()
    await restored.load()
    assert restored.read_model.bookings[made.booking.id] == made.booking
    assert await ask(f"sqlite:///{copy}", "PRAGMA integrity_check") == "ok"
    await restored.close()


async def test_a_copy_never_overwrites_a_file(sqlite_url: str, tmp_path: Path):
    there = tmp_path / "precious.txt"
    there.write_text("precious")

    with pytest.raises(AlreadyExists):
        await backup(sqlite_url, there)

    assert there.read_text() == "precious"
    assert "precious.txt.unfinished" not in _names_in(tmp_path)


def _names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_a_copy_of_nothing_is_refused(tmp_path: Path):
    with pytest.raises(Unavailable, match="no database"):
        await backup(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")

    assert _names_in(tmp_path) == set()


async def test_for_postgresql_the_program_that_copies_is_named(tmp_path: Path):
    url = "postgresql://wil:secret@db.example.org:5433/roomie?sslmode=require"

    with pytest.raises(Invalid, match="pg_dump") as refusal:
        await backup(url, tmp_path / "copy")

    assert "secret" not in str(refusal.value)
    assert "postgresql://wil@db.example.org:5433/roomie?sslmode=require" in str(refusal.value)
