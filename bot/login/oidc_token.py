"""Validating the claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7) whose signature was verified."""

import base64
import hashlib
import hmac
import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bot.login.oidc_provider import IdentityRejected

if TYPE_CHECKING:
    from joserfc.jwt import Token

_LEEWAY_SECONDS = 60
_MAX_SUBJECT = 255
"""ASCII characters, the maximum of the specification."""


class Expected(Struct, frozen=True):
    """Expected claims of the ID token; `access_token` is the one issued with it, for `at_hash`."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str = ""


def check_id_token(token: "Token", expected: Expected, now: datetime) -> None:
    """Raises `IdentityRejected` unless the token was issued to us, for this login, and is valid now."""
    claims = token.claims
    _require(claims.get("iss") == expected.issuer)
    _require(_is_subject(claims.get("sub")))
    _require(_is_for(expected.client_id, claims))
    _require(_is_equal(claims.get("nonce"), expected.nonce))
    _check_times(claims, now.timestamp())
    if "at_hash" in claims:
        algorithm = str(token.header.get("alg", ""))
        _require(_is_equal(claims["at_hash"], access_token_hash(expected.access_token, algorithm)))


def access_token_hash(access_token: str, algorithm: str) -> str:
    """Computes `at_hash`: the left half of the digest of the signature's algorithm, base64url."""
    digest = hashlib.new(f"sha{algorithm[2:]}", access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _is_subject(value: object) -> bool:
    """Whether every database stores and compares the value exactly."""
    if not isinstance(value, str):
        return False
    return 0 < len(value) <= _MAX_SUBJECT and value.isascii() and value.isprintable()


def _is_for(client_id: str, claims: Mapping[str, Any]) -> bool:
    """Whether we are the audience; with several audiences, `azp` must be us too."""
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        return False
    if not all(isinstance(each, str) for each in audiences):
        return False
    if "azp" in claims or len(audiences) > 1:
        return bool(claims.get("azp") == client_id)
    return True


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    _require(now < expires + _LEEWAY_SECONDS)
    _require(issued <= now + _LEEWAY_SECONDS)
    if "nbf" in claims:
        _require(_seconds(claims["nbf"]) <= now + _LEEWAY_SECONDS)


def _seconds(value: object) -> float:
    """Parses a NumericDate. Raises `IdentityRejected` for anything but a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise IdentityRejected
    try:
        seconds = float(value)
    except OverflowError as error:
        raise IdentityRejected from error
    _require(math.isfinite(seconds))
    return seconds


def _is_equal(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode("utf-8", "replace"), expected.encode())


def _require(condition: bool) -> None:  # noqa: FBT001 - an assertion
    if not condition:
        raise IdentityRejected
