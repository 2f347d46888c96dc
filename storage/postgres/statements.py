"""SQL of decisions on PostgreSQL: statements that lock, read facts and write for a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from core.model import MessageState, WebhookEvent
from core.ports import DecisionKeys, WriteSet
from storage.decision_rows import TimedWrite, rows_of
from storage.fact_rows import KEY_COLUMNS, LOOKAHEAD_SECONDS, PERSON_COLUMNS, columns, key_values
from storage.mapping import MESSAGE_COLUMNS, booking_values, series_values
from storage.tables import (
    MAX_BOOKING_LENGTH,
    audit,
    booking,
    change,
    charge,
    closure,
    outbox,
    person,
    request,
    room,
    series,
    society,
)
from storage.timetable_tables import MAX_ENTRY_LENGTH
from storage.webhook_rows import event_values
from storage.webhook_tables import webhook_event

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


def begin_and_lock(claims: Iterable[int], shared: Iterable[int]) -> str:
    """SQL that begins a transaction and takes all locks, in sorted order against deadlocks.

    Separate statements: the facts must be read from a snapshot taken after the last lock is held.
    """
    script = f"BEGIN;{_lock('pg_advisory_xact_lock', claims)}"
    return script + _lock("pg_advisory_xact_lock_shared", shared) if shared else script


def _lock(function: str, numbers: Iterable[int]) -> str:
    listed = ",".join(map(str, sorted(numbers)))
    return f"SELECT {function}(n) FROM unnest('{{{listed}}}'::bigint[]) AS n;"  # noqa: S608 - numbers only


_KEYS = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(KEY_COLUMNS.values(), 1))

FACTS = f"""
SELECT w.place, {columns(room, "r")},
    {columns(person, "p", PERSON_COLUMNS)}, EXISTS (SELECT FROM membership WHERE person_id = w.person),
    {columns(society, "s")}, m.role,
    {columns(booking, "b")},
    {columns(booking, "h")},
    coalesce((SELECT sum(minutes) FROM charge WHERE person_id = w.person AND week = w.week), 0)
        - coalesce((SELECT sum(minutes) FROM quota_grant WHERE person_id = w.person AND week = w.week), 0),
    (SELECT json_agg(json_build_array(c.week, c.minutes)) FROM (
        SELECT week, sum(minutes) AS minutes FROM charge
        WHERE booking_id = w.booking AND person_id = w.person GROUP BY week
    ) c),
    w.week,
    (SELECT json_build_array(
         coalesce(sum(f."end" - f.start) FILTER (WHERE f.series_id IS NOT NULL), 0) / 60,
         coalesce(sum(f."end" - f.start), 0) / 60)
     FROM booking f WHERE f.society_id = w.society AND f.state = 1
     AND f.start >= w.week_start AND f.start < w.week_end),
    (SELECT json_agg(json_build_array({columns(booking, "o")}) ORDER BY o.start) FROM booking o
     WHERE o.room_id = w.room AND o.state = 1
     AND o.start < w."end" AND o.start > w.start - {MAX_BOOKING_LENGTH} AND o."end" > w.start),
    (SELECT json_agg(json_build_array(e.start, e."end", e.name, e.booking_type, t.source) ORDER BY e.start)
     FROM timetable_entry e JOIN timetable_run t ON t.id = e.run_id
     WHERE e.room_id = w.room AND t.is_current
     AND e.start < w."end" AND e.start > w.start - {MAX_ENTRY_LENGTH} AND e."end" > w.start),
    (SELECT json_agg(json_build_array({columns(closure, "c")})) FROM closure c
     WHERE (c.is_yearly OR c.start < w."end" + {LOOKAHEAD_SECONDS} AND c."end" > w.start)
     AND (c.room_id IS NULL OR c.room_id = w.room)
     AND (c.building_id IS NULL OR c.building_id = r.building_id)),
    (SELECT json_agg(json_build_array({columns(person, "g", PERSON_COLUMNS)},
         EXISTS (SELECT FROM membership WHERE person_id = g.id)))
      FROM unnest(string_to_array(b.guests, E'\\n')) AS line JOIN person g
         ON g.id = CASE WHEN line ~ '^[0-9]+$' THEN line::bigint END
         AND NOT EXISTS (SELECT FROM erasure WHERE person_id = g.id)),
    (SELECT json_agg(json_build_array({columns(booking, "k")})) FROM booking k
     WHERE k.room_id = w.room AND k.state = 2
     AND k.start < w."end" AND k.start > w.start - {MAX_BOOKING_LENGTH} AND k."end" > w.start)
