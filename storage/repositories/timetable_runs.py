"""Timetable runs, and the health of their sources."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update

from core.model import (
    BookingType,
    Building,
    Change,
    Room,
    RoomId,
    RunState,
    SourceState,
    TimetableRun,
    TimetableSlot,
)
from storage.campus_columns import building_values, room_values
from storage.mapping import instant, seconds
from storage.service_tables import source_state
from storage.tables import building, room
from storage.timetable_tables import timetable_entry, timetable_run
from storage.upsert import upsert

_run, _entry, _state = timetable_run.c, timetable_entry.c, source_state.c
_INSERT = 'INSERT INTO timetable_entry (run_id, room_id, start, "end", name, booking_type)'
_INSERT_SLOTS = {
    "sqlite": text(
        f"{_INSERT} SELECT :run_id, "  # noqa: S608
        + ", ".join(f"json_extract(value, '$[{column}]')" for column in range(5))
        + " FROM json_each(:slots)"
    ),
    "postgresql": text(
        f"{_INSERT} SELECT :run_id, slot ->> 0, CAST(slot ->> 1 AS bigint), CAST(slot ->> 2 AS bigint),"  # noqa: S608
        " slot ->> 3, slot ->> 4 FROM json_array_elements(CAST(:slots AS json)) AS slot"
    ),
}
"""`slots` is an array of room, start, end, name and booking type."""
_RUN = (_run.id, _run.source, _run.state, _run.made_at, _run.report)


class SqlTimetableRunRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def begin(self, source: str, now: datetime) -> int:
        new = insert(timetable_run).values(
            source=source, is_current=False, made_at=seconds(now), state=RunState.WRITING, report=""
        )
        return int(self._connection.execute(new.returning(_run.id)).scalar_one())

    def write(self, run_id: int, slots: Sequence[TimetableSlot]) -> None:
        """Inserts with one statement, in a fifth of the time of one for each: bookings wait for it."""
        statement = _INSERT_SLOTS[self._connection.dialect.name]
        self._connection.execute(statement, {"run_id": run_id, "slots": json.dumps(slots)})

    def slots(self, run_id: int, after: int, limit: int) -> tuple[list[TimetableSlot], int]:
        columns = (_entry.id, _entry.room_id, _entry.start, _entry.end, _entry.name, _entry.booking_type)
        part = select(*columns).where(_entry.run_id == run_id, _entry.id > after)
        rows = self._connection.execute(part.order_by(_entry.id).limit(limit)).all()
        slots = [TimetableSlot(RoomId(row[1]), row[2], row[3], row[4], BookingType(row[5])) for row in rows]
        return slots, rows[-1][0] if len(rows) == limit else 0

    def rooms_of(self, run_id: int) -> set[RoomId]:
        found = select(_entry.room_id).where(_entry.run_id == run_id).distinct()
        return {RoomId(each) for each in self._connection.execute(found).scalars()}

    def current(self, source: str) -> TimetableRun | None:
        return self._one(_run.source == source, _run.is_current)

    def rejected(self, source: str) -> TimetableRun | None:
        return self._one(_run.source == source, _run.state == RunState.REJECTED)

    def reject(self, run_id: int, report: str) -> None:
        """Rejects a run; an earlier rejected one becomes old."""
        source = select(_run.source).where(_run.id == run_id).scalar_subquery()
        waiting = update(timetable_run).where(_run.source == source, _run.state == RunState.REJECTED)
        self._connection.execute(waiting.values(state=RunState.OLD))
        this = update(timetable_run).where(_run.id == run_id)
        self._connection.execute(this.values(state=RunState.REJECTED, report=report))

    def switch(self, run_id: int, report: str) -> None:
        source = select(_run.source).where(_run.id == run_id).scalar_subquery()
        others = update(timetable_run).where(_run.source == source, _run.id != run_id)
        self._connection.execute(others.values(is_current=False, state=RunState.OLD))
        this = update(timetable_run).where(_run.id == run_id)
        self._connection.execute(this.values(is_current=True, state=RunState.CURRENT, report=report))

    def note(self, run_id: int, report: str) -> None:
        self._connection.execute(update(timetable_run).where(_run.id == run_id).values(report=report))

    def abandon(self, source: str) -> None:
        half = update(timetable_run).where(_run.source == source, _run.state == RunState.WRITING)
        self._connection.execute(half.values(state=RunState.OLD))

    def purge(self, limit: int) -> int:
        """Deletes entries of old runs, and runs without entries."""
        old = select(_run.id).where(_run.state == RunState.OLD, ~_run.is_current)
        part = select(_entry.id).where(_entry.run_id.in_(old)).limit(limit)
        gone = self._connection.execute(delete(timetable_entry).where(_entry.id.in_(part))).rowcount
        if gone < limit:
            self._connection.execute(delete(timetable_run).where(_run.id.in_(old)))
        return gone

    def stage_places(self, buildings: Iterable[Building], rooms: Iterable[Room]) -> None:
        upsert(self._connection, building, [building_values(each) for each in buildings])
        upsert(self._connection, room, [room_values(each) for each in rooms])

    def publish_room_changes(self, rooms: Iterable[RoomId]) -> None:
        self._changes.update(Change("schedule", each) for each in rooms)

    def publish_catalogue_change(self) -> None:
        self._changes.add(Change("catalogue"))

    def _one(self, *conditions: Any) -> TimetableRun | None:  # noqa: ANN401 - SQLAlchemy's conditions
        row = self._connection.execute(
            select(*_RUN).where(*conditions).order_by(_run.id.desc()).limit(1)
        ).first()
        return TimetableRun(row[0], row[1], RunState(row[2]), instant(row[3]), row[4]) if row else None


class SqlSourceRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def get(self, name: str) -> SourceState:
        """Empty for a source that was never read."""
        row = self._connection.execute(select(source_state).where(_state.source == name)).first()
        return _state_of(row) if row else SourceState(name)

    def all(self) -> list[SourceState]:
        return [
            _state_of(row) for row in self._connection.execute(select(source_state).order_by(_state.source))
        ]

    def put(self, state: SourceState) -> None:
        row: dict[str, object] = {
            "source": state.name,
            "fingerprints": json.dumps(dict(state.fingerprints)),
            "last_good_at": state.last_good_at and seconds(state.last_good_at),
            "last_tried_at": state.last_attempt_at and seconds(state.last_attempt_at),
            "trouble": state.last_error,
        }
        upsert(self._connection, source_state, [row])
        self._changes.add(Change("source", state.name))


def _state_of(row: Any) -> SourceState:  # noqa: ANN401 - a row
    name, fingerprints, last_good, last_attempt, error = row
    return SourceState(
        name,
        json.loads(fingerprints or "{}"),
        None if last_good is None else instant(last_good),
        None if last_attempt is None else instant(last_attempt),
        error,
    )
