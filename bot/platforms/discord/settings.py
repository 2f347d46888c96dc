"""What Discord needs to know to find us, and we to find it."""

from dataclasses import dataclass
from typing import Literal

API = "https://discord.com/api/v10"
GATEWAY = "wss://gateway.discord.gg/"


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """Discord is on when there is a token.

    `public_key` opens the HTTP interactions endpoint at `interactions_path`; `gateway` false means that it is
    the only way in. `sync` says when commands are announced: when they changed, always, or only by hand.
    `guild_id` announces them to one server, at once, for trying things out. `message_content` asks for the
    privileged intent, without which the bot still hears direct messages and mentions. Seconds: answers that
    take longer than `patience` are deferred, and `drain` is how long those under way may take when we stop.
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
    direct_messages: bool = True
    mentions: bool = True
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
    """Where to go to add the bot to a server, or to oneself."""
    permissions = 1 << 11 | 1 << 14  # Send Messages, Embed Links
    query = f"client_id={application_id}&scope=bot+applications.commands&permissions={permissions}"
    return f"https://discord.com/oauth2/authorize?{query}"
