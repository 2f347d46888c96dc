"""URLs of a login session, for programs, browsers and chats."""

from urllib.parse import quote

from msgspec import Struct

from bot.login.settings import LoginMethod, LoginSettings
from core.policy.login import full_sid

_API = "/api/v1/"
LOGIN_PATH = f"{_API}login"
"""Path of the login page. A web client beside Roomie owns `/login`, and its server sends us `/api` only."""
BROWSER_LOGIN_PATH = "/login"
"""Path of the board's own login, which begins without a sid."""
CONFIRMATION_PATH = f"{LOGIN_PATH}/confirm"


class Links(Struct, frozen=True):
    """The URLs of one sid. `base` is our public URL without a trailing slash."""

    base: str
    sid_token: str

    @property
    def callback(self) -> str:
        return f"{self.base}{_API}user.login.callback?sid={self.sid_token}"

    @property
    def page(self) -> str:
        """Our login page, for every login method."""
        return f"{self.base}{LOGIN_PATH}?sid={self.sid_token}"

    def login(self, settings: LoginSettings) -> str:
        """The URL that a program opens for its user."""
        return self.shibboleth(settings) if settings.method is LoginMethod.SHIBBOLETH else self.page

    def shibboleth(self, settings: LoginSettings) -> str:
        return f"{settings.shibboleth.url}Login?target={quote(self.callback, safe='')}"

    @property
    def stream(self) -> str:
        return f"{self.base}{_API}push.subscribe/{full_sid(self.sid_token)}"

    @property
    def long_poll(self) -> str:
        return f"{self.base}{_API}push.subscribe_longpoll/{full_sid(self.sid_token)}"
