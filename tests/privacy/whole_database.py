"""Everything that a database holds, to be searched."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from storage.tables import metadata
from storage.url import SqliteFile, parse_database_url

ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


async def find_words(url: str, words: Iterable[str]) -> list[str]:
    """Which of these words are anywhere in the database: in its files as bytes, and in rows of its tables."""
    haystack = (await _rows(url)).casefold()
    found = {each for each in words if each.casefold() in haystack}
    address = parse_database_url(url)
    if isinstance(address, SqliteFile):
        files = [Path(f"{address.path}{end}") for end in ("", "-wal", "-shm", "-journal")]
        content = b"".join(each.read_bytes() for each in files if each.exists()).lower()
        found |= {each for each in words if each.lower().encode() in content}
    return sorted(found)


async def rows_with(url: str, word: str) -> list[str]:
    """The rows with this word, to read when a test fails."""
    return [each for each in (await _rows(url)).split("\n\n") if word.casefold() in each.casefold()]


async def _rows(url: str) -> str:
    address = parse_database_url(url)
    statements = {name: f'SELECT * FROM "{name}"' for name in metadata.tables}  # noqa: S608
    if isinstance(address, SqliteFile):
        with closing(sqlite3.connect(address.path)) as connection:
            tables = {name: connection.execute(each).fetchall() for name, each in statements.items()}
    else:
        server = await asyncpg.connect(address.dsn)
        try:
            tables = {name: await server.fetch(each) for name, each in statements.items()}
        finally:
            await server.close()
    return "\n\n".join(f"{name}: {tuple(row)}" for name, rows in tables.items() for row in rows)
