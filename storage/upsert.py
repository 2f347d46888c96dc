"""Upserts in both SQL dialects."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Inserts rows, updating those whose primary key exists."""
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> int:
    """Inserts rows, skipping those whose unique key exists; returns how many are new."""
    if not rows:
        return 0
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return connection.execute(insert(table).values(rows).on_conflict_do_nothing()).rowcount


def insert_selected(
    connection: Connection, table: Table, columns: Sequence[str], rows: Select[*tuple[Any, ...]]
) -> None:
    """Inserts the rows of a query that has a `WHERE`, skipping those whose unique key exists."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(table).from_select(columns, rows).on_conflict_do_nothing())
