"""OpenID Connect client: authorization code flow with PKCE, bound to a browser by an encrypted cookie."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict

from bot.login.encryption import DecryptionFailed, decrypt, encrypt
from bot.login.oidc_provider import IdentityRejected, Provider
from bot.login.oidc_token import Expected, check_id_token
from bot.login.settings import OidcSettings
from bot.login.shibboleth import display_name, is_address
from core.clock import Clock
from core.model import Identity
from core.names import is_plain, name_key
from core.services.provisioning import IdentityClaims

_PURPOSE = "login at the provider"
_STORED_SID = "letters"
"""Name in the cookie, as release 0.1 reads and writes it during a rolling upgrade."""


class AuthorizationState(Struct, frozen=True):
    """The state of one login, in an encrypted cookie while the browser is at the provider."""

    sid_token: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class AuthorizationRedirect(Struct, frozen=True):
    """The provider's URL to redirect to, and the cookie to set."""

    url: str
    cookie: str


class OidcClient:
    """Starts logins at the provider and verifies its responses."""

    def __init__(self, settings: OidcSettings, clock: Clock, secret: bytes) -> None:
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._provider = Provider(settings.issuer)

    async def start(self, sid_token: str, redirect_uri: str) -> AuthorizationRedirect:
        endpoints = await self._provider.endpoints()
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        pending = AuthorizationState(sid_token, state, nonce, verifier, redirect_uri)
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._settings.client_id,
                "redirect_uri": redirect_uri,
                "scope": self._settings.scope,
                "state": pending.state,
                "nonce": pending.nonce,
                "code_challenge": _challenge(pending.verifier),
                "code_challenge_method": "S256",
            }
        )
        separator = "&" if "?" in endpoints.authorize else "?"
        return AuthorizationRedirect(f"{endpoints.authorize}{separator}{query}", self._encrypt_state(pending))

    async def finish(self, parameters: Mapping[str, str], cookie: str) -> tuple[str, IdentityClaims]:
        """Verifies the provider's redirect; returns the sid token and the user's claims."""
        pending = self._decrypt_state(cookie)
        if not hmac.compare_digest(
            pending.state.encode(), parameters.get("state", "").encode("utf-8", "replace")
        ):
            raise IdentityRejected("This browser did not start that login.")
        if parameters.get("iss") not in {None, "", self._settings.issuer}:
            raise IdentityRejected
        code = parameters.get("code", "")
        if not code:
            raise IdentityRejected
        return pending.sid_token, self._claims(await self._fetch_claims(pending, code))

    async def close(self) -> None:
        await self._provider.close()

    async def _fetch_claims(self, pending: AuthorizationState, code: str) -> dict[str, Any]:
        """The verified claims of the ID token, completed by the userinfo endpoint."""
        tokens = await self._provider.exchange(
            self._settings,
            {"code": code, "redirect_uri": pending.redirect_uri, "code_verifier": pending.verifier},
        )
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str | None):
            raise IdentityRejected
        claims = await self._verify(id_token, access_token or "", pending.nonce)
        if "email" not in claims:
            more = await self._provider.userinfo(access_token or "")
            if more.get("sub") == claims["sub"]:
                claims = more | claims
        return claims

    async def _verify(self, token: str, access_token: str, nonce: str) -> dict[str, Any]:
        from joserfc.errors import JoseError

        try:
            signed = await self._provider.read(token)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise IdentityRejected from error
        expected = Expected(self._settings.issuer, self._settings.client_id, nonce, access_token)
        check_id_token(signed, expected, self._clock.now())
        return dict(signed.claims)

    def _claims(self, claims: Mapping[str, Any]) -> IdentityClaims:
        key, email = claims.get(self._settings.key), claims.get("email")
        if not isinstance(key, str) or not key:
            raise IdentityRejected
        if not isinstance(email, str) or not is_address(email) or claims.get("email_verified") is not True:
            raise IdentityRejected("Your institution's login confirmed no e-mail address of yours.")
        if not is_plain(email) or not is_plain(key):
            raise IdentityRejected(
                "Your institution's login gave an address that could be mistaken for another."
            )
        identity = (
            f"oidc:{self._settings.issuer}#{key}" if self._settings.key == "sub" else f"eppn:{name_key(key)}"
        )
        name = claims.get("name")
        groups = claims.get(self._settings.groups)
        listed = frozenset(map(str, groups)) if isinstance(groups, list) else frozenset()
        return IdentityClaims(
            Identity(identity), email, display_name(name if isinstance(name, str) else "", email), listed
        )

    def _encrypt_state(self, pending: AuthorizationState) -> str:
        fields = asdict(pending)
        fields[_STORED_SID] = fields.pop("sid_token")
        ciphertext = encrypt(json.dumps(fields).encode(), self._secret, _PURPOSE)
        return base64.urlsafe_b64encode(ciphertext).decode()

    def _decrypt_state(self, cookie: str) -> AuthorizationState:
        try:
            fields = json.loads(decrypt(base64.urlsafe_b64decode(cookie), self._secret, _PURPOSE))
            return AuthorizationState(sid_token=fields.pop(_STORED_SID), **fields)
        except (DecryptionFailed, LookupError, ValueError, TypeError) as error:
            raise IdentityRejected("This browser did not start that login.") from error


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
