"""Database URLs."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from msgspec import Struct

from core.errors import Invalid

_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///(?P<path>[^?#]+)")
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+\w+)?://")
_ONLY_LIBPQ_KNOWS = frozenset({"channel_binding", "connect_timeout", "gssencmode"})


class InvalidDatabaseUrl(Invalid):
    """The message does not contain the URL, which may hold a password."""

    code = "bad_database_url"

    def __init__(self) -> None:
        super().__init__(
            "The database URL must look like sqlite:///var/roomie.db (four slashes before an absolute path) "
            "or postgresql://user:password@host/database."
        )


class SqliteFile(Struct, frozen=True):
    path: Path


class PostgresServer(Struct, frozen=True):
    """`dsn` is the URL for asyncpg."""

    dsn: str

    @property
    def shown(self) -> str:
        """The URL without its password."""
        parts = urlsplit(self.dsn)
        user, _, host = parts.netloc.rpartition("@")
        netloc = f"{user.partition(':')[0]}@{host}" if user else host
        query = [(name, value) for name, value in parse_qsl(parts.query) if name != "password"]
        return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query, safe="/")))


def parse_database_url(url: str) -> SqliteFile | PostgresServer:
    """Parses a URL; `InvalidDatabaseUrl`."""
    if (file := _SQLITE.fullmatch(url)) is not None:
        return SqliteFile(Path(unquote(file["path"])))
    if (server := _POSTGRES.match(url)) is not None:
        return PostgresServer(_for_asyncpg("postgresql://" + url[server.end() :]))
    raise InvalidDatabaseUrl


def _for_asyncpg(url: str) -> str:
    """Drops parameters that asyncpg would pass on as server settings; renames SQLAlchemy's `ssl`."""
    parts = urlsplit(url)
    query = [
        ("sslmode" if name == "ssl" else name, value)
        for name, value in parse_qsl(parts.query)
        if name not in _ONLY_LIBPQ_KNOWS and not name.startswith("keepalives")
    ]
    return urlunsplit(parts._replace(query=urlencode(query, safe="/")))
