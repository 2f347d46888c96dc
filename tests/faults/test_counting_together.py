"""Limits hold across processes: what one counts, the others hear of a moment later."""

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
    """What one process counts with, and time that passes when it is told to."""

    def __init__(self, storage: ManagedStorage, limit: int) -> None:
        self.clock = StillClock(NOW)
        self.rate, self.logins, self.ticks = RateLimiter(limit), LoginThrottle(3), 1000.0
        services = SimpleNamespace(storage=storage, clock=self.clock)
        self.together = RateLimitSync(services, self.rate, self.logins, lambda: self.ticks)  # type: ignore[arg-type]

    def knock(self, times: int) -> int:
        """How many of these are let in."""
        return sum(self.rate.acquire(HERE, self.ticks) == 0 for _ in range(times))

    def guess(self, times: int) -> int:
        return sum(self.logins.acquire("wil", HERE, self.ticks) == 0 for _ in range(times))

    def wait(self, seconds: float) -> None:
        self.ticks += seconds
        self.clock.move(timedelta(seconds=seconds))


Counters = Callable[[int], Awaitable[list[Counter]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue("database_url" if request.param == "sqlite" else "postgres_crowd")
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
    """As each does once a second, one after the other."""
    for each in counters:
        await each.together.sync()


async def test_who_spent_his_minute_at_one_process_finds_another_closed(counters: Counters):
    one, other = await counters(2)
    assert one.knock(100) == 60
    assert other.knock(10) == 10

    await exchange(one, other)

    assert one.knock(100) == 0
    assert other.knock(100) == 0


async def test_over_a_quarter_of_an_hour_two_processes_let_in_what_one_would(counters: Counters):
    pair = await counters(2)
    let_in = 0
    for _ in range(15 * 60 // 5):
        let_in += sum(each.knock(10) for each in pair)
        await exchange(*pair)
        for each in pair:
            each.wait(5.0)

    assert let_in <= 60 + 15 * 60 + 60


async def test_who_knocks_seldom_is_never_written_down(counters: Counters, url: str):
    one, other = await counters(2)
    one.knock(3)

    await exchange(one, other)

    assert await ask(url, "SELECT count(*) FROM tally") == 0


async def test_wrong_passwords_count_together(counters: Counters):
    one, other = await counters(2)
    assert one.guess(3) == 3
    assert other.guess(1) == 1

    await exchange(one, other)

    assert other.guess(1) == 0


async def test_a_right_password_forgives_everywhere(counters: Counters):
    one, other = await counters(2)
    one.guess(3)
    other.guess(1)
    await exchange(one, other)

    one.logins.refund("wil", HERE)
    await exchange(one, other)
    await exchange(one, other)
    one.wait(30.0)

    assert one.guess(2) == 2


async def test_a_clock_that_is_set_back_closes_no_door_for_long(counters: Counters):
    [one] = await counters(1)
    one.knock(60)
    await exchange(one)
    one.clock.move(-timedelta(hours=1))
    one.wait(61.0)
    one.knock(30)
    await exchange(one)

    for _ in range(4):
        one.wait(61.0)
        await exchange(one)

    assert one.knock(10) == 10
