"""The waiting list."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, literal_column, select, text, update

from core.interval import Interval
from core.model import PersonId, RoomId, Wait, WaitEnd, WaitState
from storage.advisory_locks import WAITING_LOCK, take_locks
from storage.mapping import Row, instant, seconds
from storage.tables import wait
from storage.windows import overlaps

_is_open: ColumnElement[bool] = wait.c.state < literal_column("2")
"""A literal, not a parameter: SQLite uses the partial index only then."""


_MAX_WAIT_LENGTH = 7 * 24 * 60 * 60
"""Seconds."""
_ROWS_PER_FETCH = 1_000


class SqlWaitRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock_line(self) -> bool:
        """Needed on PostgreSQL only: SQLite has one writer."""
        if self._connection.dialect.name != "postgresql":
            return True
        attempt = text("SELECT pg_try_advisory_xact_lock(:number)")
        return bool(self._connection.execute(attempt, {"number": WAITING_LOCK}).scalar())

    def lock(self, people: Collection[PersonId], rooms: Collection[RoomId] = ()) -> None:
        named = [*(("room", each) for each in rooms), *(("person", each) for each in people)]
        take_locks(self._connection, named)

    def add(self, new: Wait) -> Wait:
        values = _values(new)
        return _to_wait(self._connection.execute(insert(wait).values(values).returning(*wait.c)).one())

    def put(self, changed: Wait) -> None:
        self._connection.execute(update(wait).where(wait.c.id == changed.id).values(_values(changed)))

    def get(self, wait_id: int) -> Wait | None:
        row = self._connection.execute(select(wait).where(wait.c.id == wait_id)).one_or_none()
        return None if row is None else _to_wait(row)

    def many(self, ids: Collection[int]) -> list[Wait]:
        return self._found(wait.c.id.in_(ids))

    def open(self) -> list[Wait]:
        return self._found(_is_open)

    def of_person(self, person_id: PersonId) -> list[Wait]:
        return self._found(_is_open, wait.c.person_id == person_id)

    def ever_of_person(self, person_id: PersonId, slot: Interval) -> list[Wait]:
        return self._found(wait.c.person_id == person_id, *overlaps(wait, slot, _MAX_WAIT_LENGTH))

    def during(self, window: Interval) -> Iterator[Wait]:
        begins = (wait.c.start >= seconds(window.start), wait.c.start < seconds(window.end))
        rows = select(wait).where(*begins).order_by(wait.c.id)
        return map(_to_wait, self._connection.execute(rows, execution_options={"yield_per": _ROWS_PER_FETCH}))

    def _found(self, *conditions: ColumnElement[bool]) -> list[Wait]:
        found = select(wait).where(*conditions).order_by(wait.c.id)
        return [_to_wait(row) for row in self._connection.execute(found)]


def _to_wait(row: Row) -> Wait:
    return Wait(
        id=row[0],
        person_id=row[1],
        interval=Interval(instant(row[2]), instant(row[3])),
        created_at=instant(row[4]),
        room_id=row[5],
        query=row[6],
        society_id=row[7],
        is_watch=bool(row[8]),
        state=WaitState(row[9]),
        ended=None if row[10] is None else WaitEnd(row[10]),
        hold_id=row[11],
        offered_until=None if row[12] is None else instant(row[12]),
    )


def _values(new: Wait) -> dict[str, Any]:
    """A row without its id."""
    return {
        "person_id": new.person_id,
        "start": seconds(new.interval.start),
        "end": seconds(new.interval.end),
        "created_at": seconds(new.created_at),
        "room_id": new.room_id,
        "query": new.query,
        "society_id": new.society_id,
        "is_watch": new.is_watch,
        "state": new.state.value,
        "ended": new.ended,
        "hold_id": new.hold_id,
        "offered_until": new.offered_until and seconds(new.offered_until),
    }
