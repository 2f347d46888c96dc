"""Decisions on SQLite: reads facts and writes on the bare driver's connection."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from itertools import chain
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    Insert,
    Table,
    Update,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.errors import StaleVersion
from core.model import (
    Booking,
    BookingState,
    Busy,
    MessageState,
    Person,
    PersonId,
    Role,
    TokenTerm,
    busy_for,
    closed_times,
)
from core.ports import DecisionKeys, Facts, JointDecision, WriteSet
from storage.campus_columns import to_room
from storage.mapping import (
    MESSAGE_COLUMNS,
    audit_values,
    booking_values,
    charge_values,
    message_values,
    seconds,
    series_values,
    to_booking,
    to_closure,
    to_person,
    to_society,
)
from storage.service_tables import quota_grant
from storage.sqlite.compiled_statement import CompiledStatement
from storage.tables import (
    MAX_BOOKING_LENGTH,
    audit,
    booking,
    change,
    charge,
    closure,
    is_active,
    is_held,
    is_present,
    membership,
    outbox,
    person,
    request,
    room,
    series,
    society,
)
from storage.timetable_tables import MAX_ENTRY_LENGTH, timetable_entry, timetable_run

T = TypeVar("T")
_Known: TypeAlias = dict[tuple[object, ...], Any]
"""Facts that were read already: those of one decision share people, rooms and weeks."""

_cached_room = lru_cache(maxsize=4096)(to_room)
_cached_closure = lru_cache(maxsize=4096)(to_closure)
"""Cached: there are few rooms and closures, and some are read for every booking."""


class SqliteStatements:
    """Runs decisions inside the writer's transaction."""

    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin
        self._read = _queries()
        self._write = _inserts()

    def run(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]], at: int
    ) -> JointDecision[T]:
        """Reads the facts, decides and writes. `at` is now, in seconds."""
        known: _Known = {}
        decision = decide([self._facts(each, known, at) for each in keys])
        for writes in decision.writes:
            self._apply_writes(writes, at)
        changed = {each: None for writes in decision.writes for each in writes.changes}
        for change_event in changed:
            values = {"origin": self._origin, "kind": change_event.kind, "key": change_event.key, "at": at}
            self._write.change.run(self._connection, values)
        return decision

    def _facts(self, keys: DecisionKeys, known: _Known, at: int) -> Facts:
        booking = self._booking(keys)
        society_row = self._society(keys, booking, known)
        charged, society_minutes = self._charges(keys), self._society_minutes(keys)
        spent = partial(self._number, self._read.spent, keys.person, person=keys.person, week=keys.week)
        return Facts(
            room=_once(
                known,
                (self._read.room, keys.room),
                lambda: self._value(_cached_room, self._read.room, room=keys.room),
            ),
            person=_once(known, (self._read.person, keys.person), lambda: self._person(keys.person)),
            society=society_row and to_society(society_row),
            term=TokenTerm(society_row[2], society_row[3]) if society_row and society_row[2] else None,
            role=Role(society_row[-1]) if society_row and society_row[-1] else None,
            booking=booking,
            busy=self._busy(keys, at),
            closures=self._closures(keys),
            guests=self._guests(booking, known) if booking is not None and booking.guests else (),
            spent=_once(known, (self._read.spent, keys.person, keys.week), spent),
            charged=charged.get(keys.week, 0),
            charges=tuple(charged.items()),
            series_minutes=society_minutes[0],
            society_minutes=society_minutes[1],
            previous_result=self._value(to_booking, self._read.handled, request=keys.request),
        )

    def _society(self, keys: DecisionKeys, booking: Booking | None, known: _Known) -> Any:  # noqa: ANN401 - a driver's row
        society_id = keys.society or (booking.society_id if booking else None)
        if society_id is None:
            return None
        find = partial(self._row, self._read.society, society=society_id, person=keys.person)
        return _once(known, (self._read.society, society_id, keys.person), find)

    def _charges(self, keys: DecisionKeys) -> dict[int, int]:
        """What the person was charged in each week for the existing booking."""
        if keys.booking is None or keys.person is None:
            return {}
        values = {"booking": keys.booking, "person": keys.person}
        return dict(self._read.charges.run(self._connection, values).fetchall())

    def _society_minutes(self, keys: DecisionKeys) -> tuple[int, int]:
        """Of its series, and of all its bookings."""
        week = keys.society_week
        if week is None or keys.society is None:
            return 0, 0
        times = {"start": seconds(week.start), "end": seconds(week.end)}
        row = self._row(self._read.society_minutes, society=keys.society, **times)
        return (row[0] or 0) // 60, (row[1] or 0) // 60

    def _booking(self, keys: DecisionKeys) -> Booking | None:
        return self._value(to_booking, self._read.booking, booking=keys.booking)

    def _person(self, person_id: PersonId | None) -> Person | None:
        row = self._row(self._read.person, person=person_id) if person_id is not None else None
        return None if row is None else to_person(row, row[-1])

    def _guests(self, booking: Booking, known: _Known) -> tuple[Person, ...]:
        ids = [each.person_id for each in booking.guests if each.person_id is not None]
        read = ((each, partial(self._person, each)) for each in ids)
        found = (_once(known, (self._read.person, each), find) for each, find in read)
        return tuple(each for each in found if each is not None)

    def _busy(self, keys: DecisionKeys, at: int) -> tuple[Busy, ...]:
        """Bookings, holds for others that have not expired, and timetable entries."""
        if keys.room is None or keys.window is None:
            return ()
        start, end = seconds(keys.window.start), seconds(keys.window.end)
        values = {"room": keys.room, "start": start, "end": end}
        bound = {"bound": start - MAX_BOOKING_LENGTH}
        booked = self._read.booked.run(self._connection, values | bound)
        held = self._read.held.run(self._connection, values | bound | {"at": at, "person": keys.person})
        taught = self._read.taught.run(self._connection, values | {"bound": start - MAX_ENTRY_LENGTH})
        bookings = (busy_for(to_booking(row)) for row in chain(booked, held))
        return (*bookings, *map(Busy._make, taught))

    def _closures(self, keys: DecisionKeys) -> tuple[Busy, ...]:
        window = keys.closure_window
        if window is None:
            return ()
        values = {"room": keys.room, "start": seconds(window.start), "end": seconds(window.end)}
        rows = self._read.closed.run(self._connection, values).fetchall()
        return tuple(each for row in rows for each in closed_times(_cached_closure(row), window))

    def _row(self, question: CompiledStatement, **values: object) -> Any:  # noqa: ANN401 - a driver's row
        return question.run(self._connection, values).fetchone()

    def _value(self, read: Callable[[Any], T], question: CompiledStatement, **key: object) -> T | None:
        row = self._row(question, **key) if None not in key.values() else None
        return None if row is None else read(row)

    def _number(self, question: CompiledStatement, key: object, **values: object) -> int:
        return int(self._row(question, **values)[0]) if key is not None else 0

    def _apply_writes(self, writes: WriteSet, at: int) -> None:
        self._write_series(writes)
        self._end_holds(writes, at)
        for booking_id in writes.detach:
            self._write.detachment.run(self._connection, {"booking": booking_id})
        if writes.insert is not None:
            self._write.booking.run(self._connection, booking_values(writes.insert))
        if writes.update is not None and writes.before is not None:
            self._update(self._write.move, booking_values(writes.update), writes.before.version)
        for entry in writes.charges:
            self._write.charge.run(self._connection, charge_values(entry))
        if writes.audit is not None:
            self._write.audit.run(self._connection, audit_values(writes.audit))
        booking = writes.insert or writes.update
        if writes.request is not None and booking is not None:
            values = {"key": writes.request, "booking_id": booking.id, "at": at}
            self._write.request.run(self._connection, values)
        self._write_messages(writes)

    def _end_holds(self, writes: WriteSet, at: int) -> None:
        """Ends what is held where a booking begins to be: by facts it has expired, or is the booker's own."""
        new = writes.insert or writes.update
        if new is None or new.state is not BookingState.ACTIVE:
            return
        start, end = seconds(new.interval.start), seconds(new.interval.end)
        values = {"room": new.room_id, "start": start, "end": end, "bound": start - MAX_BOOKING_LENGTH}
        self._write.end_holds.run(self._connection, values | {"at": at, "person": new.booked_by})

    def _write_series(self, writes: WriteSet) -> None:
        if writes.series is None:
            return
        if writes.series_before is None:
            self._write.series.run(self._connection, series_values(writes.series))
        else:
            self._update(
                self._write.series_change, series_values(writes.series), writes.series_before.version
            )

    def _write_messages(self, writes: WriteSet) -> None:
        if writes.withdraw_messages_of is not None:
            self._write.withdrawal.run(self._connection, {"booking": writes.withdraw_messages_of})
        for message in writes.messages:
            self._write.message.run(self._connection, message_values(message))

    def _update(self, statement: CompiledStatement, row: dict[str, object], old_version: int) -> None:
        values = {f"new_{name}": value for name, value in row.items()}
        values |= {"the_id": row["id"], "old_version": old_version}
        if statement.run(self._connection, values).rowcount != 1:
            raise StaleVersion


