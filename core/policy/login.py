"""What a login under way may become, and what may be told of it when: pure steps from value to value."""

import hmac
import json
import secrets
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from ipaddress import IPv6Network, ip_address

from core.errors import Conflict, NotAllowed, NotFound
from core.model.entities import PersonId
from core.model.login_session import LoginSession, LoginState

LIFETIME = timedelta(minutes=10)
RESULT_TTL = timedelta(seconds=60)
"""How long a result can be fetched."""
KNOWN_FOR = timedelta(days=180)
"""How long an address or a browser is known after the last login there."""
_PREFIX = "shib"
_LETTERS = 60
_SHARE_BY_PREFIX_LENGTH = {64: 1, 56: 8, 48: 32}
"""IPv6 prefix lengths given to subscribers and sites, with the multiple of a /64's sessions each may have."""


class StaleLink(NotFound):
    """No login is under way there: never was, is over, or was somebody else's."""

    code = "stale_link"

    def __init__(self) -> None:
        super().__init__("This link is not good any more. Links last ten minutes and work once.")


class NotConfirmed(NotAllowed):
    """The confirmation is not the one that was asked for last."""

    code = "not_confirmed"

    def __init__(self) -> None:
        super().__init__("This page is out of date. Open the link again, please.")


class AccessDenied(NotAllowed):
    """Known who it is, and they may not use Roomie here."""

    code = "not_admitted"


class LinkedElsewhere(Conflict):
    code = "linked_elsewhere"

    def __init__(self) -> None:
        super().__init__("This chat account stands for somebody else already. Say /logout there first.")


class LoginStatus(Enum):
    """What may be told of a sid."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    LOGGED_IN = "logged in"
    FAILED = "failed"


def new_sid() -> str:
    """Sixty random letters: the sid without its prefix."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))


def full_sid(token: str) -> str:
    return _PREFIX + token


def sid_token(sid: str) -> str | None:
    """The letters of a sid in either of its forms; None for what cannot be one."""
    letters = sid[len(_PREFIX) :] if len(sid) == len(_PREFIX) + _LETTERS and sid.startswith(_PREFIX) else sid
    is_sid = len(letters) == _LETTERS and letters.isascii() and letters.isalpha() and letters.islower()
    return letters if is_sid else None


def sid_hash(token: str) -> bytes:
    return sha256(b"sid " + token.encode()).digest()


def login_status(session: LoginSession | None, now: datetime) -> LoginStatus:
    """A chat account's link tells nobody anything."""
    if session is None or session.identity is not None:
        return LoginStatus.UNKNOWN
    if session.state is LoginState.DONE:
        is_there = session.encrypted_result is not None and now < ends_at(session)
        return LoginStatus.LOGGED_IN if is_there else LoginStatus.UNKNOWN
    if now >= session.expires_at:
        return LoginStatus.UNKNOWN
    return LoginStatus.FAILED if session.state is LoginState.FAILED else LoginStatus.WAITING


def ends_at(session: LoginSession) -> datetime:
    """When there is nothing to be had from a sid any more."""
    if session.state is LoginState.DONE and session.finished_at is not None:
        return session.finished_at + RESULT_TTL
    return session.expires_at


def is_open(session: LoginSession | None, now: datetime) -> bool:
    """Whether somebody may still come and log in."""
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
    crowded = [
        session for (session, _), around in zip(open_requests, networks, strict=True) if largest in around
    ]
    return crowded[:count]


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
    """Whoever proves who they are last is the one asked; pages shown before are out of date."""
    return replace(session, state=LoginState.REQUESTED, person_id=person, nonce=_nonce_hash(nonce))


def check_nonce(session: LoginSession, nonce: str) -> None:
    """`NotConfirmed` unless this is the page that was shown last."""
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
