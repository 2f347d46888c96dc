"""Database URLs in all the forms that people and hosting platforms use."""

from pathlib import Path

import pytest

from storage.url import InvalidDatabaseUrl, PostgresServer, SqliteFile, parse_database_url


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/roomie.db", "var/roomie.db"),
        ("sqlite:////srv/roomie.db", "/srv/roomie.db"),
        ("sqlite+aiosqlite:///roomie.db", "roomie.db"),
        ("sqlite:///my%20files/roomie.db", "my files/roomie.db"),
    ],
)
def test_sqlite_paths_are_relative_after_three_slashes_and_absolute_after_four(url: str, path: str):
    assert parse_database_url(url) == SqliteFile(Path(path))


@pytest.mark.parametrize(
    ("url", "dsn"),
    [
        ("postgres://u:p@h:5432/d", "postgresql://u:p@h:5432/d"),
        ("postgresql://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+asyncpg://u@h/d", "postgresql://u@h/d"),
        ("postgresql://u@/d?host=/var/run/postgresql", "postgresql://u@/d?host=/var/run/postgresql"),
        ("postgres://u@h/d?sslmode=require", "postgresql://u@h/d?sslmode=require"),
        ("postgresql+asyncpg://u@h/d?ssl=require", "postgresql://u@h/d?sslmode=require"),
        (
            "postgresql://u@h/d?sslmode=require&channel_binding=require&connect_timeout=5",
            "postgresql://u@h/d?sslmode=require",
        ),
    ],
)
def test_every_way_to_write_a_postgresql_url_becomes_asyncpgs(url: str, dsn: str):
    assert parse_database_url(url) == PostgresServer(dsn)


@pytest.mark.parametrize(
    "url", ["", "roomie.db", "sqlite://", "sqlite:///", "mysql://u:secret@h/d", "http://h"]
)
def test_anything_else_is_refused_without_showing_it(url: str):
    with pytest.raises(InvalidDatabaseUrl) as refusal:
        parse_database_url(url)

    assert "secret" not in str(refusal.value)


def test_a_server_is_shown_without_its_password():
    server = PostgresServer("postgresql://wil:secret@h:1/d?sslmode=require&password=secret")

    assert server.shown == "postgresql://wil@h:1/d?sslmode=require"
