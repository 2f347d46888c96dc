"""Every contract of storage is kept by both databases."""

from collections.abc import Awaitable, Callable

import pytest

from core.policy.rules import Rules
from storage.open import Kept
from tests.contracts.campus import Campus, furnish
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all tables, of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def campus(storage: Kept, rules: Rules, clock: StillClock) -> Campus:
    return await furnish(storage, rules, clock)


@pytest.fixture
def count_rows(database_url: str) -> Callable[[str], Awaitable[int]]:
    """How many rows a table has, asked of the database itself."""

    async def count(table: str) -> int:
        return int(await ask(database_url, f'SELECT count(*) FROM "{table}"'))  # noqa: S608 - our own tables

    return count
