"""Direct access to either database, without our storage."""

import sqlite3
from contextlib import closing

import asyncpg

from storage.url import SqliteFile, parse_database_url


async def ask(url: str, statement: str) -> object:
    """Runs one statement; returns the first value of its first row, if any."""
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        with closing(sqlite3.connect(address.path)) as connection, connection:
            row = connection.execute(statement).fetchone()
            return row and row[0]
    connection = await asyncpg.connect(address.dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def tables_of(url: str) -> set[str]:
    """The names of all tables, and of the triggers and constraints that guard them."""
    if isinstance(parse_database_url(url), SqliteFile):
        listed = await ask(
            url, "SELECT group_concat(name) FROM sqlite_master WHERE name NOT LIKE '%autoindex%'"
        )
    else:
        listed = await ask(
            url,
            "SELECT string_agg(name, ',') FROM ("
            "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace) AS named",
        )
    return set(str(listed or "").split(",")) - {""}
