"""Token hoarding: repeated logins are bounded, and unused tokens expire."""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import pytest

from bot.worker.scheduler import purge
from core.model import Identity
from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.services.accounts import token_hash
from core.services.administration.rights import Administrator
from tests.builders import NOW
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.outbox.environment import REMA, WIL, Environment, create_services, open_environment
from tests.security.table_rows import fill, rows_of


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def rules() -> Rules:
    return Rules(tokens_per_person=5, token_idle=timedelta(days=90))


@pytest.fixture
async def environment(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Environment:
    return await open_environment(storage, rules, clock)


async def log_in(environment: Environment, who: Identity = WIL) -> str:
    return (await environment.services.accounts.grant(environment.people[who], "http")).token


async def use(environment: Environment, token: str) -> None:
    now = environment.clock.now()
    await environment.storage.write(lambda unit: unit.tokens.touch(token_hash(token), now))


def is_good(environment: Environment, token: str) -> bool:
    return environment.services.accounts.holder(token_hash(token), environment.clock.now()) is not None


async def test_of_too_many_logins_the_one_unused_for_longest_ends(
    environment: Environment, clock: StillClock
):
    tokens = []
    for _ in range(5):
        tokens.append(await log_in(environment))
        clock.move(timedelta(minutes=1))
    await use(environment, tokens[0])

    clock.move(timedelta(minutes=1))
    newest = await log_in(environment)

    assert [is_good(environment, each) for each in (*tokens, newest)] == [True, False, True, True, True, True]


async def test_logging_in_a_hundred_times_in_a_second_leaves_the_last_ones(environment: Environment):
    tokens = [await log_in(environment) for _ in range(100)]
    others = await log_in(environment, REMA)

    assert sum(is_good(environment, each) for each in tokens) == 5
    assert is_good(environment, tokens[-1])
    assert is_good(environment, others)
    assert len(await environment.services.accounts.logins(environment.people[WIL])) == 5


async def test_a_login_that_ended_others_says_so_in_the_audit(environment: Environment, database_url: str):
    for _ in range(6):
        await log_in(environment)

    found = await ask(
        database_url, "SELECT details FROM audit WHERE action = 'log in' ORDER BY id DESC LIMIT 1"
    )
    assert '"ended"' in str(found)


async def test_a_token_that_nobody_used_is_over_whether_it_was_purged_or_not(
    environment: Environment, clock: StillClock, database_url: str
):
    token = await log_in(environment)
    clock.move(timedelta(days=89))
    assert is_good(environment, token)

    clock.move(timedelta(days=1))
    assert not is_good(environment, token)
    clock.move(timedelta(hours=2))
    await purge(environment.services)

    assert await ask(database_url, "SELECT count(*) FROM token") == 0
    assert environment.services.read_model.directory.login(token_hash(token)) is None


async def test_a_token_that_is_used_elsewhere_all_the_time_stays_good_here(
    environment: Environment, clock: StillClock, open_another: Callable, rules: Rules
):
    """Each process has in memory when a token was last used as of when its person was last read."""
    token = await log_in(environment)
    other = create_services(await open_another(), rules, clock)
    clock.move(timedelta(days=60))
    await use(environment, token)
    clock.move(timedelta(days=60))
    assert other.accounts.holder(token_hash(token), clock.now()) is None  # as far as its memory goes

    await other.accounts.wake(token_hash(token))

    assert other.accounts.holder(token_hash(token), clock.now()) is not None
    await environment.storage.catch_up()
    assert is_good(environment, token)


async def test_waking_an_idle_token_does_not_make_it_good(environment: Environment, clock: StillClock):
    token = await log_in(environment)
    clock.move(timedelta(days=91))

    await environment.services.accounts.wake(token_hash(token))
    await environment.services.accounts.wake(token_hash("0" * 40))

    assert not is_good(environment, token)


async def test_a_new_password_ends_every_login_however_many_there_are(
    environment: Environment, database_url: str, rules: Rules
):
    await fill(database_url, "token", 3_000, rows_of("token", NOW, "t", rules), "t")

    await environment.services.administration.people.set_password(Administrator(), "wil", "a new password")

    assert await ask(database_url, "SELECT count(*) FROM token") == 0


async def test_a_hoard_of_an_earlier_roomie_is_ended_by_the_job(
    environment: Environment, database_url: str, rules: Rules
):
    await fill(database_url, "token", 2_000, rows_of("token", NOW, "t", rules), "t")

    await purge(environment.services)

    assert await ask(database_url, "SELECT count(*) FROM token") == 5


async def test_a_hoard_does_not_hide_somebody_elses_login_from_being_revoked(environment: Environment):
    token = await log_in(environment, REMA)
    hashed = token_hash(token)

    assert not await environment.services.accounts.revoke(environment.people[WIL], hashed, "test")
    assert await environment.services.accounts.revoke(environment.people[REMA], hashed, "test")
    assert not is_good(environment, token)


async def cost_of_a_login(environment: Environment, times: int = 40) -> float:
    """Seconds; the quickest of some, for others use this machine too."""
    took = []
    for _ in range(times):
        began = perf_counter()
        await log_in(environment)
        took.append(perf_counter() - began)
    return min(took)


@pytest.mark.parametrize("whose", ["everybody's", "one's own"])
async def test_a_login_costs_the_same_beside_a_hundred_thousand_tokens(
    environment: Environment, database_url: str, rules: Rules, whose: str
):
    values = rows_of("token", NOW, "t", rules)
    if whose == "everybody's":
        await _log_in_often(database_url, 25_000)
        first = await ask(database_url, "SELECT min(id) FROM person WHERE username LIKE 'crowd%'")
        values |= {"person_id": f"{first} + ({{n}} % 25000)"}
    await fill(database_url, "token", 100, values, "few")
    await environment.storage.reload()
    few = await cost_of_a_login(environment)

    await fill(database_url, "token", 100_000, values, "many")
    await environment.storage.reload()
    many = await cost_of_a_login(environment)

    print(f"{whose}: {few * 1000:.1f} ms beside 100, {many * 1000:.1f} ms beside 100,000")  # noqa: T201
    assert many < 5 * few + 0.05


async def _log_in_often(url: str, count: int) -> None:
    await fill(
        url,
        "person",
        count,
        {
            "username": "'crowd ' || {n}",
            "username_key": "'crowd ' || {n}",
            "email": "'crowd' || {n} || '@example.org'",
            "email_key": "'crowd' || {n} || '@example.org'",
            "name": "'Somebody'",
            "groups": "'Group_2'",
            "is_admin": "false",
        },
    )
