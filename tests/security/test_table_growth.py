"""Table growth: every table that requests can fill is bounded."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from msgspec.structs import replace

from bot.platforms.stores import DeduplicationStore, StoredOAuthStates
from bot.worker.scheduler import purge
from core.model import AuditEntry, Expiring, Limit
from core.policy.retention import MAX_INSTALLATION_STATES, Retention, limits
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from core.services.purge import Purge
from storage.tables import metadata
from tests.builders import NOW, a_slot
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.outbox.environment import WIL, Environment, open_environment
from tests.security.table_rows import fill, rows_of

_TABLES = {
    Expiring.CHANGES: "change",
    Expiring.REQUESTS: "request",
    Expiring.DELIVERIES: "seen",
    Expiring.TALLIES: "tally",
    Expiring.INSTALLATION_STATES: "oauth_state",
    Expiring.LOGIN_SESSIONS: "login_session",
    Expiring.DRAFTS: "draft",
    Expiring.TOKENS: "token",
    Expiring.KNOWN_ADDRESSES: "known_address",
    Expiring.CLOSURES: "closure",
    Expiring.RATINGS: "rating",
    Expiring.MESSAGES: "outbox",
    Expiring.AUDIT: "audit",
    Expiring.REFUSED_LOGINS: "audit",
    Expiring.SERIES: "series",
    Expiring.BOOKINGS: "booking",
    Expiring.GUESTS: "booking",
    Expiring.NAMED_BOOKINGS: "booking",
    Expiring.WAITS: "wait",
    Expiring.REFUSALS: "refused_request",
    Expiring.GRANTS: "quota_grant",
    Expiring.ERASURES: "erasure",
    Expiring.WEBHOOK_EVENTS: "webhook_event",
}
_PARTS = {Expiring.REFUSED_LOGINS, Expiring.GUESTS, Expiring.NAMED_BOOKINGS}
_DELETED = [each for each in Expiring if each not in _PARTS]
"""Kinds whose rows go as a whole, and of which each has a table of its own."""
_BOUNDED_BY_WHAT_THEY_DESCRIBE = {
    "building",
    "room",
    "person",
    "identity",
    "society",
    "membership",
    "setting",
    "installation",
    "channel_notice",
    "source_state",
    "job_run",
    "calendar_address",  # one for each person, and for each society over which they preside
    "charge",  # goes with its booking
    "webhook",  # 50
    "webhook_delivery",  # goes with its event
    "timetable_run",  # replaced by each other
    "timetable_entry",
}
_RETENTION = Retention()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def environment(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Environment:
    return await open_environment(storage, rules, clock)


@pytest.fixture
def count_rows(database_url: str) -> Callable[..., Any]:
    async def count(table: str, where: str = "true") -> int:
        return int(await ask(database_url, f'SELECT count(*) FROM "{table}" WHERE {where}'))  # noqa: S608

    return count


def retention_of(kind: Expiring, rules: Rules) -> timedelta:
    [limit] = [each for each in limits(_RETENTION, rules, NOW) if each.kind is kind]
    return NOW - limit.before


def test_every_table_has_a_limit_or_is_bounded_by_what_it_describes():
    assert set(_TABLES.values()) | _BOUNDED_BY_WHAT_THEY_DESCRIBE == set(metadata.tables)
    assert {each.kind for each in limits(_RETENTION, Rules(), NOW)} == set(Expiring)


class Watched:
    """A storage that notes how many rows each transaction deletes."""

    def __init__(self, storage: ManagedStorage) -> None:
        self._storage = storage
        self.deleted: list[int] = []

    async def read(self, work):
        return await self._storage.read(work)

    async def write_relaxed(self, work):
        gone = await self._storage.write_relaxed(work)
        self.deleted.append(gone)
        return gone


@pytest.mark.parametrize("kind", _DELETED)
async def test_what_is_past_its_time_goes_in_slices_and_the_rest_stays(
    environment: Environment, database_url: str, rules: Rules, count_rows, kind: Expiring
):
    table, age, hour = _TABLES[kind], retention_of(kind, rules), timedelta(hours=1)
    there = await count_rows(table)
    await fill(database_url, table, 1_000, rows_of(table, NOW - age - hour, "old", rules), "old")
    await fill(database_url, table, 3, rows_of(table, NOW - age + hour / 2, "new", rules), "new")
    storage = Watched(environment.storage)

    gone = await Purge(storage).run(limits(_RETENTION, rules, NOW), tokens_per_person=2_000)

    assert gone == 1_000
    assert await count_rows(table) == there + 3
    assert 0 < max(storage.deleted) <= 200
    assert await Purge(storage).run(limits(_RETENTION, rules, NOW), 2_000) == 0


@pytest.mark.parametrize("kind", _DELETED)
async def test_rows_over_the_limit_are_deleted_oldest_first(
    environment: Environment, database_url: str, rules: Rules, count_rows, kind: Expiring
):
    table = _TABLES[kind]
    older, newer = NOW - timedelta(days=40), NOW - timedelta(days=39)
    await ask(database_url, f'DELETE FROM "{table}"')  # noqa: S608
    await fill(database_url, table, 900, rows_of(table, older, "older", rules), "older")
    await fill(database_url, table, 100, rows_of(table, newer, "newer", rules), "newer")

    gone = await Purge(environment.storage).enforce(Limit(kind, NOW - timedelta(days=4000), 100))

    the_newest = kind is Expiring.CHANGES  # is not counted, for it says where the log ends
    assert gone == 900 - the_newest
    column = {
        "oauth_state": "until",
        "login_session": "expires_at",
        "draft": "expires_at",
        "token": "last_used_at",
        "erasure": "requested_at",
    }
    column |= {"outbox": "due_at", "series": "ends_at"}
    column |= dict.fromkeys(("booking", "closure", "wait"), '"end"')
    second = int(newer.timestamp())
    assert await count_rows(table, f"{column.get(table, 'at')} = {second}") == 100


async def test_bookings_of_the_last_weeks_stay_however_many_there_are(
    environment: Environment, database_url: str, rules: Rules, count_rows
):
    await environment.book()
    await fill(database_url, "booking", 50, rows_of("booking", NOW - timedelta(days=30), "recent", rules))
    [limit] = [each for each in limits(_RETENTION, rules, NOW) if each.kind is Expiring.BOOKINGS]

    assert await Purge(environment.storage).enforce(replace(limit, max_rows=1)) == 0
    assert await count_rows("booking") == 51


async def test_a_booking_that_goes_takes_its_charges_and_messages_along(
    environment: Environment, database_url: str, rules: Rules, clock: StillClock, count_rows
):
    booking = await environment.book()
    assert await count_rows("charge") == 1
    clock.set(booking.interval.end + _RETENTION.bookings + timedelta(days=1))

    await purge(environment.services)

    assert [await count_rows(each) for each in ("booking", "charge")] == [0, 0]
    assert await count_rows("outbox", "booking_id IS NOT NULL") == 0


async def test_messages_that_are_still_to_be_sent_never_go(
    environment: Environment, database_url: str, rules: Rules, count_rows
):
    values = rows_of("outbox", NOW - timedelta(days=60), "waiting", rules) | {"state": 0}
    await fill(database_url, "outbox", 300, values)

    assert await Purge(environment.storage).enforce(Limit(Expiring.MESSAGES, NOW, 1)) == 0


async def test_strangers_cannot_push_what_happened_out_of_the_audit(
    environment: Environment, database_url: str, rules: Rules, count_rows
):
    await environment.book()
    happened = await count_rows("audit")
    refused = rows_of("audit", NOW, "refused", rules)
    refused |= {"action": "'log in'", "subject": "'refused'"}
    await fill(database_url, "audit", 5_000, refused)

    for kind, most in ((Expiring.REFUSED_LOGINS, 100), (Expiring.AUDIT, happened)):
        await Purge(environment.storage).enforce(Limit(kind, NOW - timedelta(days=1), most))

    assert await count_rows("audit", "subject <> 'refused'") == happened
    assert await count_rows("audit", "subject = 'refused'") == 100


async def test_refused_logins_are_what_strangers_write(environment: Environment, count_rows):
    """The words of the code, and those that the limit looks for, are the same."""
    with pytest.raises(Exception, match="Wrong username"):
        await environment.services.accounts.authenticate("nobody", "wrong")

    assert await Purge(environment.storage).enforce(Limit(Expiring.REFUSED_LOGINS, NOW + timedelta(1))) == 1


async def test_a_row_that_is_used_between_finding_and_deleting_stays(
    environment: Environment, database_url: str, rules: Rules
):
    old = NOW - timedelta(days=100)
    await fill(database_url, "token", 2, rows_of("token", old, "old", rules), "old")
    limit = Limit(Expiring.TOKENS, NOW - timedelta(days=90))
    found = await environment.storage.read(lambda unit: unit.retention.expired(limit, 10))

    def work(unit: UnitOfWork) -> int:
        unit.tokens.touch(bytes(found[0].key), NOW)  # type: ignore[arg-type]
        return unit.retention.discard(limit, found)

    assert len(found) == 2
    assert await environment.storage.write_relaxed(work) == 1


async def test_the_end_of_the_log_of_changes_is_never_lost(
    environment: Environment, database_url: str, count_rows
):
    await environment.book()

    await Purge(environment.storage).enforce(Limit(Expiring.CHANGES, NOW + timedelta(days=1), 0))

    assert await count_rows("change") == 1
    await environment.storage.catch_up()


async def test_the_log_of_changes_goes_from_its_beginning(
    environment: Environment, database_url: str, rules: Rules
):
    """A process that finds the oldest number beyond its own reads all anew; a gap would tell it nothing."""
    await fill(database_url, "change", 500, rows_of("change", NOW - timedelta(hours=3), "old", rules))
    limit = Limit(Expiring.CHANGES, NOW - timedelta(hours=1))

    found = await environment.storage.read(lambda unit: unit.retention.expired(limit, 100))

    first = await ask(database_url, "SELECT min(seq) FROM change WHERE origin = 'else'")
    assert [each.key for each in found] == list(range(first, first + 100))


async def test_states_of_installations_are_never_more_than_their_limit(
    environment: Environment, database_url: str, rules: Rules, count_rows
):
    most = MAX_INSTALLATION_STATES
    await fill(
        database_url, "oauth_state", most, rows_of("oauth_state", NOW + timedelta(minutes=9), "x", rules)
    )
    states = StoredOAuthStates(environment.services)

    for number in range(5):
        await states.save(f"mine {number}", NOW + timedelta(minutes=10))

    assert await count_rows("oauth_state") <= most
    assert [await states.consume(f"mine {number}", NOW) for number in range(5)] == [True] * 5


async def test_logins_under_way_are_never_more_than_their_limit(environment: Environment, count_rows):
    letters = [await environment.services.logins.open("{}") for _ in range(30)]

    await environment.storage.write(lambda unit: unit.login_sessions.make_room(NOW, 30))
    await environment.services.logins.open("{}")

    assert len(letters) == 30
    assert await count_rows("login_session") == 1


async def test_what_came_once_is_remembered_for_a_week(environment: Environment, clock: StillClock):
    once = DeduplicationStore(environment.services, "slack")
    assert await once.claim("event 1")
    clock.move(timedelta(days=6))
    await purge(environment.services)
    assert not await once.claim("event 1")

    clock.move(timedelta(days=2))
    await purge(environment.services)

    assert await once.claim("event 1")


async def booked_beside(environment: Environment, work: "asyncio.Future[Any]") -> list[float]:
    """How long each booking took that was made and cancelled while something else went on."""
    took: list[float] = []
    while not work.done():
        began = perf_counter()
        booking = await environment.book(a_slot("12:00"), by=WIL)
        took.append(perf_counter() - began)
        await environment.services.bookings.cancel(booking.id, environment.people[WIL])
    return took


@pytest.mark.parametrize("count", [4_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
async def test_people_book_while_a_table_is_emptied(
    environment: Environment, database_url: str, rules: Rules, count_rows, count: int
):
    values = rows_of("audit", NOW - timedelta(days=500), "old", rules)
    await fill(database_url, "audit", count, values)
    purging = asyncio.ensure_future(purge(environment.services))

    took = await booked_beside(environment, purging)
    await purging

    assert await count_rows("audit", "actor = 'nobody'") == 0
    assert len(took) > count / 2_000
    assert max(took) < 3.0
    print(f"{count}: {len(took)} bookings, worst {max(took) * 1000:.0f} ms")  # noqa: T201


async def test_an_audit_entry_of_today_outlives_a_purge(environment: Environment, count_rows):
    entry = AuditEntry(NOW, "person:1", "book", "b")
    await environment.storage.write(lambda unit: unit.audit(entry))

    await purge(environment.services)

    assert await count_rows("audit", "subject = 'b'") == 1
