"""Reads the facts of a batch of decisions on SQLite, in one statement for many.

Each statement that runs lets other threads take the interpreter: one for each fact of each decision waited
for the event loop a dozen times a booking.
"""

import sqlite3
from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from core.model import Booking, Person
from core.ports import DecisionKeys, Facts
from storage.fact_rows import (
    KEY_COLUMNS,
    LOOKAHEAD_SECONDS,
    PERSON_COLUMNS,
    columns,
    facts_of,
    key_values,
)
from storage.mapping import Row, to_person
from storage.sqlite.values import chunks, place_holders
from storage.tables import MAX_BOOKING_LENGTH, booking, closure, person, room, society
from storage.timetable_tables import MAX_ENTRY_LENGTH

_IS_PRESENT = "NOT EXISTS (SELECT 1 FROM erasure WHERE person_id = p.id)"
_BELONGS = "EXISTS (SELECT 1 FROM membership WHERE person_id = p.id)"
_PERSON = f"""
SELECT {columns(person, "p", PERSON_COLUMNS)}, {_BELONGS}
FROM person p WHERE p.id = ? AND {_IS_PRESENT}
"""  # noqa: S608 - constant names
_IN_THE_WAY = f"""
o.room_id = w.room AND o.start < w."end" AND o.start > w.start - {MAX_BOOKING_LENGTH} AND o."end" > w.start
"""


def _rows_as_json(content: str, source: str) -> str:
    """An expression for all rows of a source as a JSON array, null when there are none."""
    return f"(SELECT nullif(json_group_array(json_array({content})), '[]') FROM {source})"  # noqa: S608 - constant


@cache
def _facts_sql(number: int) -> str:
    """The statement for `number` keys. Its columns are those of `storage/fact_rows.py`."""
    booked = columns(booking, "o")
    return f"""
WITH w(place, {", ".join(f'"{name}"' for name in KEY_COLUMNS)}) AS (
    VALUES {place_holders(1 + len(KEY_COLUMNS), number)}
)
SELECT w.place, {columns(room, "r")},
    {columns(person, "p", PERSON_COLUMNS)}, {_BELONGS},
    {columns(society, "s")}, m.role,
    {columns(booking, "b")},
    {columns(booking, "h")},
    coalesce((SELECT sum(minutes) FROM charge WHERE person_id = w.person AND week = w.week), 0)
        - coalesce((SELECT sum(minutes) FROM quota_grant WHERE person_id = w.person AND week = w.week), 0),
    {
        _rows_as_json(
            "c.week, c.minutes",
            "(SELECT week, sum(minutes) AS minutes FROM charge"
            " WHERE booking_id = w.booking AND person_id = w.person GROUP BY week) c",
        )
    },
    w.week,
    CASE WHEN w.week_start IS NOT NULL THEN (SELECT json_array(
         coalesce(sum(f."end" - f.start) FILTER (WHERE f.series_id IS NOT NULL), 0) / 60,
         coalesce(sum(f."end" - f.start), 0) / 60)
     FROM booking f WHERE f.society_id = w.society AND f.state = 1
     AND f.start >= w.week_start AND f.start < w.week_end) END,
    {
        _rows_as_json(
            booked, f"(SELECT * FROM booking o WHERE o.state = 1 AND {_IN_THE_WAY} ORDER BY o.start) o"
        )
    },
    {
        _rows_as_json(
            'e.start, e."end", e.name, e.booking_type, e.source',
            '(SELECT e.start, e."end", e.name, e.booking_type, t.source'
            " FROM timetable_entry e JOIN timetable_run t ON t.id = e.run_id"
            ' WHERE e.room_id = w.room AND t.is_current AND e.start < w."end"'
            f' AND e.start > w.start - {MAX_ENTRY_LENGTH} AND e."end" > w.start ORDER BY e.start) e',
        )
    },
    {
        _rows_as_json(
            columns(closure, "c"),
            f'closure c WHERE (c.is_yearly OR c.start < w."end" + {LOOKAHEAD_SECONDS} AND c."end" > w.start)'
            " AND (c.room_id IS NULL OR c.room_id = w.room)"
            " AND (c.building_id IS NULL OR c.building_id = r.building_id)",
        )
    },
    NULL,
    {_rows_as_json(booked, f"booking o WHERE o.state = 2 AND {_IN_THE_WAY}")}
FROM w
LEFT JOIN room r ON r.id = w.room
LEFT JOIN person p ON p.id = w.person AND {_IS_PRESENT}
LEFT JOIN booking b ON b.id = w.booking
LEFT JOIN society s ON s.id = coalesce(w.society, b.society_id) AND s.dissolved_at IS NULL
LEFT JOIN membership m ON m.society_id = s.id AND m.person_id = w.person
LEFT JOIN request q ON q.key = w.request
LEFT JOIN booking h ON h.id = q.booking_id
"""  # noqa: S608 - constant names


def read_fact_rows(connection: sqlite3.Connection, keys: Sequence[DecisionKeys]) -> list[Row]:
    """A row of facts for each of `keys`, in their order."""
    rows: list[Row] = []
    for part in chunks(keys):
        values = [value for place, each in enumerate(part) for value in (place, *key_values(each))]
        found = connection.execute(_facts_sql(len(part)), values).fetchall()
        rows += sorted(found, key=itemgetter(0))
    return rows


def read_facts(connection: sqlite3.Connection, row: Row, keys: DecisionKeys, at: int) -> Facts:
    """The facts of one row; guests are looked up one by one, because few bookings have any."""
    facts = facts_of(row, keys, at)
    if facts.booking is None or not facts.booking.guests:
        return facts
    return replace(facts, guests=_guests(connection, facts.booking))


def _guests(connection: sqlite3.Connection, invited_to: Booking) -> tuple[Person, ...]:
    ids = [each.person_id for each in invited_to.guests if each.person_id is not None]
    rows: list[Any] = [connection.execute(_PERSON, (each,)).fetchone() for each in ids]
    return tuple(to_person(row, row[-1]) for row in rows if row is not None)
