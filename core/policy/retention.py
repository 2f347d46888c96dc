"""What a campus keeps, for how long, and how much of it at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model import Expiring, Limit
from core.policy.login import KNOWN_FOR, RESULT_TTL
from core.policy.rules import Rules

MIN_KEPT_BOOKINGS = timedelta(days=35)
"""After their end; quotas of the last weeks are still told."""
MAX_LOGIN_SESSIONS = 20_000
"""Ten minutes' worth, of everybody who is just logging in."""
MAX_INSTALLATION_STATES = 10_000
_MAX_BOOKINGS = 5_000_000
_MAX_MESSAGES = 500_000
_MAX_REFUSED_LOGINS = 200_000
_MAX_DELIVERIES, _MAX_REQUESTS, _MAX_CHANGES, _MAX_TALLIES = 1_000_000, 1_000_000, 500_000, 200_000
_CHANGES, _TALLIES, _WEEK = timedelta(hours=1), timedelta(hours=1), timedelta(days=7)
"""Every process reads changes within seconds; no platform or client repeats itself after a week."""
_UNWRITTEN = timedelta(hours=1)
"""Uses of tokens that are not written down yet."""
_PEOPLE_AT_ONCE, _BOOKINGS_AT_ONCE = 25, 50
"""Each token or address that goes makes its person be read anew; each booking takes its charges along."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What an operator chooses about it. Bookings and messages count from when they are over."""

    audit: timedelta = timedelta(days=400)
    audit_rows: int = 5_000_000
    refused_logins: timedelta = timedelta(days=30)
    messages: timedelta = timedelta(days=14)
    bookings: timedelta = timedelta(days=3 * 366)


def limits(retention: Retention, rules: Rules, now: datetime) -> tuple[Limit, ...]:
    """A limit for everything that grows by being used."""
    kept_bookings = max(retention.bookings, MIN_KEPT_BOOKINGS)
    return (
        Limit(Expiring.CHANGES, now - _CHANGES, _MAX_CHANGES),
        Limit(Expiring.TALLIES, now - _TALLIES, _MAX_TALLIES),
        Limit(Expiring.INSTALLATION_STATES, now, MAX_INSTALLATION_STATES),
        login_sessions(now),
        Limit(Expiring.TOKENS, now - rules.token_idle - _UNWRITTEN, slice_rows=_PEOPLE_AT_ONCE),
        Limit(Expiring.KNOWN_ADDRESSES, now - KNOWN_FOR, slice_rows=_PEOPLE_AT_ONCE),
        Limit(Expiring.REQUESTS, now - _WEEK, _MAX_REQUESTS),
        Limit(Expiring.DELIVERIES, now - _WEEK, _MAX_DELIVERIES),
        Limit(Expiring.MESSAGES, now - retention.messages, _MAX_MESSAGES),
        Limit(Expiring.REFUSED_LOGINS, now - retention.refused_logins, _MAX_REFUSED_LOGINS),
        Limit(Expiring.AUDIT, now - retention.audit, retention.audit_rows),
        Limit(
            Expiring.BOOKINGS,
            now - kept_bookings,
            _MAX_BOOKINGS,
            over_before=now - MIN_KEPT_BOOKINGS,
            slice_rows=_BOOKINGS_AT_ONCE,
        ),
    )


def login_sessions(now: datetime) -> Limit:
    """Looked after every minute, for they hold what a login came to."""
    return Limit(Expiring.LOGIN_SESSIONS, now - RESULT_TTL, MAX_LOGIN_SESSIONS)
