"""Every contract of storage is kept by both databases."""

import pytest

from core.policy.rules import Rules
from storage.open import Kept
from tests.contracts.campus import Campus, furnish
from tests.fakes.clock import StillClock


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all tables, of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def campus(storage: Kept, rules: Rules, clock: StillClock) -> Campus:
    return await furnish(storage, rules, clock)
