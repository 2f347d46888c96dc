"""HTTP client of an OpenID provider: discovery, signing keys, token and userinfo endpoints."""

import json
import socket
from base64 import b64encode
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

import aiohttp
from msgspec import Struct
from yarl import URL

from bot.config.types import is_loopback
from bot.login.settings import OidcSettings
from core.errors import NotAllowed, Unavailable
from core.ip_addresses import is_public

if TYPE_CHECKING:
    from joserfc.jwt import Token

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
"""Asymmetric signatures only: `none` and HMAC prove nothing about the provider."""
_MAX_RESPONSE_SIZE = 512 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_DISCOVERY_TTL = 3600.0
_MIN_KEY_REFRESH_INTERVAL = 30.0
_REJECTED_STATUSES = {400, 401, 403}
AddressInfo: TypeAlias = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class Endpoints(Struct, frozen=True):
    """Endpoints from the discovery document; `takes_basic`: accepts client_secret_basic."""

    authorize: str
    token: str
    keys: str
    userinfo: str = ""
    takes_basic: bool = True


class ProviderUnavailable(Unavailable):
    """The provider is unreachable or its response is invalid."""

    code = "provider_away"

    def __init__(self) -> None:
        super().__init__("Your institution's login cannot be reached right now. Please try again shortly.")


class IdentityRejected(NotAllowed):
    """The provider did not identify the user in a way that we accept."""

    code = "not_recognised"

    def __init__(self, why: str = "Your institution's login did not say who you are.") -> None:
        super().__init__(f"{why} Please open the link again.")


def is_safe(url: str) -> bool:
    """Whether a URL uses https, or points to this machine."""
    try:
        parsed = URL(url)
    except ValueError:
        return False
    return parsed.scheme == "https" or (parsed.scheme == "http" and is_loopback(parsed.host or ""))


class Provider:
    """One issuer. Caches discovery and keys for an hour; an unknown key refreshes the keys earlier."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._guard = IssuerGuard()
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, Any] | None = None

    async def endpoints(self) -> Endpoints:
        if self._endpoints is None or perf_counter() - self._endpoints[0] > _DISCOVERY_TTL:
            document = await self._request(
                "GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            )
            self._endpoints = perf_counter(), self._read_endpoints(document)
        return self._endpoints[1]

    def _read_endpoints(self, document: Mapping[str, Any]) -> Endpoints:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        authorize, token, keys = (_endpoint(document, name) for name in names)
        methods = document.get("token_endpoint_auth_methods_supported")
        if document.get("issuer") != self._issuer or not (authorize and token and keys):
            raise ProviderUnavailable
        takes_basic = not isinstance(methods, list) or "client_secret_basic" in methods
        return Endpoints(authorize, token, keys, _endpoint(document, "userinfo_endpoint"), takes_basic)

    async def exchange(self, settings: OidcSettings, grant: Mapping[str, str]) -> Mapping[str, Any]:
        """Exchanges an authorization code for tokens."""
        endpoints, headers = await self.endpoints(), {}
        form = {"grant_type": "authorization_code", "client_id": settings.client_id, **grant}
        if settings.client_secret and endpoints.takes_basic:
            pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        elif settings.client_secret:
            form["client_secret"] = settings.client_secret
        return await self._request("POST", endpoints.token, data=form, headers=headers)

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        endpoints = await self.endpoints()
        if not endpoints.userinfo or not access_token:
            return {}
        return await self._request(
            "GET", endpoints.userinfo, headers={"Authorization": f"Bearer {access_token}"}
        )

    async def read(self, token: str) -> "Token":
        """Verifies a token's signature. Raises `JoseError` or `ValueError`."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            return jwt.decode(token, await self._key_set(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            fetched_at = self._keys[0] if self._keys else 0.0
            if perf_counter() - fetched_at < _MIN_KEY_REFRESH_INTERVAL:
                raise
            self._keys = None
        return jwt.decode(token, await self._key_set(), algorithms=list(ALGORITHMS))

    async def _key_set(self) -> Any:  # noqa: ANN401 - joserfc's own, imported late
        from joserfc.jwk import KeySet

        if self._keys is None or perf_counter() - self._keys[0] > _DISCOVERY_TTL:
            document = await self._request("GET", (await self.endpoints()).keys)
            usable = [
                each
                for each in document.get("keys", ())
                if isinstance(each, dict) and each.get("kty") in {"RSA", "EC"} and each.get("use") != "enc"
            ]
            self._keys = perf_counter(), KeySet.import_key_set({"keys": usable})
        return self._keys[1]

    async def _request(
        self,
        method: str,
        url: str,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Returns the JSON object of a response. Raises `ProviderUnavailable` or `IdentityRejected`."""
        if not is_safe(url):
            raise ProviderUnavailable
        try:
            async with self._session(url).request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as response:
                if response.status in _REJECTED_STATUSES:
                    raise IdentityRejected
                content = json.loads(await _read_limited(response)) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as error:
            raise ProviderUnavailable from error
        if not isinstance(content, dict):
            raise ProviderUnavailable
        return content

    def _session(self, url: str) -> aiohttp.ClientSession:
        at_issuer = URL(url).host == URL(self._issuer).host
        if at_issuer not in self._sessions:
            make = self._guard.socket_to_issuer if at_issuer else self._guard.socket_to_other
            self._sessions[at_issuer] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(socket_factory=make),
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._sessions[at_issuer]

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()


class IssuerGuard:
    """SSRF guard: a public issuer's endpoints must not be in our private networks.

    The check is on the address that is connected to, so DNS rebinding does not bypass it.
    """

    def __init__(self) -> None:
        self._issuer_is_public = False

    def socket_to_issuer(self, info: AddressInfo) -> socket.socket:
        """The issuer is configured by the operator, so it may be in a private network."""
        self._issuer_is_public = is_public(str(info[4][0]))
        return socket.socket(*info[:3])

    def socket_to_other(self, info: AddressInfo) -> socket.socket:
        if self._issuer_is_public and not is_public(str(info[4][0])):
            raise OSError("the provider's endpoint is in a private network")
        return socket.socket(*info[:3])


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    """A safe endpoint URL; empty if there is none."""
    url = document.get(name)
    return url if isinstance(url, str) and is_safe(url) else ""


async def _read_limited(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MAX_RESPONSE_SIZE:
            raise ProviderUnavailable
    return body