def _once(known: _Known, key: tuple[object, ...], read: Callable[[], T]) -> T:
    if key not in known:
        known[key] = read()
    found: T = known[key]
    return found


class _Queries:
    """Statements that read facts."""

    def __init__(self) -> None:
        entry, run = timetable_entry.c, timetable_run.c
        self.room = CompiledStatement(select(room).where(room.c.id == bindparam("room")))
        self.person = CompiledStatement(
            select(person, exists().where(membership.c.person_id == person.c.id)).where(
                person.c.id == bindparam("person"), is_present
            )
        )
        self.society = CompiledStatement(
            select(society, membership.c.role)
            .outerjoin(
                membership,
                (membership.c.society_id == society.c.id) & (membership.c.person_id == bindparam("person")),
            )
            .where(society.c.id == bindparam("society"), society.c.dissolved_at.is_(None))
        )
        self.booking = CompiledStatement(select(booking).where(booking.c.id == bindparam("booking")))
        in_the_way = (
            booking.c.room_id == bindparam("room"),
            booking.c.start < bindparam("end"),
            booking.c.start > bindparam("bound"),
            booking.c.end > bindparam("start"),
        )
        self.booked = CompiledStatement(select(booking).where(is_active, *in_the_way))
        self.held = CompiledStatement(
            select(booking).where(
                is_held,
                *in_the_way,
                booking.c.held_until > bindparam("at"),
                booking.c.booked_by.is_distinct_from(bindparam("person")),
            )
        )
        self.taught = CompiledStatement(
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
        building_id = select(room.c.building_id).where(room.c.id == bindparam("room")).scalar_subquery()
        self.closed = CompiledStatement(
            select(closure).where(
                closure.c.is_yearly
                | ((closure.c.start < bindparam("end")) & (closure.c.end > bindparam("start"))),
                closure.c.room_id.is_(None) | (closure.c.room_id == bindparam("room")),
                closure.c.building_id.is_(None) | (closure.c.building_id == building_id),
            )
        )
        minutes = func.coalesce(func.sum(charge.c.minutes), literal_column("0"))
        granted = select(func.coalesce(func.sum(quota_grant.c.minutes), literal_column("0"))).where(
            quota_grant.c.person_id == bindparam("person"), quota_grant.c.week == bindparam("week")
        )
        of_person = charge.c.person_id == bindparam("person")
        net = minutes - granted.scalar_subquery()
        self.spent = CompiledStatement(select(net).where(of_person, charge.c.week == bindparam("week")))
        self.charges = CompiledStatement(
            select(charge.c.week, minutes)
            .where(charge.c.booking_id == bindparam("booking"), of_person)
            .group_by(charge.c.week)
        )
        length = func.sum(booking.c.end - booking.c.start)
        self.society_minutes = CompiledStatement(
            select(length.filter(booking.c.series_id.is_not(None)), length).where(
                booking.c.society_id == bindparam("society"),
                is_active,
                booking.c.start >= bindparam("start"),
                booking.c.start < bindparam("end"),
            )
        )
        self.handled = CompiledStatement(
            select(booking)
            .join(request, request.c.booking_id == booking.c.id)
            .where(request.c.key == bindparam("request"))
        )


class _Inserts:
    """Statements that write decisions."""

    def __init__(self) -> None:
        self.booking = CompiledStatement(insert(booking))
        self.move = CompiledStatement(_versioned_update(booking))
        self.end_holds = CompiledStatement(
            update(booking)
            .where(
                is_held,
                booking.c.room_id == bindparam("room"),
                booking.c.start < bindparam("end"),
                booking.c.start > bindparam("bound"),
                booking.c.end > bindparam("start"),
                (booking.c.held_until <= bindparam("at")) | (booking.c.booked_by == bindparam("person")),
            )
            .values(state=literal_column("0"), version=booking.c.version + literal_column("1"))
        )
        self.detachment = CompiledStatement(
            update(booking).where(booking.c.id == bindparam("booking")).values(series_id=null())
        )
        self.series = CompiledStatement(insert(series))
        self.series_change = CompiledStatement(_versioned_update(series))
        self.charge = CompiledStatement(_insert_without_id(charge))
        self.audit = CompiledStatement(_insert_without_id(audit))
        self.request = CompiledStatement(insert(request))
        self.change = CompiledStatement(_insert_without_id(change))
        is_unsent = outbox.c.state == literal_column(str(MessageState.WAITING.value))
        self.withdrawal = CompiledStatement(
            delete(outbox).where(outbox.c.booking_id == bindparam("booking"), is_unsent)
        )
        self.message = CompiledStatement(
            sqlite_insert(outbox)
            .values({name: bindparam(name) for name in MESSAGE_COLUMNS})
            .on_conflict_do_nothing()
        )


_queries = cache(_Queries)
_inserts = cache(_Inserts)


def _versioned_update(table: Table) -> Update:
    """Optimistic locking: no row unless the version is still the old one."""
    return (
        update(table)
        .where(table.c.id == bindparam("the_id"), table.c.version == bindparam("old_version"))
        .values({column: bindparam(f"new_{column.name}") for column in table.c if column.name != "id"})
    )


def _insert_without_id(table: Table) -> Insert:
    """For tables with an autoincremented id."""
    return insert(table).values(
        {column.name: bindparam(column.name) for column in table.columns if not column.primary_key}
    )
