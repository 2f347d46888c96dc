"""What the way in is made of, while the service runs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.login.settings import LoginSettings

if TYPE_CHECKING:
    from bot.login.chat_link import DispatchRequest
    from bot.login.oidc import OidcClient


@dataclass(frozen=True, slots=True)
class LoginContext:
    """How people prove who they are; `answers` carries out what chat accounts waited for."""

    settings: LoginSettings = field(default_factory=LoginSettings)
    campus: str = ""
    on_linked: "DispatchRequest | None" = None
    oidc: "OidcClient | None" = None
