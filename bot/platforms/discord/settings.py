"""Settings of the Discord adapter."""

from typing import Literal

from msgspec import Struct

API = "https://discord.com/api/v10"
NEEDED_PERMISSIONS = 1 << 11 | 1 << 14
"""Send Messages, Embed Links."""
GATEWAY = "wss://gateway.discord.gg/"


class DiscordSettings(Struct, frozen=True):
    """Settings of the Discord adapter; it is on when there is a token.

    `public_key` opens the HTTP interactions endpoint at `interactions_path`; without `gateway` it is the only
    source of interactions. `sync` says when commands are registered: when they changed, at every start, or
    only by hand. `guild_id` registers them in one server, where they appear immediately. `message_content`
    requests the privileged intent; without it, only direct messages and mentions can be read.
    In seconds: `request_timeout` until an interaction is deferred, `shutdown_timeout` to finish handlers.
    """

    token: str = ""
    api_base_url: str = API
    gateway_url: str = GATEWAY
    public_key: str = ""
    interactions_path: str = "/discord/interactions"
    application_id: int | None = None
    gateway: bool = True
    sharded: bool = False
    sync: Literal["changed", "always", "never"] = "changed"
    guild_id: int | None = None
    message_content: bool = False
    request_timeout: float = 2.0
    shutdown_timeout: float = 5.0

    @property
    def is_on(self) -> bool:
        return bool(self.token)

    @property
    def has_endpoint(self) -> bool:
        return self.is_on and bool(self.public_key)


def invite_link(application_id: int | str) -> str:
    """OAuth2 link that adds the bot to a server or a user account."""
    query = f"client_id={application_id}&scope=bot+applications.commands&permissions={NEEDED_PERMISSIONS}"
    return f"https://discord.com/oauth2/authorize?{query}"
