"""Where a login under way can be reached, as clients, browsers and chats are told."""

from dataclasses import dataclass
from urllib.parse import quote

from bot.login.settings import LoginMethod, LoginSettings
from core.policy.login import full_sid

_API = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of one sid. `base` is how we are reached from outside, without a slash at its end."""

    base: str
    letters: str

    @property
    def callback(self) -> str:
        return f"{self.base}{_API}user.login.callback?sid={self.letters}"

    @property
    def page(self) -> str:
        """Our own page, whatever it will ask for."""
        return f"{self.base}/login?sid={self.letters}"

    def login(self, settings: LoginSettings) -> str:
        """Where a program sends its person."""
        return self.shibboleth(settings) if settings.method is LoginMethod.SHIBBOLETH else self.page

    def shibboleth(self, settings: LoginSettings) -> str:
        return f"{settings.shibboleth.url}Login?target={quote(self.callback, safe='')}"

    @property
    def stream(self) -> str:
        return f"{self.base}{_API}push.subscribe/{full_sid(self.letters)}"

    @property
    def long_poll(self) -> str:
        return f"{self.base}{_API}push.subscribe_longpoll/{full_sid(self.letters)}"
