"""Logging in at an OpenID provider: authorization code with PKCE, bound to one browser by a sealed cookie."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from bot.login.encryption import DecryptionFailed, decrypt, encrypt
from bot.login.oidc_provider import IdentityRejected, Provider
from bot.login.oidc_token import Expected, check_id_token
from bot.login.settings import OidcSettings
from bot.login.shibboleth import display_name, is_address
from core.clock import Clock
from core.model.entities import Identity
from core.names import is_plain, name_key
from core.services.provisioning import IdentityClaims

_COOKIE = "login at the provider"


@dataclass(frozen=True, slots=True)
class AuthorizationState:
    """What a browser carries to the provider and back, unreadable to it."""

    letters: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class AuthorizationRedirect:
    """Where to send the browser, and the cookie to give it."""

    url: str
    cookie: str


class OidcClient:
    """Sends people to the provider, and finds out whom it sends back."""

    def __init__(self, settings: OidcSettings, clock: Clock, secret: bytes) -> None:
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._provider = Provider(settings.issuer)

    async def start(self, letters: str, redirect_uri: str) -> AuthorizationRedirect:
        place = await self._provider.endpoints()
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        trip = AuthorizationState(letters, state, nonce, verifier, redirect_uri)
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._settings.client_id,
                "redirect_uri": redirect_uri,
                "scope": self._settings.scope,
                "state": trip.state,
                "nonce": trip.nonce,
                "code_challenge": _challenge(trip.verifier),
                "code_challenge_method": "S256",
            }
        )
        joint = "&" if "?" in place.authorize else "?"
        return AuthorizationRedirect(f"{place.authorize}{joint}{query}", self._encrypt_state(trip))

    async def finish(self, answer: Mapping[str, str], cookie: str) -> tuple[str, IdentityClaims]:
        """The letters of the login that the browser left for, and who the provider says it is."""
        trip = self._decrypt_state(cookie)
        if not hmac.compare_digest(trip.state.encode(), answer.get("state", "").encode("utf-8", "replace")):
            raise IdentityRejected("This browser did not start that login.")
        if answer.get("iss") not in {None, "", self._settings.issuer}:
            raise IdentityRejected
        code = answer.get("code", "")
        if not code:
            raise IdentityRejected
        return trip.letters, self._claims(await self._fetch_claims(trip, code))

    async def close(self) -> None:
        await self._provider.close()

    async def _fetch_claims(self, trip: AuthorizationState, code: str) -> dict[str, Any]:
        """What the provider's token says, checked, and what it tells beside it."""
        tokens = await self._provider.exchange(
            self._settings,
            {"code": code, "redirect_uri": trip.redirect_uri, "code_verifier": trip.verifier},
        )
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str | None):
            raise IdentityRejected
        told = await self._verify(id_token, access_token or "", trip.nonce)
        if "email" not in told:
            more = await self._provider.userinfo(access_token or "")
            if more.get("sub") == told["sub"]:
                told = more | told
        return told

    async def _verify(self, token: str, access_token: str, nonce: str) -> dict[str, Any]:
        from joserfc.errors import JoseError

        try:
            signed = await self._provider.read(token)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise IdentityRejected from error
        wanted = Expected(self._settings.issuer, self._settings.client_id, nonce, access_token)
        check_id_token(signed, wanted, self._clock.now())
        return dict(signed.claims)

    def _claims(self, told: Mapping[str, Any]) -> IdentityClaims:
        key, email = told.get(self._settings.key), told.get("email")
        if not isinstance(key, str) or not key:
            raise IdentityRejected
        if not isinstance(email, str) or not is_address(email) or told.get("email_verified") is not True:
            raise IdentityRejected("Your institution's login vouches for no e-mail address of yours.")
        if not is_plain(email) or not is_plain(key):
            raise IdentityRejected("Your institution's login says an address that looks like another.")
        identity = (
            f"oidc:{self._settings.issuer}#{key}" if self._settings.key == "sub" else f"eppn:{name_key(key)}"
        )
        name = told.get("name")
        groups = told.get(self._settings.groups)
        listed = frozenset(map(str, groups)) if isinstance(groups, list) else frozenset()
        return IdentityClaims(
            Identity(identity), email, display_name(name if isinstance(name, str) else "", email), listed
        )

    def _encrypt_state(self, trip: AuthorizationState) -> str:
        sealed = encrypt(json.dumps(asdict(trip)).encode(), self._secret, _COOKIE)
        return base64.urlsafe_b64encode(sealed).decode()

    def _decrypt_state(self, cookie: str) -> AuthorizationState:
        try:
            return AuthorizationState(
                **json.loads(decrypt(base64.urlsafe_b64decode(cookie), self._secret, _COOKIE))
            )
        except (DecryptionFailed, ValueError, TypeError) as error:
            raise IdentityRejected("This browser did not start that login.") from error


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
