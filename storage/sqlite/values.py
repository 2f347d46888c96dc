"""`VALUES` of many rows, in statements of few sizes: the driver keeps each prepared."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table

T = TypeVar("T")

_MAX_ROWS = 32
"""Rows in one statement: 32 bookings have 700 parameters, and SQLite before 3.32 took 999."""


def chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Divides rows into parts of `_MAX_ROWS`, then of descending powers of two."""
    start, size = 0, _MAX_ROWS
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size


def place_holders(width: int, rows: int) -> str:
    row = f"({', '.join('?' * width)})"
    return ", ".join([row] * rows)


class RowInsertion:
    """Inserts rows of a table: those of `columns`, all but an autoincremented one by default."""

    def __init__(self, table: Table, columns: Sequence[str] = (), on_conflict: str = "") -> None:
        numbered = None if columns else table.autoincrement_column
        self._columns = tuple(columns) or tuple(each.name for each in table.c if each is not numbered)
        names = ", ".join(f'"{name}"' for name in self._columns)
        self._head = f'INSERT INTO "{table.name}" ({names}) VALUES '  # noqa: S608 - constant names
        self._tail = f" {on_conflict}" if on_conflict else ""
        self._sql: dict[int, str] = {}

    def run(self, connection: sqlite3.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        for part in chunks(rows):
            values = [row[name] for row in part for name in self._columns]
            connection.execute(self._sql_for(len(part)), values)

    def _sql_for(self, rows: int) -> str:
        if (sql := self._sql.get(rows)) is None:
            sql = self._sql[rows] = self._head + place_holders(len(self._columns), rows) + self._tail
        return sql
