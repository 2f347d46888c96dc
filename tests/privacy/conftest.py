"""A campus with one person of whom every table knows something, on each database."""

import pytest

from core.policy.rules import Rules
from core.ports import ManagedStorage
from tests.fakes.clock import StillClock
from tests.outbox.environment import Environment, open_environment
from tests.privacy.known_person import add_known_person


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all tables, of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def environment(
    storage: ManagedStorage, rules: Rules, clock: StillClock, database_url: str
) -> Environment:
    """With quetz, about whom there is something everywhere."""
    made = await open_environment(storage, rules, clock)
    await add_known_person(made, database_url)
    return made
