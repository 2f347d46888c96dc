"""Browser sessions: a login token in an encrypted cookie, and the CSRF tokens that belong to it.

The cookie holds an ordinary login token, so idle expiry, `/tokens` and revocation apply. It is encrypted with
the server secret: neither does the token work in a cookie of somebody's making, nor the cookie as a token. A
second cookie binds a login in progress to the browser that began it.
"""

import base64
import hmac
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

from msgspec import Struct

from bot.login.encryption import DecryptionFailed, decrypt, encrypt
from core.services.accounts import token_hash

_SESSION = "browser session"
_BEGUN = "browser login"
_MAX_COOKIE_LENGTH = 512
_CSRF_LENGTH = 40


class BrowserSession(Struct, frozen=True):
    """The login token in a cookie, its hash, and the CSRF token of its forms."""

    token: str
    hashed: bytes
    csrf: str


class BrowserSessions:
    """Encodes and decodes the cookies. The first of `secrets` encrypts; all of them decrypt."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = tuple(secrets)

    def seal(self, token: str) -> str:
        """The value of the session cookie for a login token."""
        return self._seal(token, _SESSION)

    def read(self, cookie: str) -> BrowserSession | None:
        """The session in a cookie; None for one that is not ours. Whether its token is valid is open."""
        token = self._unseal(cookie, _SESSION)
        return BrowserSession(token, token_hash(token), self._csrf(token)) if token else None

    def seal_login(self, sid_token: str) -> str:
        """The value of the cookie that binds a login to the browser that began it."""
        return self._seal(sid_token, _BEGUN)

    def began(self, cookie: str, sid_token: str) -> bool:
        """Whether the browser with this cookie began the login."""
        return bool(sid_token) and hmac.compare_digest(self._unseal(cookie, _BEGUN), sid_token)

    def begun(self, cookie: str) -> str:
        """The sid token of the login that the browser began; empty if there is none."""
        return self._unseal(cookie, _BEGUN)

    def _csrf(self, token: str) -> str:
        message = b"form " + token.encode()
        return hmac.new(self._secrets[0], message, sha256).hexdigest()[:_CSRF_LENGTH]

    def _seal(self, text: str, purpose: str) -> str:
        return base64.urlsafe_b64encode(encrypt(text.encode(), self._secrets[0], purpose)).decode()

    def _unseal(self, cookie: str, purpose: str) -> str:
        if not cookie or len(cookie) > _MAX_COOKIE_LENGTH or not cookie.isascii():
            return ""
        with suppress(ValueError):
            content = base64.urlsafe_b64decode(cookie)
            for secret in self._secrets:
                with suppress(DecryptionFailed):
                    return decrypt(content, secret, purpose).decode()
        return ""
