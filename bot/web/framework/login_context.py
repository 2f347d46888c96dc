"""How people log in at this server."""

from typing import TYPE_CHECKING

from msgspec import Struct, field

from bot.login.settings import LoginSettings

if TYPE_CHECKING:
    from bot.login.chat_link import DispatchRequest
    from bot.login.oidc import OidcClient


class LoginContext(Struct, frozen=True):
    """The login method; `on_linked` dispatches the request for which a chat account was linked."""

    settings: LoginSettings = field(default_factory=LoginSettings)
    campus: str = ""
    on_linked: "DispatchRequest | None" = None
    oidc: "OidcClient | None" = None
