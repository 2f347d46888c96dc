"""Fake OpenID provider: strict about requests, with selectable errors in its responses."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BasicAuth, web
from joserfc import jwt
from joserfc.jwk import RSAKey
from yarl import URL

CLIENT, SECRET = "roomie", "the provider's and ours"


@dataclass
class Provider:
    """Authenticates every visitor as `person`. `wrong` selects the error of the next token."""

    now: int
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "248289761001",
            "name": "Rema Boo",
            "email": "rema.boo@example.org",
            "email_verified": True,
        }
    )
    wrong: str = ""
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Provider"]:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._configuration)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/token", self._token)
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/userinfo", self._userinfo)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.issuer = f"http://127.0.0.1:{site.port}"
        yield self
        await runner.cleanup()

    async def _configuration(self, _: web.Request) -> web.Response:
        issuer = "http://127.0.0.1:1/other" if self.wrong == "issuer of configuration" else self.issuer
        return web.json_response(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
            }
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.requests.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        redirect_uri = URL(query["redirect_uri"])
        if self.wrong == "refused":
            raise web.HTTPFound(redirect_uri.with_query(error="access_denied", state=query["state"]))
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        raise web.HTTPFound(redirect_uri.with_query(code=code, state=query["state"]))

    async def _token(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        auth = BasicAuth.decode(request.headers["Authorization"])
        assert (auth.login, auth.password.replace("%20", " ").replace("%27", "'")) == (CLIENT, SECRET)
        authorization = self.codes.pop(str(form.get("code")), None)
        if authorization is None or authorization["redirect_uri"] != form["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if _base64url(digest) != authorization["code_challenge"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {
                "access_token": "for userinfo",
                "token_type": "Bearer",
                "id_token": self._id_token(authorization),
            }
        )

    def _id_token(self, authorization: dict[str, str]) -> str:
        claims = {
            **self.person,
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": authorization["nonce"],
        }
        changes: dict[str, dict[str, Any]] = {
            "audience": {"aud": "somebody else"},
            "several audiences": {"aud": [CLIENT, "somebody else"]},
            "lookalike address": {"email": "re\uff4da.boo@example.org"},
            "issuer": {"iss": "https://elsewhere.example"},
            "expired": {"exp": self.now - 300},
            "nonce": {"nonce": "of another login"},
            "authorized party": {"azp": "somebody else"},
            "unverified address": {"email_verified": False},
        }
        claims |= changes.get(self.wrong, {})
        if self.wrong == "no address":
            del claims["email"]
        return self._sign(claims)

    def _sign(self, claims: dict[str, Any]) -> str:
        match self.wrong:
            case "signature":
                other = RSAKey.generate_key(2048, {"kid": "one"})
                return jwt.encode({"alg": "RS256", "kid": "one"}, claims, other)
            case "no signature":
                return f"{_encode_json({'alg': 'none'})}.{_encode_json(claims)}."
            case "shared secret":
                content = f"{_encode_json({'alg': 'HS256', 'kid': 'one'})}.{_encode_json(claims)}"
                digest = hmac.digest(self.key.as_pem(private=False), content.encode(), "sha256")
                return f"{content}.{_base64url(digest)}"
        return jwt.encode({"alg": "RS256", "kid": str(self.key.kid)}, claims, self.key)

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False), {"kty": "unheard of"}]})

    async def _userinfo(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer for userinfo"
        return web.json_response(self.person)


def _encode_json(content: dict[str, Any]) -> str:
    return _base64url(json.dumps(content).encode())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
