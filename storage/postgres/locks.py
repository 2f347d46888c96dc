"""What a work must have to itself, as numbers for PostgreSQL's advisory locks."""

from hashlib import blake2b

from sqlalchemy import Connection, text

from core.ports import DecisionKeys


def lock_number(kind: str, key: object) -> int:
    """The same number in every process; that two things share one is harmless and all but impossible."""
    digest = blake2b(f"{kind}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def exclusive_locks(keys: DecisionKeys) -> frozenset[int]:
    """What a hot work changes, or decides upon the sum of: locked for it alone."""
    named = (
        ("room", keys.room),
        ("person", keys.person),
        ("booking", keys.booking),
        ("request", keys.request),
    )
    return frozenset(lock_number(kind, key) for kind, key in named if key is not None)


def shared_lock(keys: DecisionKeys) -> int | None:
    """The society whose members and tokens a hot work only looks at: many may look at once."""
    return None if keys.society is None else lock_number("society", keys.society)


def hold(connection: Connection, kind: str, key: object) -> None:
    """Wait until no hot work decides upon a person or society, and keep others waiting until the commit.

    SQLite has one writer and needs none of this.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": lock_number(kind, key)})
