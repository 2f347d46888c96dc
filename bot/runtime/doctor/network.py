"""What can be examined over the network: our own addresses, the platforms, the sources, and clocks."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from bot.config import Config, SourceSection
from bot.platforms.discord.client.diagnosis import DiscordDiagnosis, diagnose_discord
from bot.platforms.discord.settings import DiscordSettings, invite_link
from bot.platforms.slack.installation.diagnosis import SlackDiagnosis, diagnose_slack
from bot.platforms.slack.settings import SlackSettings
from bot.runtime.doctor.findings import Finding, ok, problem, unknown, warning
from bot.runtime.platforms import discord_settings, slack_settings
from core.clock import Clock

_TIMEOUT = ClientTimeout(total=8)
"""Seconds."""
_MAX_DRIFT = 30.0
"""Seconds. Slack's signatures are refused beyond five minutes, logins beyond one."""
_OPTIONAL_SCOPES = frozenset({"files:write"})
"""For pictures, which are left out without it."""
_OFFLINE = "no answer; is this machine connected to the internet?"


async def examine_network(config: Config, clock: Clock) -> list[Finding]:
    """Everything at the same time; each part has a timeout of a few seconds."""
    slack, discord = slack_settings(config), discord_settings(config)
    parts = await asyncio.gather(
        _own_addresses(config),
        _slack(slack, clock),
        _discord(discord, clock),
        *(_source(each) for each in config.source),
    )
    return [finding for part in parts for finding in part]


async def _own_addresses(config: Config) -> list[Finding]:
    http = config.http
    found = []
    if http.port:
        host = "127.0.0.1" if http.host in {"0.0.0.0", "::", ""} else http.host  # noqa: S104 - compared only
        found.append(
            await _own_address(f"http://{host}:{http.port}", "Start roomie run, if it should run here.")
        )
    if http.public_url:
        remedy = "Check the web server in front of Roomie, its certificate, and http.public_url."
        found.append(await _own_address(http.public_url.rstrip("/"), remedy))
    return found


async def _own_address(url: str, remedy: str) -> Finding:
    try:
        async with (
            ClientSession(timeout=_TIMEOUT, trust_env=False) as session,
            session.get(f"{url}/healthz", allow_redirects=False) as response,
        ):
            is_ours = response.status == 200 and b'"ok"' in await response.content.read(200)
    except (ClientError, TimeoutError, OSError, ValueError):
        return warning("address", f"{url} does not answer", remedy)
    if is_ours:
        return ok("address", f"{url} answers")
    return problem("address", f"{url} is answered by something else (status {response.status})", remedy)


# Slack


async def _slack(settings: SlackSettings, clock: Clock) -> list[Finding]:
    if not settings.is_configured:
        return []
    found = await diagnose_slack(settings)
    if not found.is_reachable:
        return [unknown("slack", _OFFLINE)]
    return [*_slack_tokens(found, settings), *_drift("Slack", found.time, clock.now())]


def _slack_tokens(found: SlackDiagnosis, settings: SlackSettings) -> Iterator[Finding]:
    if found.error:
        remedy = "Copy the Bot User OAuth Token (xoxb-…) to SLACK_BOT_TOKEN again, or reinstall the app."
        yield problem("slack", f"the bot token is rejected: {found.error}", remedy)
    if found.app_error:
        remedy = "Make an app-level token with connections:write, and set SLACK_APP_TOKEN (xapp-…)."
        yield problem("slack", f"the app-level token is rejected: {found.app_error}", remedy)
    if found.missing:
        remedy = "Paste roomie slack manifest into the app's settings again, and reinstall the app."
        needed = [each for each in found.missing if each not in _OPTIONAL_SCOPES]
        text = f"scopes are missing: {', '.join(found.missing)}"
        yield problem("slack", text, remedy) if needed else warning("slack", text, remedy)
    if settings.is_multi_workspace and not settings.bot_token:
        yield unknown("slack", "many workspaces; their tokens are checked when they are used")
    elif not (found.error or found.app_error or found.missing):
        yield ok("slack", f"{found.workspace}: tokens and scopes are as they should be")


# Discord


async def _discord(settings: DiscordSettings, clock: Clock) -> list[Finding]:
    if not settings.is_on:
        return []
    found = await diagnose_discord(settings)
    if not found.is_reachable:
        return [unknown("discord", _OFFLINE)]
    if not found.application_id:
        remedy = "Reset the bot's token in the developer portal, and set DISCORD_TOKEN."
        return [problem("discord", f"the token is rejected (status {found.status})", remedy)]
    wrong = list(_discord_application(found, settings))
    fine = [ok("discord", f"{found.name}, in {found.guilds} servers: nothing is missing")]
    return [*(wrong or fine), *_drift("Discord", found.time, clock.now())]


def _discord_application(found: DiscordDiagnosis, settings: DiscordSettings) -> Iterator[Finding]:
    if settings.message_content and not found.has_message_content:
        remedy = "Switch on Message Content Intent in the developer portal, or discord.message_content off."
        yield problem("discord", "the message content intent is missing", remedy)
    if settings.application_id and str(settings.application_id) != found.application_id:
        yield problem(
            "discord",
            "discord.application_id is another application's than the token",
            f"Set it to {found.application_id}.",
        )
    if settings.has_endpoint and settings.public_key.lower() != found.public_key.lower():
        remedy = f"Set discord.public_key to {found.public_key}."
        yield problem("discord", "discord.public_key is another application's", remedy)
    if not settings.gateway and not found.endpoint_url:
        remedy = (
            "Set the Interactions Endpoint URL in the developer portal to public_url and interactions_path."
        )
        yield problem("discord", "nothing reaches Roomie: no gateway, and no interactions endpoint", remedy)
    if settings.gateway and found.endpoint_url:
        remedy = (
            "Remove the Interactions Endpoint URL in the developer portal, or set discord.gateway = false."
        )
        yield warning("discord", "interactions go to an endpoint, not to the gateway", remedy)
    if found.without_permissions:
        names = ", ".join(found.without_permissions[:5])
        remedy = f"Allow Send Messages and Embed Links there: {invite_link(found.application_id)}"
        yield warning("discord", f"permissions are missing in {names}", remedy)


# Sources and clocks


async def _source(source: SourceSection) -> list[Finding]:
    """Whether the host of a source accepts connections; no page is read."""
    url = URL(source.url.replace("webcal://", "https://"))
    if url.scheme not in {"http", "https"} or not url.host:
        return []
    name = f"{source.name}: {url.host}"
    try:
        async with asyncio.timeout(_TIMEOUT.total):
            _, writer = await asyncio.open_connection(url.host, url.port)
            writer.close()
    except (OSError, TimeoutError):
        remedy = "Check its url, and the firewall. Its last good timetable stays in use."
        return [unknown("timetables", f"{name} cannot be reached", remedy)]
    return [ok("timetables", f"{name} can be reached")]


def _drift(platform: str, theirs: datetime | None, ours: datetime) -> Iterable[Finding]:
    """Compares clocks by the Date header, which is exact to the second."""
    if theirs is None:
        return [unknown("clock", f"{platform} did not say what time it is")]
    seconds = (ours - theirs).total_seconds()
    if abs(seconds) <= _MAX_DRIFT:
        return [ok("clock", f"agrees with {platform}'s")]
    direction = "ahead of" if seconds > 0 else "behind"
    text = f"{abs(seconds):.0f} seconds {direction} {platform}'s"
    return [
        problem("clock", text, "Synchronise this machine's clock (systemctl enable --now systemd-timesyncd).")
    ]
