"""Statements of decisions, compiled once for the sqlite3 driver."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = sqlite.dialect(paramstyle="qmark")


class CompiledStatement:
    """A statement that is compiled to SQL and a list of parameter names when it first runs.

    Every value is a named parameter. Constants must be literal columns: SQLite uses a partial index only if
    its condition appears literally.
    """

    __slots__ = ("_names", "_sql", "_statement")

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._sql = ""
        self._names: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        if not self._sql:
            compiled = self._statement.compile(dialect=_DIALECT)
            self._names = tuple(compiled.positiontup or ()) if isinstance(compiled, SQLCompiler) else ()
            self._sql = str(compiled)
        return self._sql

    def run(self, connection: sqlite3.Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Executes with `values` by parameter name; unknown names are ignored."""
        sql = self.sql
        return connection.execute(sql, [values[name] for name in self._names])
