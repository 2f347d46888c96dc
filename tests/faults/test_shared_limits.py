"""Rate limits hold across processes, which exchange their counts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.web.framework.login_throttle import LoginThrottle
from bot.web.framework.rate_limit import RateLimiter
from bot.web.framework.shared_limits import RateLimitSync
from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import ManagedStorage, open_storage
from tests.builders import NOW
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock

HERE = "192.0.2.1"


class Counter:
    """Rate limiters of one process, with a manual timer."""

    def __init__(self, storage: ManagedStorage, limit: int) -> None:
        self.clock = StillClock(NOW)
        self.rate, self.logins, self.ticks = RateLimiter(limit), LoginThrottle(3), 1000.0
        services = SimpleNamespace(storage=storage, clock=self.clock)
        self.together = RateLimitSync(services, self.rate, self.logins, lambda: self.ticks)  # type: ignore[arg-type]

    def send(self, times: int) -> int:
        """Sends requests; returns how many are allowed."""
        return sum(self.rate.acquire(HERE, self.ticks) == 0 for _ in range(times))

    def guess(self, times: int) -> int:
        return sum(self.logins.acquire("wil", HERE, self.ticks) == 0 for _ in range(times))

    def wait(self, seconds: float) -> None:
        self.ticks += seconds
        self.clock.move(timedelta(seconds=seconds))


Counters = Callable[[int], Awaitable[list[Counter]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue("database_url" if request.param == "sqlite" else "postgres_campus")
    return found


@pytest.fixture
async def counters(url: str, rules: Rules) -> AsyncIterator[Counters]:
    opened: list[ManagedStorage] = []

    async def some(processes: int) -> list[Counter]:
        for _ in range(processes):
            storage = open_storage(url, ReadModel(), rules, StillClock(NOW))
            opened.append(storage)
            await storage.open()
            await storage.load()
        return [Counter(storage, limit=60) for storage in opened]

    yield some
    for storage in opened:
        await storage.close()


async def exchange(*counters: Counter) -> None:
    """Synchronises all, one after the other."""
    for each in counters:
        await each.together.sync()


async def test_a_limit_spent_at_one_process_is_spent_at_the_others(counters: Counters):
    one, other = await counters(2)
    assert one.send(100) == 60
    assert other.send(10) == 10

    await exchange(one, other)

    assert one.send(100) == 0
    assert other.send(100) == 0


async def test_over_a_quarter_of_an_hour_two_processes_let_in_what_one_would(counters: Counters):
    pair = await counters(2)
    let_in = 0
    for _ in range(15 * 60 // 5):
        let_in += sum(each.send(10) for each in pair)
        await exchange(*pair)
        for each in pair:
            each.wait(5.0)

    assert let_in <= 60 + 15 * 60 + 60


async def test_clients_with_few_requests_are_not_stored(counters: Counters, url: str):
    one, other = await counters(2)
    one.send(3)

    await exchange(one, other)

    assert await ask(url, "SELECT count(*) FROM tally") == 0


async def test_wrong_passwords_count_together(counters: Counters):
    one, other = await counters(2)
    assert one.guess(3) == 3
    assert other.guess(1) == 1

    await exchange(one, other)

    assert other.guess(1) == 0


async def test_a_right_password_resets_the_counters_everywhere(counters: Counters):
    one, other = await counters(2)
    one.guess(3)
    other.guess(1)
    await exchange(one, other)

    one.logins.refund("wil", HERE)
    await exchange(one, other)
    await exchange(one, other)
    one.wait(30.0)

    assert one.guess(2) == 2


async def test_a_clock_that_is_set_back_blocks_nobody_for_long(counters: Counters):
    [one] = await counters(1)
    one.send(60)
    await exchange(one)
    one.clock.move(-timedelta(hours=1))
    one.wait(61.0)
    one.send(30)
    await exchange(one)

    for _ in range(4):
        one.wait(61.0)
        await exchange(one)

    assert one.send(10) == 10