FROM unnest({_KEYS}) WITH ORDINALITY
    AS w({", ".join(f'"{name}"' for name in KEY_COLUMNS)}, place)
LEFT JOIN room r ON r.id = w.room
LEFT JOIN person p ON p.id = w.person AND NOT EXISTS (SELECT FROM erasure WHERE person_id = p.id)
LEFT JOIN booking b ON b.id = w.booking
LEFT JOIN society s ON s.id = coalesce(w.society, b.society_id) AND s.dissolved_at IS NULL
LEFT JOIN membership m ON m.society_id = s.id AND m.person_id = w.person
LEFT JOIN request q ON q.key = w.request
LEFT JOIN booking h ON h.id = q.booking_id
ORDER BY w.place
"""  # noqa: S608 - constant names


def fact_parameters(batch: Sequence[DecisionKeys]) -> tuple[list[Any], ...]:
    """Parameters of `FACTS`, one list per column."""
    return tuple(map(list, zip(*map(key_values, batch), strict=True)))


END_HOLDS = "UPDATE booking SET state = 0, version = version + 1 WHERE id = ANY($1::text[]) AND state = 2"
"""Runs before `WRITE`, and only for batches that book where something is held."""


class _UnnestColumns:
    """Rows of one table as an `unnest` of arrays.

    Parameters are numbered from the end of the previous one.
    """

    def __init__(self, first: int, columns: Mapping[str, str]) -> None:
        self.columns = tuple(columns)
        self.after = first + len(columns)
        self.names = ", ".join(f'"{name}"' for name in columns)
        numbered = (f"${place}::{kind}[]" for place, kind in enumerate(columns.values(), first))
        self.unnested = f"unnest({', '.join(numbered)})"

    def insert_into(self, table: str) -> str:
        return f'INSERT INTO "{table}" ({self.names}) SELECT * FROM {self.unnested}'  # noqa: S608 - constant names

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        return [[row[name] for row in rows] for name in self.columns]


def _typed(table: Table) -> dict[str, str]:
    """Columns and their types, without autoincremented ones."""
    numbered = table.autoincrement_column
    return {each.name: each.type.compile(_DIALECT) for each in table.c if each is not numbered}


_inserted = _UnnestColumns(1, _typed(booking))
_updated = _UnnestColumns(_inserted.after, {"old_version": "INTEGER"} | _typed(booking))
_charged = _UnnestColumns(_updated.after, _typed(charge))
_audited = _UnnestColumns(_charged.after, _typed(audit))
_requested = _UnnestColumns(_audited.after, _typed(request))
_changed = _UnnestColumns(_requested.after, _typed(change))
_messages = _UnnestColumns(
    _changed.after, {name: kind for name, kind in _typed(outbox).items() if name in MESSAGE_COLUMNS}
)
_withdrawn = _UnnestColumns(_messages.after, {"booking_id": "TEXT"})


def _setting(columns: _UnnestColumns) -> str:
    return ", ".join(f'"{name}" = n."{name}"' for name in columns.columns if name != "id")


WRITE = f"""
WITH inserted AS ({_inserted.insert_into("booking")}),
updated AS (
    UPDATE booking SET {_setting(_inserted)} FROM {_updated.unnested} AS n({_updated.names})
    WHERE booking.id = n.id AND booking.version = n.old_version
    RETURNING booking.id
),
charged AS ({_charged.insert_into("charge")}),
audited AS ({_audited.insert_into("audit")}),
requested AS ({_requested.insert_into("request")}),
changed AS ({_changed.insert_into("change")}),
queued AS ({_messages.insert_into("outbox")} ON CONFLICT DO NOTHING),
withdrawn AS (
    DELETE FROM outbox USING {_withdrawn.unnested} AS w(booking_id)
    WHERE outbox.booking_id = w.booking_id AND outbox.state = {MessageState.WAITING.value}
)
SELECT pg_current_xact_id()::text, (SELECT count(*) FROM updated)
"""  # noqa: S608 - constant names


OUTCOME = """
SELECT CASE
    WHEN pg_is_in_recovery() THEN 'in progress'
    WHEN pg_xact_status($1::text::xid8) <> 'committed' THEN pg_xact_status($1::text::xid8)
    WHEN EXISTS (
        SELECT 1 FROM change WHERE xmin = $1::text::xid8::xid AND origin = $2 AND key = ANY($3::text[])
    ) THEN 'committed'
    ELSE 'aborted'
