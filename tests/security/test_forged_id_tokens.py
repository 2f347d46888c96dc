"""ID tokens signed by the provider with a wrong audience, time or nonce."""

import json
import socket
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.login.oidc_provider import IdentityRejected, IssuerGuard
from bot.login.oidc_token import Expected, access_token_hash, check_id_token
from tests.builders import NOW

ISSUER, CLIENT, NONCE, ACCESS = "https://idp.example", "roomie", "of this login", "an access token"
EXPECTED = Expected(ISSUER, CLIENT, NONCE, ACCESS)
KEY = RSAKey.generate_key(2048)
SECONDS = int(NOW.timestamp())
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "248289761001",
    "iat": SECONDS,
    "exp": SECONDS + 300,
    "nonce": NONCE,
}
MISSING = type("Missing", (), {"__repr__": lambda _: "missing"})()


def _named(changes: object) -> str:
    return repr(changes)[:60]


def token(algorithm: str = "RS256", **changes: Any) -> jwt.Token:
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not MISSING}
    return jwt.Token({"alg": algorithm}, json.loads(json.dumps(claims)))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"aud": [CLIENT, "another"], "azp": CLIENT},
        {"exp": SECONDS - 59},
        {"iat": SECONDS + 59},
        {"nbf": SECONDS + 59},
        {"iat": SECONDS + 0.5, "exp": SECONDS + 300.5},
        {"at_hash": access_token_hash(ACCESS, "RS256")},
        {"sub": "x" * 255},
    ],
    ids=_named,
)
def test_what_is_meant_for_us_is_believed(changes: dict[str, Any]) -> None:
    check_id_token(token(**changes), EXPECTED, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [CLIENT, "another"]},
        {"aud": ["another", CLIENT], "azp": "another"},
        {"aud": [CLIENT], "azp": "another"},
        {"aud": CLIENT, "azp": ""},
        {"aud": CLIENT, "azp": None},
        {"aud": [CLIENT, CLIENT], "azp": [CLIENT]},
        {"aud": [CLIENT, 7], "azp": CLIENT},
        {"aud": "another"},
        {"aud": ["another"], "azp": CLIENT},
        {"aud": []},
        {"aud": {CLIENT: CLIENT}},
        {"aud": [[CLIENT]]},
        {"aud": "ROOMIE"},
        {"aud": "roomie "},
        {"aud": MISSING},
        {"iss": f"{ISSUER}/"},
        {"iss": "https://IDP.example"},
        {"iss": [ISSUER]},
        {"iss": MISSING},
        {"exp": SECONDS - 61},
        {"exp": MISSING},
        {"exp": str(SECONDS + 300)},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**400},
        {"exp": None},
        {"iat": SECONDS + 61},
        {"iat": MISSING},
        {"iat": -(10**400)},
        {"nbf": SECONDS + 61},
        {"nbf": "soon"},
        {"nbf": None},
        {"nonce": "of another login"},
        {"nonce": MISSING},
        {"nonce": [NONCE]},
        {"nonce": [NONCE, "other"]},
        {"nonce": ""},
        {"at_hash": access_token_hash("another token", "RS256")},
        {"at_hash": access_token_hash(ACCESS, "RS512")},
        {"at_hash": None},
        {"at_hash": "\ud800"},
        {"sub": MISSING},
        {"sub": ""},
        {"sub": 248289761001},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
        {"sub": "\u212aim"},
    ],
    ids=_named,
)
def test_what_is_not_meant_for_us_now_and_here_is_not(changes: dict[str, Any]) -> None:
    with pytest.raises(IdentityRejected):
        check_id_token(token(**changes), EXPECTED, NOW)


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES512", "RS512"])
def test_the_hash_of_the_access_token_follows_the_signature(algorithm: str) -> None:
    check_id_token(token(algorithm, at_hash=access_token_hash(ACCESS, algorithm)), EXPECTED, NOW)


def _info(address: str) -> tuple[Any, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, 0, "", (address, 443)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.5", "::1", "64:ff9b::a00:5"])
def test_a_public_provider_names_no_endpoint_in_a_private_network(address: str) -> None:
    guard = IssuerGuard()
    guard.socket_to_issuer(_info("8.8.8.8")).close()

    with pytest.raises(OSError, match="private network"):
        guard.socket_to_other(_info(address))
    guard.socket_to_other(_info("9.9.9.9")).close()


def test_a_provider_on_campus_may_name_endpoints_there() -> None:
    guard = IssuerGuard()
    guard.socket_to_issuer(_info("10.0.0.4")).close()

    guard.socket_to_other(_info("10.0.0.5")).close()
