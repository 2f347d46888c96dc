"""Hot use cases on SQLite: reading facts and recording decisions, straight on the driver's connection."""

import sqlite3
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import Insert, Table, bindparam, delete, exists, func, insert, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.errors import ChangedMeanwhile
from core.model.entities import Booking, Busy, Person, Role, Society, TokenTerm, busy_with
from core.model.outbox import MessageState
from core.ports.storage import Decision, Facts, Keys, Record
from storage.mapping import (
    MESSAGE_COLUMNS,
    audit_row,
    booking_of,
    booking_row,
    charge_row,
    message_row,
    person_of,
    room_of,
    seconds,
)
from storage.sqlite.compiled_statement import HotStatement
from storage.tables import (
    LONGEST_BOOKING,
    LONGEST_ENTRY,
    audit,
    booking,
    change,
    charge,
    is_active,
    membership,
    outbox,
    person,
    request,
    room,
    society,
    timetable_entry,
    timetable_run,
)

T = TypeVar("T")

_room_of = lru_cache(maxsize=4096)(room_of)
"""The same row makes the same room: there are few, and each is read for every booking of it."""


class SqliteDecisions:
    """Statements of the hot path, run inside the transaction that the writer has begun."""

    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin
        self._read = _questions()
        self._write = _notes()

    def run(self, keys: Keys, decide: Callable[[Facts], Decision[T]], at: int) -> Decision[T]:
        """Decide on the facts as they are now, and record what was decided. `at` is now, in seconds."""
        decision = decide(self._facts(keys))
        if decision.record is not None:
            self._record(decision.record, at)
        return decision

    def _facts(self, keys: Keys) -> Facts:
        at_hand = self._booking(keys)
        society_row = self._society(keys, at_hand)
        return Facts(
            room=self._value(_room_of, self._read.room, room=keys.room),
            person=self._person(keys),
            society=society_row and Society(society_row[0], society_row[1]),
            term=TokenTerm(society_row[2], society_row[3]) if society_row and society_row[2] else None,
            role=Role(society_row[4]) if society_row and society_row[4] else None,
            booking=at_hand,
            busy=self._busy(keys),
            spent=self._number(self._read.spent, keys.person, person=keys.person, week=keys.week),
            charged=self._number(self._read.charged, keys.booking, booking=keys.booking, week=keys.week),
            handled=self._value(booking_of, self._read.handled, request=keys.request),
        )

    def _society(self, keys: Keys, at_hand: Booking | None) -> Any:  # noqa: ANN401 - a driver's row
        society_id = keys.society or (at_hand.society_id if at_hand else None)
        if society_id is None:
            return None
        return self._row(self._read.society, society=society_id, person=keys.person)

    def _booking(self, keys: Keys) -> Booking | None:
        return self._value(booking_of, self._read.booking, booking=keys.booking)

    def _person(self, keys: Keys) -> Person | None:
        row = self._row(self._read.person, person=keys.person) if keys.person is not None else None
        return None if row is None else person_of(row, row[-1])

    def _busy(self, keys: Keys) -> tuple[Busy, ...]:
        if keys.room is None or keys.window is None:
            return ()
        start, end = seconds(keys.window.start), seconds(keys.window.end)
        values = {"room": keys.room, "start": start, "end": end}
        held = self._read.held.run(self._connection, values | {"bound": start - LONGEST_BOOKING})
        taught = self._read.taught.run(self._connection, values | {"bound": start - LONGEST_ENTRY})
        return (*(busy_with(booking_of(row)) for row in held), *map(Busy._make, taught))

    def _row(self, question: HotStatement, **values: object) -> Any:  # noqa: ANN401 - a driver's row
        return question.run(self._connection, values).fetchone()

    def _value(self, read: Callable[[Any], T], question: HotStatement, **key: object) -> T | None:
        row = self._row(question, **key) if None not in key.values() else None
        return None if row is None else read(row)

    def _number(self, question: HotStatement, key: object, **values: object) -> int:
        return int(self._row(question, **values)[0]) if key is not None else 0

    def _record(self, record: Record, at: int) -> None:
        if record.insert is not None:
            self._write.booking.run(self._connection, booking_row(record.insert))
            self._note_change(record.insert, at)
        if record.update is not None and record.before is not None:
            self._update(record.update, record.before, at)
        if record.charge is not None:
            self._write.charge.run(self._connection, charge_row(record.charge))
        if record.audit is not None:
            self._write.audit.run(self._connection, audit_row(record.audit))
        if record.request is not None and record.insert is not None:
            values = {"key": record.request, "booking_id": record.insert.id, "at": at}
            self._write.request.run(self._connection, values)
        if record.withdraw is not None:
            self._write.withdrawal.run(self._connection, {"booking": record.withdraw})
        for message in record.messages:
            self._write.message.run(self._connection, message_row(message))

    def _update(self, after: Booking, before: Booking, at: int) -> None:
        row = booking_row(after)
        values = {f"new_{name}": value for name, value in row.items()}
        values |= {"the_id": before.id, "old_version": before.version}
        if self._write.move.run(self._connection, values).rowcount != 1:
            raise ChangedMeanwhile
        self._note_change(after, at)
        if before.room_id != after.room_id:
            self._note_change(before, at)

    def _note_change(self, changed: Booking, at: int) -> None:
        values = {"origin": self._origin, "kind": "room", "key": changed.room_id, "at": at}
        self._write.change.run(self._connection, values)


