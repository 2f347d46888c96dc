"""A campus with one person of whom every table knows something, on each database."""

import pytest

from core.policy.rules import Rules
from core.ports import ManagedStorage
from tests.fakes.clock import StillClock
from tests.outbox.environment import Environment, open_environment
from tests.privacy.known_person import add_known_person


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh SQLite file; for tests `ON_BOTH`, also a PostgreSQL database."""
    kind = getattr(request, "param", "sqlite")
    url: str = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def environment(
    storage: ManagedStorage, rules: Rules, clock: StillClock, database_url: str
) -> Environment:
    """With quetz, about whom there is something everywhere."""
    made = await open_environment(storage, rules, clock)
    await add_known_person(made, database_url)
    return made
