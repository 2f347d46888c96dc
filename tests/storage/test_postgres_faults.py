"""Lost connections to PostgreSQL: every call gets an answer, nothing is done twice, and it recovers."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from core.errors import RoomieError, Unavailable
from core.read_model import ReadModel
from core.services.book_room import BookingResult
from storage.factory import open_storage, upgrade
from storage.postgres.errors import OutcomeUnknown
from tests.builders import a_slot
from tests.contracts.campus import HALL, LAB, ROOMS, Campus, campus_in, fill_campus
from tests.contracts.raw import ask
from tests.contracts.read_model_state import state_of
from tests.databases import run_sql
from tests.postgres import PostgresServer
from tests.storage.postgres_proxy import PostgresProxy


def _many_bookings(campus: Campus) -> list[Coroutine[Any, Any, BookingResult]]:
    """Staff take every room for six hours, one by one."""
    hours = [a_slot(f"{hour}:00", 60) for hour in range(11, 17)]
    return [campus.book(slot, room, campus.stan) for slot in hours for room in ROOMS]


async def test_a_connection_lost_before_the_commit_is_not_noticed(campus: Campus, proxy: PostgresProxy):
    proxy.cut_before(b"COMMIT")

    made = await campus.book(a_slot("11:00", 60))

    assert proxy.has_broken
    assert made.cost == 60
    assert await campus.quota_left() == 120


async def test_the_outcome_of_a_commit_whose_answer_was_lost_is_resolved(
    campus: Campus, proxy: PostgresProxy
):
    proxy.cut_after(b"COMMIT")

    made = await campus.book(a_slot("11:00", 60))

    assert proxy.has_broken
    assert campus.storage.read_model.bookings[made.booking.id] == made.booking
    assert await campus.quota_left() == 120


async def test_a_commit_that_cannot_be_resolved_is_reported_as_unknown(
    campus: Campus, proxy: PostgresProxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("storage.postgres.batch_worker._RESOLVE_TIMEOUT", 0.2)
    monkeypatch.setattr("storage.postgres.connection.CONNECT_TIMEOUT", 0.2)
    proxy.cut_after(b"COMMIT", then_freeze=True)

    with pytest.raises(OutcomeUnknown):
        await campus.book(a_slot("11:00", 60))


async def test_sessions_that_the_server_ends_are_replaced(campus: Campus, postgres_url: str):
    async def disturb() -> None:
        for _ in range(5):
            await ask(
                postgres_url,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            await asyncio.sleep(0.02)

    answers = await asyncio.gather(
        *(
            campus.book(a_slot(f"{hour}:00", 60), room, campus.stan)
            for hour in range(11, 17)
            for room in ROOMS
        ),
        disturb(),
        return_exceptions=True,
    )

    assert [answer for answer in answers[:-1] if isinstance(answer, BaseException)] == []
    assert await ask(postgres_url, "SELECT count(*) FROM booking") == 6 * len(ROOMS)


async def test_a_frozen_network_times_out_and_works_again_when_it_thaws(
    campus: Campus, proxy: PostgresProxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("storage.postgres.batch_worker._BATCH_TIMEOUT", 0.3)
    monkeypatch.setattr("storage.postgres.command_queue._QUEUE_TIMEOUT", 0.5)
    monkeypatch.setattr("storage.postgres.connection.CONNECT_TIMEOUT", 0.3)
    proxy.freeze()

    async with asyncio.timeout(5):
        answers = await asyncio.gather(
            *(campus.book(room=room, by=campus.stan) for room in ROOMS[:5]), return_exceptions=True
        )
    assert {type(answer) for answer in answers} == {Unavailable}

    proxy.heal()
    made = await campus.book(by=campus.stan)
    assert made.booking.room_id == HALL


async def test_reads_and_transactions_survive_a_cut(campus: Campus, proxy: PostgresProxy):
    proxy.cut()

    await campus.storage.write(lambda unit: unit.set_setting("colour", "green"))

    assert await campus.storage.read(lambda unit: unit.setting("colour")) == "green"


async def test_what_others_did_during_a_cut_is_seen_after_it(
    campus: Campus, proxy: PostgresProxy, postgres_url: str, rules, clock
):
    proxy.cut()
    other = open_storage(postgres_url, ReadModel(), rules, clock)
    await other.open()
    await other.load()
    made = await campus.service_of(other).book(campus.request(room=LAB))

    async with asyncio.timeout(10):
        while made.booking.id not in campus.storage.read_model.bookings:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.02)

    assert state_of(campus.storage.read_model) == state_of(other.read_model)
    await other.close()


async def test_a_server_that_restarts_in_the_middle_loses_and_doubles_nothing(rules, clock):
    """As after a crash; bookings requested meanwhile wait until it is back."""
    server = PostgresServer()
    server.start()
    try:
        campus = await _campus_on(server, rules, clock)
        bookings = [asyncio.ensure_future(booking) for booking in _many_bookings(campus)]
        await asyncio.wait(bookings, return_when=asyncio.FIRST_COMPLETED)
        server.stop(abruptly=True)
        server.start()
        answers = await asyncio.gather(*bookings, return_exceptions=True)

        refused = [answer for answer in answers if isinstance(answer, BaseException)]
        assert all(isinstance(answer, RoomieError) for answer in refused), refused
        kept = await campus.storage.read(lambda unit: unit.bookings.of_person(campus.stan))
        confirmed = {answer.booking.id for answer in answers if not isinstance(answer, BaseException)}
        assert confirmed <= {booking.id for booking in kept}
        await campus.storage.close()
    finally:
        server.remove()


async def test_a_number_that_a_crash_gave_to_another_transaction_is_not_taken_for_ours(rules, clock):
    """A transaction that was not flushed is lost in a crash, and its id is reused."""
    server = PostgresServer(wal_writer_delay="10s")
    server.start()
    try:
        async with PostgresProxy(server.home) as proxy:
            campus = await _campus_on(server, rules, clock, proxy)
            ours = int(str(await ask(server.url("roomie"), "SELECT pg_snapshot_xmax(pg_current_snapshot())")))
            proxy.cut_before(b"COMMIT", then_freeze=True)
            booking = asyncio.ensure_future(campus.book(a_slot("11:00", 60)))
            while not proxy.has_broken:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.001)
            server.stop(abruptly=True)
            server.start()
            theirs = [await _commit_something(server) for _ in range(5)]
            proxy.heal()
            made = await booking

            assert theirs[0] <= ours <= theirs[-1]
            kept = await campus.storage.read(lambda unit: unit.bookings.get(made.booking.id))
            assert kept == made.booking
            assert await campus.quota_left() == 120
            await campus.storage.close()
    finally:
        server.remove()


async def _commit_something(server: PostgresServer) -> int:
    """Returns the transaction id."""
    return int(str(await ask(server.url("roomie"), "SELECT pg_current_xact_id()::text")))


async def _campus_on(server: PostgresServer, rules, clock, proxy: PostgresProxy | None = None) -> Campus:
    url = server.url("roomie")
    await run_sql(server.url(), "CREATE DATABASE roomie")
    await upgrade(url)
    await fill_campus(url)
    if proxy is not None:
        url = url.replace(str(server.home), proxy.host)
    storage = open_storage(url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()
    return campus_in(storage, rules, clock)
