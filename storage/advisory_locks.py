"""Numbers of PostgreSQL advisory locks."""

from hashlib import blake2b

CLOSURE_LOCK = 7_310_600_001
"""Decisions share it, a new closure takes it alone."""
WAITING_LOCK = 7_310_600_002
"""Taken to make offers, so that the line is kept."""


def lock_number(kind: str, key: object) -> int:
    """A 64-bit hash, the same in every process. A collision would only cause needless waiting."""
    digest = blake2b(f"{kind}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
