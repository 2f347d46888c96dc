"""What Discord says about the configured token: application, intents, servers, and the time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import Struct

from bot.platforms.discord.settings import NEEDED_PERMISSIONS, DiscordSettings

_TIMEOUT = ClientTimeout(total=8)
"""Seconds."""
_MESSAGE_CONTENT = 1 << 18 | 1 << 19
"""Application flags of the intent: approved for a large bot, or switched on for a small one."""
_ADMINISTRATOR = 1 << 3
_MAX_GUILDS = 100


class DiscordDiagnosis(Struct, frozen=True):
    """`status` is that of a rejected token. `without_permissions` are names of servers, of the first hundred.

    `is_reachable` is false when there was no answer. `time` is Discord's clock.
    """

    is_reachable: bool
    status: int = HTTPStatus.OK
    name: str = ""
    time: datetime | None = None
    application_id: str = ""
    public_key: str = ""
    endpoint_url: str = ""
    has_message_content: bool = False
    guilds: int = 0
    without_permissions: tuple[str, ...] = ()


async def diagnose_discord(settings: DiscordSettings) -> DiscordDiagnosis:
    """Asks Discord about the application and its servers."""
    headers = {"Authorization": f"Bot {settings.token}"}
    try:
        async with ClientSession(timeout=_TIMEOUT, headers=headers, trust_env=False) as session:
            status, application, time = await _get(session, f"{settings.api_base_url}/applications/@me")
            if status != HTTPStatus.OK or not isinstance(application, dict):
                return DiscordDiagnosis(is_reachable=True, status=status, time=time)
            url = f"{settings.api_base_url}/users/@me/guilds?limit={_MAX_GUILDS}"
            _, guilds, _ = await _get(session, url)
    except (ClientError, TimeoutError, OSError, ValueError):
        return DiscordDiagnosis(is_reachable=False)
    return _diagnosis(application, guilds if isinstance(guilds, list) else [], time)


async def _get(session: ClientSession, url: str) -> tuple[int, object, datetime | None]:
    async with session.get(url, allow_redirects=False) as response:
        return response.status, await response.json(), _time(response.headers)


def _diagnosis(
    application: Mapping[str, Any], guilds: Sequence[Mapping[str, Any]], time: datetime | None
) -> DiscordDiagnosis:
    lacking = [str(each.get("name", "")) for each in guilds if not _is_permitted(each)]
    return DiscordDiagnosis(
        is_reachable=True,
        name=str(application.get("name", "")),
        time=time,
        application_id=str(application.get("id", "")),
        public_key=str(application.get("verify_key", "")),
        endpoint_url=str(application.get("interactions_endpoint_url") or ""),
        has_message_content=bool(int(application.get("flags") or 0) & _MESSAGE_CONTENT),
        guilds=len(guilds),
        without_permissions=tuple(lacking),
    )


def _is_permitted(guild: Mapping[str, Any]) -> bool:
    granted = int(guild.get("permissions") or 0)
    return bool(granted & _ADMINISTRATOR) or granted & NEEDED_PERMISSIONS == NEEDED_PERMISSIONS


def _time(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