END
"""
"""Outcome of a transaction of `origin` that changed one of some rooms.

A committed transaction id is not enough: a crash loses transactions that were not flushed, and their ids are
reused afterwards. The rows that ours wrote must exist.
"""


def write_parameters(writes: Sequence[TimedWrite], origin: str) -> list[list[Any]]:
    """Parameters of `WRITE`: all rows of a batch."""
    records, rows = [each.writes for each in writes], rows_of(writes, origin)
    updates = [(each.before, each.update) for each in records if each.before and each.update]
    return [
        *_inserted.values([booking_values(each.insert) for each in records if each.insert]),
        *_updated.values(
            [booking_values(after) | {"old_version": before.version} for before, after in updates]
        ),
        *_charged.values(rows.charges),
        *_audited.values(rows.audits),
        *_requested.values(rows.requests),
        *_changed.values(rows.changes),
        *_messages.values(rows.messages),
        *_withdrawn.values(rows.withdrawals),
    ]


def updates_in(writes: Iterable[TimedWrite]) -> int:
    return sum(1 for each in writes if each.writes.update is not None)


DETACH = "UPDATE booking SET series_id = NULL WHERE id = ANY($1::text[])"
"""Runs before `WRITE`, and only for batches in which bookings leave their series."""


_series = _UnnestColumns(1, _typed(series))
_series_changed = _UnnestColumns(_series.after, {"old_version": "INTEGER"} | _typed(series))

WRITE_SERIES = f"""
WITH started AS ({_series.insert_into("series")}),
revised AS (
    UPDATE series SET {_setting(_series)} FROM {_series_changed.unnested} AS n({_series_changed.names})
    WHERE series.id = n.id AND series.version = n.old_version
    RETURNING series.id
)
SELECT count(*) FROM revised
"""  # noqa: S608 - constant names
"""Runs before `WRITE`, and only for batches that write series: single bookings do not pay for it."""


def series_parameters(changed: Sequence[WriteSet]) -> list[list[Any]]:
    """Parameters of `WRITE_SERIES`."""
    return [
        *_series.values(
            [series_values(each.series) for each in changed if each.series and not each.series_before]
        ),
        *_series_changed.values(
            [
                series_values(each.series) | {"old_version": each.series_before.version}
                for each in changed
                if each.series and each.series_before
            ]
        ),
    ]


_announced = _UnnestColumns(1, _typed(webhook_event))

ANNOUNCE = f"{_announced.insert_into('webhook_event')} ON CONFLICT DO NOTHING"
"""Runs before `WRITE`, and only where there are webhooks."""


def announcement_parameters(events: Sequence[WebhookEvent]) -> list[list[Any]]:
    """Parameters of `ANNOUNCE`."""
    return _announced.values([event_values(each) for each in events])
