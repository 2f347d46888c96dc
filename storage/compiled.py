"""Statements of the hot path, turned into SQL for the sqlite3 driver once."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler


class HotStatement:
    """One statement's SQL, and the names of its parameters in the order of its placeholders.

    Every value is a named parameter; a constant would hide from SQLite that a partial index applies, so
    constants are written as literal columns.
    """

    __slots__ = ("_names", "sql")

    def __init__(self, statement: ClauseElement) -> None:
        dialect = sqlite.dialect(paramstyle="qmark")
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._names = tuple(compiled.positiontup or ()) if isinstance(compiled, SQLCompiler) else ()

    def run(self, connection: sqlite3.Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Execute with `values` by parameter name; those it does not know are left aside."""
        return connection.execute(self.sql, [values[name] for name in self._names])
