"""Retention limits of all tables that grow with use."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from core.model import Expiring, Limit
from core.policy.login import KNOWN_FOR, RESULT_TTL
from core.policy.rules import Rules

MIN_KEPT_BOOKINGS = timedelta(days=35)
"""After their end; quotas of the last weeks are still shown."""
MAX_LOGIN_SESSIONS = 20_000
"""Sessions live for ten minutes."""
MAX_INSTALLATION_STATES = 10_000
_MAX_BOOKINGS = 5_000_000
_MAX_WAITS = 1_000_000
_MAX_REFUSALS = 1_000_000
_MAX_ERASURES = 1_000_000
_MAX_MESSAGES = 500_000
_MAX_WEBHOOK_EVENTS = 500_000
_MAX_DRAFTS = 100_000
_MAX_REFUSED_LOGINS = 200_000
_MAX_RATINGS = 200_000
_MAX_CLOSURES = 100_000
_MAX_GRANTS = 200_000
_MAX_DELIVERIES, _MAX_REQUESTS, _MAX_CHANGES, _MAX_TALLIES = 1_000_000, 1_000_000, 500_000, 200_000
_RATINGS = timedelta(days=400)
_GUESTS = timedelta(days=35)
"""After the end of their booking: some of them have no account that they could delete."""
_ERASURES = timedelta(days=2 * 366)
"""Longer than backups are stored, which bring people back."""
_CHANGES, _TALLIES, _WEEK = timedelta(hours=1), timedelta(hours=1), timedelta(days=7)
"""All processes read changes within seconds; platforms and clients retry for less than a week."""
_MAX_WRITE_DELAY = timedelta(hours=1)
"""Uses of tokens that may not be stored yet."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_PEOPLE_PER_SLICE, _BOOKINGS_PER_SLICE = 25, 50
"""Per transaction. Deleting a token or address invalidates its person; a booking's charges go with it."""


class Retention(Struct, frozen=True):
    """Configured retention. Bookings, waits and messages count from their end."""

    audit: timedelta = timedelta(days=400)
    audit_rows: int = 5_000_000
    refused_logins: timedelta = timedelta(days=30)
    messages: timedelta = timedelta(days=14)
    bookings: timedelta = timedelta(days=3 * 366)
    named_bookings: timedelta = timedelta(days=3 * 366)
    refusals: timedelta = timedelta(days=400)
    waits: timedelta = timedelta(days=400)


def limits(retention: Retention, rules: Rules, now: datetime) -> tuple[Limit, ...]:
    """All limits."""
    bookings_age = max(retention.bookings, MIN_KEPT_BOOKINGS)
    return (
        Limit(Expiring.CHANGES, now - _CHANGES, _MAX_CHANGES),
        Limit(Expiring.TALLIES, now - _TALLIES, _MAX_TALLIES),
        Limit(Expiring.INSTALLATION_STATES, now, MAX_INSTALLATION_STATES),
        login_sessions(now),
        Limit(Expiring.TOKENS, now - rules.token_idle - _MAX_WRITE_DELAY, slice_rows=_PEOPLE_PER_SLICE),
        Limit(Expiring.KNOWN_ADDRESSES, now - KNOWN_FOR, slice_rows=_PEOPLE_PER_SLICE),
        Limit(Expiring.REQUESTS, now - _WEEK, _MAX_REQUESTS),
        Limit(Expiring.DELIVERIES, now - _WEEK, _MAX_DELIVERIES),
        Limit(Expiring.DRAFTS, now, _MAX_DRAFTS),
        Limit(Expiring.MESSAGES, now - retention.messages, _MAX_MESSAGES),
        Limit(Expiring.REFUSALS, now - retention.refusals, _MAX_REFUSALS),
        Limit(Expiring.WEBHOOK_EVENTS, now - retention.messages, _MAX_WEBHOOK_EVENTS),
        Limit(Expiring.RATINGS, now - _RATINGS, _MAX_RATINGS),
        Limit(Expiring.REFUSED_LOGINS, now - retention.refused_logins, _MAX_REFUSED_LOGINS),
        Limit(Expiring.AUDIT, now - retention.audit, retention.audit_rows),
        Limit(Expiring.CLOSURES, now - bookings_age, _MAX_CLOSURES),
        Limit(
            Expiring.BOOKINGS,
            now - bookings_age,
            _MAX_BOOKINGS,
            over_before=now - MIN_KEPT_BOOKINGS,
            slice_rows=_BOOKINGS_PER_SLICE,
        ),
        Limit(Expiring.SERIES, now - bookings_age),
        Limit(Expiring.GRANTS, now - bookings_age, _MAX_GRANTS),
        Limit(Expiring.WAITS, now - max(retention.waits, MIN_KEPT_BOOKINGS), _MAX_WAITS),
        Limit(
            Expiring.NAMED_BOOKINGS,
            now - max(retention.named_bookings, MIN_KEPT_BOOKINGS),
            slice_rows=_BOOKINGS_PER_SLICE,
        ),
        Limit(Expiring.GUESTS, now - _GUESTS),
        Limit(Expiring.ERASURES, now - _ERASURES, _MAX_ERASURES),
    )


def kept_for(retention: Retention, rules: Rules) -> Mapping[Expiring, timedelta]:
    """How long each kind of row is kept."""
    return {each.kind: _EPOCH - each.before for each in limits(retention, rules, _EPOCH)}


def login_sessions(now: datetime) -> Limit:
    """Enforced every minute, because sessions hold login results."""
    return Limit(Expiring.LOGIN_SESSIONS, now - RESULT_TTL, MAX_LOGIN_SESSIONS)
