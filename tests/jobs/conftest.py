"""A house on either database."""

import pytest

from core.policy.rules import Rules
from storage.factory import Kept
from tests.fakes.clock import StillClock
from tests.outbox.house import House, open_house


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all tables, of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def house(storage: Kept, rules: Rules, clock: StillClock) -> House:
    return await open_house(storage, rules, clock)
