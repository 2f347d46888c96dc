"""Rolling upgrades: code of the previous revision on the schema of this one (expand/contract)."""

import json
import sqlite3
from contextlib import closing

import asyncpg
import pytest

from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import open_storage, upgrade
from storage.migrations import HEAD, OLDEST_COMPATIBLE, VERSION_KEY, WrongSchema
from storage.url import SqliteFile, parse_database_url
from tests.builders import a_room, a_slot
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.faults.recorder import FOLDER, live_a_day


def the_revision_before() -> str:
    """The newest recorded one below HEAD: a release may add several revisions."""
    return max(file.stem[:4] for file in FOLDER.glob("*_sqlite.jsonl") if file.stem[:4] < HEAD)


def recorded(url: str) -> list[str]:
    """All recorded statements of the previous code, in order."""
    kind = "sqlite" if isinstance(parse_database_url(url), SqliteFile) else "postgresql"
    file = FOLDER / f"{the_revision_before()}_{kind}.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


async def replay(url: str, statements: list[str]) -> None:
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        with closing(sqlite3.connect(address.path, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement).fetchall()
        return
    connection = await asyncpg.connect(address.dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A database with all tables of today, and nothing in them."""
    found: str = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_url")
    return found


async def test_every_statement_of_the_code_before_runs_on_the_tables_of_today(url: str):
    assert the_revision_before() >= OLDEST_COMPATIBLE, "contracting: name the revision that is still served"

    await replay(url, recorded(url))

    assert await ask(url, "SELECT count(*) FROM booking") == 2


async def test_code_of_today_understands_what_the_code_before_writes_beside_it(
    url: str, rules: Rules, clock: StillClock
):
    storage = open_storage(url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()

    await replay(url, recorded(url))
    await storage.catch_up()

    held = storage.read_model.in_room(a_room().id)
    assert [booking.interval for booking in held] == [a_slot("16:00")]
    assert storage.read_model.directory.by_name("wil") is not None
    await storage.close()


async def test_compatible_code_starts_on_a_newer_schema(
    url: str, rules: Rules, clock: StillClock, caplog: pytest.LogCaptureFixture
):
    await ask(url, "UPDATE alembic_version SET version_num = '9999'")
    await ask(url, f"UPDATE setting SET value = '9999 {HEAD}' WHERE key = '{VERSION_KEY}'")  # noqa: S608

    await upgrade(url)
    await live_a_day(url)

    assert "at revision 9999 already" in caplog.text


async def test_incompatible_code_refuses_to_start_on_a_newer_schema(url: str):
    await ask(url, "UPDATE alembic_version SET version_num = '9999'")
    await ask(url, f"UPDATE setting SET value = '9999 9998' WHERE key = '{VERSION_KEY}'")  # noqa: S608

    with pytest.raises(WrongSchema, match="newer Roomie"):
        await upgrade(url)
