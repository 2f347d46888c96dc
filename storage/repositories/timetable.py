"""Timetable entries. Only current runs are read."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, delete, func, insert, select

from core.interval import Interval
from core.model import Busy, Change, RoomId, TimetableEntry
from core.room_schedule import BusyLabel, RoomSchedule
from storage.entry_parts import PART_SECONDS, join_parts
from storage.mapping import entry_values, to_entry
from storage.timetable_tables import MAX_ENTRY_LENGTH, timetable_entry, timetable_run
from storage.windows import overlaps

_entry, _run = timetable_entry.c, timetable_run.c
_ROWS_PER_FETCH = 10_000
_ROOMS_PER_FETCH = 200
_LABEL_BREAK = "\x1e"
"""Between a name, which may contain it, and the rest of a label."""


class SqlTimetableRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def of_source(self, source: str) -> list[TimetableEntry]:
        return [to_entry(row) for row in self._connection.execute(_current(_run.source == source))]

    def busy(
        self, window: Interval, rooms: Collection[RoomId] | None = None
    ) -> Iterator[tuple[RoomId, Busy]]:
        """Streams entries, whole and in no order, with few rows in memory at a time."""
        in_rooms = () if rooms is None else (_entry.room_id.in_(rooms),)
        split = self._rooms_with_parts(window, *in_rooms)
        found = _current(*in_rooms, *_overlaps(window)).order_by(None)
        rows = self._connection.execute(found, execution_options={"yield_per": _ROWS_PER_FETCH})
        yield from (entry for entry in _busy(rows) if entry[0] not in split)
        yield from self._whole(split, window)

    def schedules(self, window: Interval) -> Iterator[tuple[RoomId, RoomSchedule]]:
        """Streams rooms: few rows are in memory at a time, and no value for each entry at any."""
        split = self._rooms_with_parts(window)
        runs = self._connection.execute(select(_run.id, _run.source).where(_run.is_current))
        sources = {run_id: source for run_id, source in runs}  # noqa: C416 - a result has `keys` of its own
        labels = _Labels(sources)
        for room_id, starts, ends, texts in self._columns(window, sources):
            if room_id not in split:
                yield room_id, RoomSchedule.of_columns(starts, ends, map(labels.__getitem__, texts))
        for room_id, busy in groupby(self._whole(split, window), itemgetter(0)):
            yield room_id, RoomSchedule(each for _, each in busy)

    def _columns(self, window: Interval, runs: Collection[int]) -> Iterator[Sequence[Any]]:
        """Each room's id, and the starts, ends and labels of its entries.

        PostgreSQL groups them, in a fifth of the time that a row for each of 5,000,000 entries takes.
        """
        label = _entry.name + _LABEL_BREAK + _entry.booking_type + _LABEL_BREAK + cast(_entry.run_id, Text)
        found = select(_entry.room_id).where(_entry.run_id.in_(runs), *_overlaps(window))
        columns = _entry.start, _entry.end, label
        if self._connection.dialect.name == "postgresql":
            grouped = found.add_columns(*map(func.array_agg, columns)).group_by(_entry.room_id)
            yield from self._stream(grouped, _ROOMS_PER_FETCH)
            return
        rows = self._stream(found.add_columns(*columns).order_by(_entry.room_id), _ROWS_PER_FETCH)
        for room_id, entries in groupby(rows, itemgetter(0)):
            yield room_id, *tuple(zip(*entries, strict=True))[1:]

    def _stream(self, found: Select[*tuple[Any, ...]], rows: int) -> Iterator[Sequence[Any]]:
        return iter(self._connection.execute(found, execution_options={"yield_per": rows}))

    def _rooms_with_parts(self, window: Interval, *conditions: ColumnElement[bool]) -> set[RoomId]:
        """The rooms in which an entry that is stored in parts may overlap a window."""
        start, end = int(window.start.timestamp()), int(window.end.timestamp())
        found = (
            select(_entry.room_id)
            .join(timetable_run, _run.id == _entry.run_id)
            .where(
                *conditions,
                _run.is_current,
                _entry.end - _entry.start == PART_SECONDS,
                _entry.start < end,
                _entry.start > start - 2 * PART_SECONDS,
            )
        )
        return set(self._connection.execute(found.distinct()).scalars())

    def _whole(self, rooms: Collection[RoomId], window: Interval) -> Iterator[tuple[RoomId, Busy]]:
        """The whole entries of rooms with long ones; all their parts are read, since any may be the first."""
        start, end = int(window.start.timestamp()), int(window.end.timestamp())
        for room_id in rooms:
            rows = self._connection.execute(_current(_entry.room_id == room_id))
            for busy in join_parts(busy for _, busy in _busy(rows)):
                if busy.start < end and busy.end > start:
                    yield room_id, busy

    def add(self, source: str, entries: Iterable[TimetableEntry], now: int) -> None:
        run_id = self._current_run(source, now)
        rows = [entry_values(each) | {"run_id": run_id} for each in entries]
        if rows:
            self._connection.execute(insert(timetable_entry), rows)
            self._changes.add(Change("timetable"))

    def clear(self, source: str, rooms: Iterable[RoomId]) -> None:
        current = select(_run.id).where(_run.source == source, _run.is_current)
        for room_id in rooms:
            self._connection.execute(
                delete(timetable_entry).where(_entry.run_id.in_(current), _entry.room_id == room_id)
            )
            self._changes.add(Change("timetable"))

    def _current_run(self, source: str, now: int) -> int:
        current = select(_run.id).where(_run.source == source, _run.is_current)
        found = self._connection.execute(current).scalar()
        if found is None:
            new = insert(timetable_run).values(source=source, is_current=True, made_at=now)
            found = self._connection.execute(new.returning(_run.id)).scalar_one()
        return int(found)


class _Labels(dict[str, BusyLabel]):
    """Labels by the text that statements make of them: few are distinct, so each is one object."""

    def __init__(self, sources: Mapping[int, str]) -> None:
        super().__init__()
        self._sources = sources

    def __missing__(self, text: str) -> BusyLabel:
        name, kind, run_id = text.rsplit(_LABEL_BREAK, 2)
        label = self[text] = name, kind, self._sources[int(run_id)]
        return label


def _busy(rows: Iterable[Any]) -> Iterator[tuple[RoomId, Busy]]:
    """Interns equal values: there are few distinct times and names, which saves most of the memory."""
    interned: dict[Any, Any] = {}
    intern = interned.setdefault
    for room_id, start, end, name, kind, source in rows:
        slot = intern(start, start), intern(end, end)
        yield room_id, Busy(*slot, intern(name, name), intern(kind, kind), intern(source, source))


def _current(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(_entry.room_id, _entry.start, _entry.end, _entry.name, _entry.booking_type, _run.source)
        .join(timetable_run, _run.id == _entry.run_id)
        .where(_run.is_current, *conditions)
        .order_by(_entry.start, _entry.end, _entry.id)
    )


def _overlaps(window: Interval) -> tuple[ColumnElement[bool], ...]:
    return overlaps(timetable_entry, window, MAX_ENTRY_LENGTH)
