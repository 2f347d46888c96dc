"""Numbers of PostgreSQL advisory locks."""

from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import Connection, text

CLOSURE_LOCK = 7_310_600_001
"""Decisions share it, a new closure takes it alone."""
WAITING_LOCK = 7_310_600_002
"""Taken to make offers, so that the line is kept."""


def lock_number(kind: str, key: object) -> int:
    """A 64-bit hash, the same in every process. A collision would only cause needless waiting."""
    digest = blake2b(f"{kind}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def take_locks(connection: Connection, named: Iterable[tuple[str, object]]) -> None:
    """Takes locks of kinds and keys until the commit, in order. SQLite, with one writer, needs none."""
    if connection.dialect.name != "postgresql":
        return
    locks = text("SELECT pg_advisory_xact_lock(n) FROM unnest(CAST(:numbers AS bigint[])) AS n")
    numbers = sorted({lock_number(kind, key) for kind, key in named})
    connection.execute(locks, {"numbers": numbers})
