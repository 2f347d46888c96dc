"""Maps result rows to the facts of decisions. Both engines read them with the same columns.

A row holds, in this order: its place in the batch, a room, a person without the password's hash and whether
they belong to a society, a society and the person's role in it, a booking, the result of an earlier request,
and the columns named in `_OTHERS`. Columns that hold several rows are JSON.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Table

from core.interval import Interval
from core.model import Booking, BookingId, Busy, Role, TokenTerm, busy_for, closed_times
from core.ports import CLOSURE_LOOKAHEAD, DecisionKeys, Facts
from storage.campus_columns import to_room
from storage.mapping import Row, seconds, to_booking, to_closure, to_person, to_society
from storage.tables import booking, person, room, society

PERSON_COLUMNS = [name for name in person.c.keys() if name != "password_hash"]  # noqa: SIM118 - not a dict
LOOKAHEAD_SECONDS = int(CLOSURE_LOOKAHEAD.total_seconds())
KEY_COLUMNS = {
    "week": "int",
    "room": "text",
    "start": "bigint",
    "end": "bigint",
    "person": "bigint",
    "society": "text",
    "booking": "text",
    "request": "text",
    "week_start": "bigint",
    "week_end": "bigint",
}
"""What `key_values` returns, and its types on PostgreSQL."""

_AFTER_ROOM = 1 + len(room.c)
_AFTER_PERSON = _AFTER_ROOM + len(PERSON_COLUMNS) + 1
_AFTER_SOCIETY = _AFTER_PERSON + len(society.c) + 1
_AFTER_BOOKING = _AFTER_SOCIETY + len(booking.c)
_AFTER_HANDLED = _AFTER_BOOKING + len(booking.c)

_cached_room = lru_cache(maxsize=4096)(to_room)
"""Cached: there are few rooms, and some are booked again and again."""


def columns(table: Table, alias: str, names: Iterable[str] | None = None) -> str:
    return ", ".join(f'{alias}."{name}"' for name in names or table.c.keys())


def key_values(keys: DecisionKeys) -> tuple[Any, ...]:
    """A value for each of `KEY_COLUMNS`."""
    window, week = keys.window, keys.society_week
    return (
        keys.week,
        keys.room,
        window and seconds(window.start),
        window and seconds(window.end),
        keys.person,
        keys.society,
        keys.booking,
        keys.request,
        week and seconds(week.start),
        week and seconds(week.end),
    )


def facts_of(row: Row, keys: DecisionKeys, at: int) -> Facts:
    """Facts of one result row, for its keys. `at` is now, in seconds."""
    society_row = row[_AFTER_PERSON:_AFTER_SOCIETY]
    spent, charged, week, in_week, booked, taught, closed, guests, held = row[_AFTER_HANDLED:]
    series_minutes, society_minutes = json.loads(in_week) if keys.society_week and in_week else (0, 0)
    charges = tuple((week, minutes) for week, minutes in json.loads(charged)) if charged else ()
    return Facts(
        room=None if row[1] is None else _cached_room(row[1:_AFTER_ROOM]),
        person=None if row[_AFTER_ROOM] is None else _person(row[_AFTER_ROOM:_AFTER_PERSON]),
        society=None if society_row[0] is None else to_society(society_row),
        term=TokenTerm(society_row[2], society_row[3]) if society_row[2] else None,
        role=Role(society_row[-1]) if society_row[-1] else None,
        booking=None if row[_AFTER_SOCIETY] is None else to_booking(row[_AFTER_SOCIETY:_AFTER_BOOKING]),
        previous_result=None
        if row[_AFTER_BOOKING] is None
        else to_booking(row[_AFTER_BOOKING:_AFTER_HANDLED]),
        busy=_busy(booked, taught, held, keys, at),
        closures=_closures(closed, keys.closure_window) if closed else (),
        spent=int(spent),
        charged=dict(charges).get(week, 0),
        charges=charges,
        series_minutes=int(series_minutes),
        society_minutes=int(society_minutes),
        guests=tuple(map(_person, json.loads(guests))) if guests else (),
    )


def holds_to_end(row: Row, keys: DecisionKeys, at: int) -> list[BookingId]:
    """Holds in the window that have expired, or are the requester's own: a booking there ends them."""
    held = row[-1]
    return [each.id for each in _bookings(held) if not _is_in_the_way(each, keys, at)] if held else []


def _person(row: Sequence[Any]) -> Any:  # noqa: ANN401 - as `to_person` returns
    return to_person(row, row[-1])


def _busy(
    booked: str | None, taught: str | None, held: str | None, keys: DecisionKeys, at: int
) -> tuple[Busy, ...]:
    if booked is taught is held is None:
        return ()
    in_the_way = (each for each in _bookings(held) if _is_in_the_way(each, keys, at))
    return (
        *map(busy_for, chain(_bookings(booked), in_the_way)),
        *map(Busy._make, json.loads(taught or "[]")),
    )


def _bookings(rows: str | None) -> Iterator[Booking]:
    return map(to_booking, json.loads(rows or "[]"))


def _is_in_the_way(hold: Booking, keys: DecisionKeys, at: int) -> bool:
    is_live = hold.held_until is not None and seconds(hold.held_until) > at
    return is_live and (keys.person is None or hold.booked_by != keys.person)


def _closures(closed: str, window: Interval | None) -> tuple[Busy, ...]:
    if window is None:
        return ()
    return tuple(each for row in json.loads(closed) for each in closed_times(to_closure(row), window))
