"""Statements of the hot path, turned into SQL for the sqlite3 driver once."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = sqlite.dialect(paramstyle="qmark")


class CompiledStatement:
    """One statement, its SQL, and the names of its parameters in the order of its placeholders.

    It is compiled when it is first run, so that a process that starts does not wait for those it may never
    need. Every value is a named parameter; a constant would hide from SQLite that a partial index applies,
    so constants are written as literal columns.
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
        """Execute with `values` by parameter name; those it does not know are left aside."""
        sql = self.sql
        return connection.execute(sql, [values[name] for name in self._names])
