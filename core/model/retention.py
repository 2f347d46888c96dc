"""How long rows are kept, and how many of them at most."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple, TypeAlias


class Expiring(Enum):
    """Kinds of rows that are worth nothing, or no more than their space, after some time."""

    CHANGES = "changes"
    """What processes tell each other."""
    REQUESTS = "requests"
    """Idempotency keys."""
    DELIVERIES = "deliveries"
    """What platforms delivered, so that nothing acts twice."""
    TALLIES = "tallies"
    INSTALLATION_STATES = "installation states"
    LOGIN_SESSIONS = "login sessions"
    TOKENS = "tokens"
    """Login tokens, by when they were last used."""
    KNOWN_ADDRESSES = "known addresses"
    """Networks where somebody logged in."""
    MESSAGES = "messages"
    """Those that are done with, or useless by now."""
    REFUSED_LOGINS = "refused logins"
    """What strangers can write into the audit."""
    AUDIT = "audit"
    """The rest of the audit."""
    BOOKINGS = "bookings"
    """By their end, with their charges and messages."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Rows older than `before` go, and of all others the oldest beyond `most`.

    `over_before` keeps what is newer from the second rule. `slice_rows` are deleted in one transaction.
    """

    kind: Expiring
    before: datetime
    most: int | None = None
    over_before: datetime | None = None
    slice_rows: int = 200


RowKey: TypeAlias = int | str | bytes


class Expired(NamedTuple):
    """A row that may go, as old as it was when it was found (seconds since 1970)."""

    key: RowKey
    at: int
