"""Changes whose numbers commit out of order are all read, once."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage.postgres.snapshot import TransactionSnapshot
from tests.builders import a_slot
from tests.contracts.campus import LAB, ROOMS, Campus


@pytest.fixture
async def slow(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of a slow process."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


async def _take_lab_slowly(slow: asyncpg.Connection, campus: Campus) -> asyncpg.transaction.Transaction:
    """A booking of the lab, its change numbered, not yet committed."""
    slot = a_slot("11:00", 60)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(
        'INSERT INTO booking (id, room_id, start, "end", booked_by, created_at, title, notes, state, version)'
        " VALUES ('slow', $1, $2, $3, $4, 0, '', '', 1, 1)",
        LAB,
        int(slot.start.timestamp()),
        int(slot.end.timestamp()),
        campus.rema,
    )
    await slow.execute("INSERT INTO change (origin, kind, key, at) VALUES ('slow', 'room', $1, 0)", LAB)
    return transaction


async def test_a_change_that_commits_after_later_ones_were_read_is_seen(
    campus: Campus, slow: asyncpg.Connection
):
    transaction = await _take_lab_slowly(slow, campus)
    for room in ROOMS[3:6]:
        await campus.book(room=room, by=campus.stan)
    await campus.storage.catch_up()
    assert campus.storage.read_model.in_room(LAB) == ()

    await transaction.commit()
    await campus.storage.catch_up()

    assert [booking.id for booking in campus.storage.read_model.in_room(LAB)] == ["slow"]


async def test_a_change_that_commits_after_everything_was_read_anew_is_seen(
    campus: Campus, slow: asyncpg.Connection
):
    transaction = await _take_lab_slowly(slow, campus)
    await campus.book(room=ROOMS[3], by=campus.stan)
    await campus.storage.reload()

    await transaction.commit()
    await campus.storage.catch_up()

    assert [booking.id for booking in campus.storage.read_model.in_room(LAB)] == ["slow"]


async def test_a_number_that_was_rolled_back_is_skipped(campus: Campus, slow: asyncpg.Connection):
    transaction = await _take_lab_slowly(slow, campus)
    await campus.book(room=ROOMS[3], by=campus.stan)
    await transaction.rollback()

    await campus.storage.catch_up()
    await campus.storage.catch_up()

    assert campus.storage.read_model.in_room(LAB) == ()


def test_a_snapshot_sees_what_had_been_committed_when_it_was_taken():
    snapshot = TransactionSnapshot.read("10:15:11,13")

    assert [number for number in range(8, 18) if snapshot.sees(number)] == [8, 9, 10, 12, 14]


def test_a_snapshot_beside_which_nothing_ran_sees_all_before_it():
    snapshot = TransactionSnapshot.read("10:10:")

    assert snapshot.sees(9)
    assert not snapshot.sees(10)
