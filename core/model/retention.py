"""Retention limits: maximum age and number of rows."""

from datetime import datetime
from enum import Enum
from typing import NamedTuple, TypeAlias

from msgspec import Struct


class Expiring(Enum):
    """Kinds of rows that are deleted after some time."""

    CHANGES = "changes"
    """Change log."""
    REQUESTS = "requests"
    """Idempotency keys."""
    DELIVERIES = "deliveries"
    """Processed platform events, for deduplication."""
    TALLIES = "tallies"
    INSTALLATION_STATES = "installation states"
    LOGIN_SESSIONS = "login sessions"
    TOKENS = "tokens"
    """Login tokens, by when they were last used."""
    KNOWN_ADDRESSES = "known addresses"
    """Client networks of earlier logins."""
    DRAFTS = "drafts"
    """Previews of series that wait for the press of a button."""
    MESSAGES = "messages"
    """Outbox messages that are complete or expired."""
    REFUSED_LOGINS = "refused logins"
    """Audit entries of refused logins, which anybody can cause."""
    REFUSALS = "refusals"
    """Requests that were refused."""
    RATINGS = "ratings"
    """Ratings of rooms."""
    AUDIT = "audit"
    """All other audit entries."""
    CLOSURES = "closures"
    """Closures by their end, except yearly ones."""
    SERIES = "series"
    """Series without bookings, by the end of their last date."""
    GUESTS = "guests"
    """The guests of bookings and offers to hand them over, by the end of the booking, which stays."""
    BOOKINGS = "bookings"
    """Bookings by their end, with their charges and messages."""
    ERASURES = "erasures"
    """The numbers of people who are gone, by when they asked."""
    NAMED_BOOKINGS = "named bookings"
    """Who made a booking, its title, notes and guests, by its end; the booking stays as a number."""
    GRANTS = "grants"
    """Grants of quota, by when they were made."""
    WEBHOOK_EVENTS = "webhook events"
    """Events with their deliveries to webhooks, also those that still wait."""
    WAITS = "waits"
    """Entries of the waiting list that have ended, by the end of the time they were for."""


class Limit(Struct, frozen=True):
    """Deletes rows older than `before`, and of all others the oldest beyond `max_rows`.

    Rows newer than `over_before` are exempt from the second rule. `slice_rows` are deleted per transaction.
    """

    kind: Expiring
    before: datetime
    max_rows: int | None = None
    over_before: datetime | None = None
    slice_rows: int = 200


RowKey: TypeAlias = int | str | bytes


class Expired(NamedTuple):
    """A row to delete, with its age when it was found (seconds since 1970)."""

    key: RowKey
    at: int
