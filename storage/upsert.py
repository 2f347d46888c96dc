"""Writing rows that may be there already, in either database's words."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows; those whose primary key exists take on the new values instead."""
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> int:
    """Insert rows, but for those that a unique key says are there already; how many were new."""
    if not rows:
        return 0
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return connection.execute(insert(table).values(rows).on_conflict_do_nothing()).rowcount