class _Questions:
    """What facts are read by."""

    def __init__(self) -> None:
        entry, run = timetable_entry.c, timetable_run.c
        self.room = HotStatement(select(room).where(room.c.id == bindparam("room")))
        self.person = HotStatement(
            select(person, exists().where(membership.c.person_id == person.c.id)).where(
                person.c.id == bindparam("person")
            )
        )
        self.society = HotStatement(
            select(society, membership.c.role)
            .outerjoin(
                membership,
                (membership.c.society_id == society.c.id) & (membership.c.person_id == bindparam("person")),
            )
            .where(society.c.id == bindparam("society"))
        )
        self.booking = HotStatement(select(booking).where(booking.c.id == bindparam("booking")))
        self.held = HotStatement(
            select(booking).where(
                booking.c.room_id == bindparam("room"),
                is_active,
                booking.c.start < bindparam("end"),
                booking.c.start > bindparam("bound"),
                booking.c.end > bindparam("start"),
            )
        )
        self.taught = HotStatement(
            select(entry.start, entry.end, entry.name, entry.booking_type, run.source)
            .join(timetable_run, run.id == entry.run_id)
            .where(
                entry.room_id == bindparam("room"),
                run.is_current,
                entry.start < bindparam("end"),
                entry.start > bindparam("bound"),
                entry.end > bindparam("start"),
            )
            .order_by(entry.start)
        )
        minutes = func.coalesce(func.sum(charge.c.minutes), literal_column("0"))
        this_week = charge.c.week == bindparam("week")
        self.spent = HotStatement(select(minutes).where(charge.c.person_id == bindparam("person"), this_week))
        self.charged = HotStatement(
            select(minutes).where(charge.c.booking_id == bindparam("booking"), this_week)
        )
        self.handled = HotStatement(
            select(booking)
            .join(request, request.c.booking_id == booking.c.id)
            .where(request.c.key == bindparam("request"))
        )


class _Notes:
    """What decisions are recorded by."""

    def __init__(self) -> None:
        self.booking = HotStatement(insert(booking))
        self.move = HotStatement(
            update(booking)
            .where(booking.c.id == bindparam("the_id"), booking.c.version == bindparam("old_version"))
            .values({column: bindparam(f"new_{column.name}") for column in booking.c if column.name != "id"})
        )
        self.charge = HotStatement(_insert_without_id(charge))
        self.audit = HotStatement(_insert_without_id(audit))
        self.request = HotStatement(insert(request))
        self.change = HotStatement(_insert_without_id(change))
        is_unsent = outbox.c.state == literal_column(str(MessageState.WAITING.value))
        self.withdrawal = HotStatement(
            delete(outbox).where(outbox.c.booking_id == bindparam("booking"), is_unsent)
        )
        self.message = HotStatement(
            sqlite_insert(outbox)
            .values({name: bindparam(name) for name in MESSAGE_COLUMNS})
            .on_conflict_do_nothing()
        )


_questions = cache(_Questions)
_notes = cache(_Notes)


def _insert_without_id(table: Table) -> Insert:
    """The database numbers these rows itself."""
    return insert(table).values(
        {column.name: bindparam(column.name) for column in table.columns if not column.primary_key}
    )
