"""Closures of rooms, buildings and the campus."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, delete, insert, select, text

from core.interval import Interval
from core.model import BuildingId, Busy, Change, Closure, ClosureId, RoomId, closed_times
from storage.advisory_locks import CLOSURE_LOCK
from storage.mapping import closure_values, to_closure
from storage.tables import closure, room

_col = closure.c


class SqlClosureRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def lock(self) -> None:
        """Needed on PostgreSQL only: SQLite has one writer."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(f"SELECT pg_advisory_xact_lock({CLOSURE_LOCK})"))

    def all(self) -> list[Closure]:
        return [
            to_closure(row) for row in self._connection.execute(select(closure).order_by(_col.start, _col.id))
        ]

    def get(self, closure_id: ClosureId) -> Closure | None:
        row = self._connection.execute(select(closure).where(_col.id == closure_id)).one_or_none()
        return None if row is None else to_closure(row)

    def add(self, new: Closure) -> Closure:
        row = self._connection.execute(
            insert(closure).values(closure_values(new)).returning(*closure.c)
        ).one()
        self._note_change(added := to_closure(row))
        return added

    def remove(self, closure_id: ClosureId) -> bool:
        row = self._connection.execute(
            delete(closure).where(_col.id == closure_id).returning(*closure.c)
        ).one_or_none()
        if row is not None:
            self._note_change(to_closure(row))
        return row is not None

    def busy(
        self, window: Interval, rooms: Collection[RoomId] | None = None
    ) -> Iterator[tuple[RoomId, Busy]]:
        closed = [(each, tuple(closed_times(each, window))) for each in self.all()]
        if not any(times for _, times in closed):
            return
        places = self._places(rooms)
        for each, times in closed:
            for room_id, building_id in places if times else ():
                if each.room_id in {None, room_id} and each.building_id in {None, building_id}:
                    yield from ((room_id, busy) for busy in times)

    def _places(self, rooms: Collection[RoomId] | None) -> Sequence[tuple[RoomId, BuildingId]]:
        found = select(room.c.id, room.c.building_id)
        found = found if rooms is None else found.where(room.c.id.in_(rooms))
        return [(room_id, building_id) for room_id, building_id in self._connection.execute(found)]

    def _note_change(self, changed: Closure) -> None:
        if changed.room_id is not None:
            self._changes.add(Change("schedule", changed.room_id))
        elif changed.building_id is not None:
            inside = select(room.c.id).where(room.c.building_id == changed.building_id)
            self._changes.update(
                Change("schedule", each) for each in self._connection.execute(inside).scalars()
            )
        else:
            self._changes.add(Change("timetable"))
