"""Decisions on SQLite: reads facts and writes for a whole batch, on the bare driver's connection."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import islice

from sqlalchemy import Table, Update, bindparam, delete, literal_column, null, update

from core.errors import StaleVersion
from core.model import BookingId, MessageState
from core.ports import WriteSet
from storage.decision_rows import TimedWrite, rows_of
from storage.fact_rows import holds_to_end
from storage.mapping import MESSAGE_COLUMNS, booking_values, series_values
from storage.queued_decision import QueuedDecision, rounds_of
from storage.sqlite.compiled_statement import CompiledStatement
from storage.sqlite.facts import read_fact_rows, read_facts
from storage.sqlite.values import RowInsertion
from storage.tables import audit, booking, change, charge, is_held, outbox, request, series

Announce = Callable[[Iterable[WriteSet], int], None]
"""Stores the events of a decision at a time (seconds) for webhooks."""


class SqliteStatements:
    """Runs decisions inside the writer's transaction."""

    def __init__(self, connection: sqlite3.Connection, origin: str, announce: Announce) -> None:
        self._connection = connection
        self._origin = origin
        self._announce = announce
        self._write = _writes()

    def run(self, decisions: Iterable[QueuedDecision]) -> None:
        """Decides in order and writes; a refusal fails only its own decision.

        Decisions on the same room, person … follow each other, each on what the one before has written.
        """
        for each in rounds_of(decisions):
            self._run_round(each)

    def _run_round(self, decisions: Sequence[QueuedDecision]) -> None:
        rows = iter(read_fact_rows(self._connection, [keys for each in decisions for keys in each.keys]))
        writes, held = list[TimedWrite](), list[BookingId]()
        for each in decisions:
            known = list(zip(islice(rows, len(each.keys)), each.keys, strict=True))
            each.decide_on([read_facts(self._connection, row, keys, each.at) for row, keys in known])
            if each.writes:
                writes += [TimedWrite(write, each.at) for write in each.writes]
                held += [hold for row, keys in known for hold in holds_to_end(row, keys, each.at)]
                self._announce(each.writes, each.at)
        if writes:
            self._end_holds(held)
            self._write_bookings(writes)
            self._write_others(writes)

    def _end_holds(self, held: Iterable[BookingId]) -> None:
        for booking_id in held:
            self._write.end_hold.run(self._connection, {"booking": booking_id})

    def _write_bookings(self, writes: Iterable[TimedWrite]) -> None:
        """Writes in order: of a joint decision, one may take the place that another leaves."""
        new: list[dict[str, object]] = []
        for each, _ in writes:
            if each.series is not None or each.detach or each.update is not None:
                self._insert_bookings(new)
            self._write_series(each)
            for booking_id in each.detach:
                self._write.detachment.run(self._connection, {"booking": booking_id})
            if each.insert is not None:
                new.append(booking_values(each.insert))
            if each.update is not None and each.before is not None:
                self._insert_bookings(new)
                self._update(self._write.move, booking_values(each.update), each.before.version)
        self._insert_bookings(new)

    def _insert_bookings(self, new: list[dict[str, object]]) -> None:
        self._write.bookings.run(self._connection, new)
        new.clear()

    def _write_series(self, writes: WriteSet) -> None:
        if writes.series is None:
            return
        row = series_values(writes.series)
        if writes.series_before is None:
            self._write.series.run(self._connection, [row])
        else:
            self._update(self._write.series_change, row, writes.series_before.version)

    def _update(self, statement: CompiledStatement, row: dict[str, object], old_version: int) -> None:
        values = {f"new_{name}": value for name, value in row.items()}
        values |= {"the_id": row["id"], "old_version": old_version}
        if statement.run(self._connection, values).rowcount != 1:
            raise StaleVersion

    def _write_others(self, writes: Sequence[TimedWrite]) -> None:
        rows, connection = rows_of(writes, self._origin), self._connection
        self._write.charges.run(connection, rows.charges)
        self._write.audits.run(connection, rows.audits)
        self._write.requests.run(connection, rows.requests)
        for row in rows.withdrawals:
            self._write.withdrawal.run(connection, row)
        self._write.messages.run(connection, rows.messages)
        self._write.changes.run(connection, rows.changes)


class _Writes:
    """Statements that write decisions."""

    def __init__(self) -> None:
        self.bookings = RowInsertion(booking)
        self.series = RowInsertion(series)
        self.charges = RowInsertion(charge)
        self.audits = RowInsertion(audit)
        self.requests = RowInsertion(request)
        self.changes = RowInsertion(change)
        self.messages = RowInsertion(outbox, MESSAGE_COLUMNS, "ON CONFLICT DO NOTHING")
        self.move = CompiledStatement(_versioned_update(booking))
        self.series_change = CompiledStatement(_versioned_update(series))
        self.end_hold = CompiledStatement(
            update(booking)
            .where(booking.c.id == bindparam("booking"), is_held)
            .values(state=literal_column("0"), version=booking.c.version + literal_column("1"))
        )
        self.detachment = CompiledStatement(
            update(booking).where(booking.c.id == bindparam("booking")).values(series_id=null())
        )
        is_unsent = outbox.c.state == literal_column(str(MessageState.WAITING.value))
        self.withdrawal = CompiledStatement(
            delete(outbox).where(outbox.c.booking_id == bindparam("booking_id"), is_unsent)
        )


_writes = cache(_Writes)


def _versioned_update(table: Table) -> Update:
    """Optimistic locking: no row unless the version is still the old one."""
    return (
        update(table)
        .where(table.c.id == bindparam("the_id"), table.c.version == bindparam("old_version"))
        .values({column: bindparam(f"new_{column.name}") for column in table.c if column.name != "id"})
    )
