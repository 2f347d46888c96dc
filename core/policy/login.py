"""State machine of login sessions: pure transitions and their errors."""

import hmac
import json
import secrets
import string
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from ipaddress import IPv6Network, ip_address

from msgspec.structs import replace

from core.errors import Conflict, NotAllowed, NotFound
from core.model import LoginSession, LoginState, PersonId

LIFETIME = timedelta(minutes=10)
RESULT_TTL = timedelta(seconds=60)
"""How long a result can be fetched."""
KNOWN_FOR = timedelta(days=180)
"""How long a network or device is known after its last login."""
_PREFIX = "shib"
_TOKEN_LENGTH = 60
_SHARE_BY_PREFIX_LENGTH = {64: 1, 56: 8, 48: 32}
"""IPv6 prefix lengths given to subscribers and sites, with the multiple of a /64's sessions each may have."""


class StaleLink(NotFound):
    """There is no open session: unknown, ended or expired."""

    code = "stale_link"

    def __init__(
        self, message: str = "This link is not good any more. Links last ten minutes and work once."
    ) -> None:
        super().__init__(message)


class NotConfirmed(NotAllowed):
    """The nonce is not that of the latest confirmation page."""

    code = "not_confirmed"

    def __init__(self) -> None:
        super().__init__("This page is out of date. Open the link again, please.")


class AccessDenied(NotAllowed):
    """The person authenticated, but may not use this Roomie."""

    code = "not_admitted"


class LinkedElsewhere(Conflict):
    code = "linked_elsewhere"

    def __init__(self) -> None:
        super().__init__("This chat account stands for somebody else already. Say /logout there first.")


class LoginStatus(Enum):
    """Public status of a sid."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    LOGGED_IN = "logged in"
    FAILED = "failed"


def new_sid() -> str:
    """Generates the token part of a sid: sixty random letters (282 bits)."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(_TOKEN_LENGTH))


def full_sid(token: str) -> str:
    return _PREFIX + token


def sid_token(sid: str) -> str | None:
    """Extracts the token part of a sid, with or without its prefix; None if malformed."""
    token = (
        sid[len(_PREFIX) :] if len(sid) == len(_PREFIX) + _TOKEN_LENGTH and sid.startswith(_PREFIX) else sid
    )
    is_sid = len(token) == _TOKEN_LENGTH and token.isascii() and token.isalpha() and token.islower()
    return token if is_sid else None


def sid_hash(token: str) -> bytes:
    return sha256(b"sid " + token.encode()).digest()


def login_status(session: LoginSession | None, now: datetime) -> LoginStatus:
    """Public status; always `UNKNOWN` for the links of chat accounts."""
    if session is None or session.identity is not None:
        return LoginStatus.UNKNOWN
    if session.state is LoginState.DONE:
        is_there = session.encrypted_result is not None and now < ends_at(session)
        return LoginStatus.LOGGED_IN if is_there else LoginStatus.UNKNOWN
    if now >= session.expires_at:
        return LoginStatus.UNKNOWN
    return LoginStatus.FAILED if session.state is LoginState.FAILED else LoginStatus.WAITING


def ends_at(session: LoginSession) -> datetime:
    """When a sid becomes useless."""
    if session.state is LoginState.DONE and session.finished_at is not None:
        return session.finished_at + RESULT_TTL
    return session.expires_at


def is_open(session: LoginSession | None, now: datetime) -> bool:
    """Whether the link can still be used."""
    return (
        session is not None
        and session.state in {LoginState.OPEN, LoginState.REQUESTED}
        and now < session.expires_at
    )


def pick_evictable(open_requests: Sequence[tuple[bytes, str]], count: int) -> list[bytes]:
    """Picks sessions to drop in favour of new ones: the oldest of the network that has the most open.

    `open_requests` are hashes and encoded requests of open sessions, the oldest first. A client that opens
    many thus drops its own, not those of others.
    """
    networks = [_networks_of(request) for _, request in open_requests]
    totals = Counter(network for around in networks for network in around)
    if not totals:
        return []
    largest = max(totals, key=lambda network: totals[network] / network[1])
    evictable = [
        session for (session, _), around in zip(open_requests, networks, strict=True) if largest in around
    ]
    return evictable[:count]


def _networks_of(request: str) -> list[tuple[str, int]]:
    """The networks around the address in an encoded request, with the share that each may have."""
    try:
        address = ip_address(json.loads(request).get("address", ""))
    except (ValueError, AttributeError, TypeError):
        return [("", 1)]
    if address.version == 4:
        return [(str(address), 1)]
    return [
        (str(IPv6Network((address, length), strict=False)), share)
        for length, share in _SHARE_BY_PREFIX_LENGTH.items()
    ]


def request_confirmation(session: LoginSession, person: PersonId, nonce: str) -> LoginSession:
    """The last person who authenticated must confirm; earlier pages become invalid."""
    return replace(session, state=LoginState.REQUESTED, person_id=person, nonce=_nonce_hash(nonce))


def check_nonce(session: LoginSession, nonce: str) -> None:
    """Requires the nonce of the latest confirmation page; `NotConfirmed` otherwise."""
    expected = session.nonce if session.state is LoginState.REQUESTED else None
    if expected is None or not hmac.compare_digest(expected, _nonce_hash(nonce)):
        raise NotConfirmed


def finish(session: LoginSession, now: datetime, encrypted_result: bytes | None = None) -> LoginSession:
    return replace(
        session, state=LoginState.DONE, nonce=None, encrypted_result=encrypted_result, finished_at=now
    )


def fail(session: LoginSession, now: datetime, message: str) -> LoginSession:
    return replace(session, state=LoginState.FAILED, nonce=None, request="", message=message, finished_at=now)


def _nonce_hash(nonce: str) -> bytes:
    return sha256(b"nonce " + nonce.encode("utf-8", "surrogatepass")).digest()
