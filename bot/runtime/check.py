"""`roomie check`: a summary of the configuration, and the problems that prevent a start."""

from string import hexdigits

from msgspec.structs import replace

from bot.config import Config, Settings
from bot.login.public_access import is_public
from bot.login.security_checks import SAMPLE_IN_PUBLIC, login_problems
from bot.platforms.discord.settings import invite_link
from bot.runtime.app import http_settings, revision, setting
from bot.runtime.backups import backup_warnings
from bot.runtime.platforms import discord_settings, slack_settings
from bot.runtime.server_secret import permission_warnings, secret_file
from bot.sample.data import SAMPLE_PEOPLE
from bot.web.framework.connection_register import max_share_of
from bot.web.framework.open_files import max_connections_within
from core.errors import RoomieError


async def check(settings: Settings) -> tuple[list[str], bool]:
    """Returns a line for each part, and whether Roomie would start."""
    config = settings.config
    problems = [*platform_problems(config), *login_problems(config, secret_file(config))]
    database, is_there = await _database(config)
    if is_there and is_public(config) and await setting(config.database.url, SAMPLE_PEOPLE) is not None:
        problems.append(SAMPLE_IN_PUBLIC)
    lines = [
        f"configuration: {settings.path or 'defaults (no config.toml)'}",
        f"campus: {config.campus.name}, {config.campus.timezone}",
        f"database: {database}",
        f"http: {config.http.host}:{config.http.port}{', public' if is_public(config) else ''}",
        f"connections: {_connections(config)}",
        f"slack: {_slack(config)}",
        f"discord: {_discord(config)}",
        f"sources: {', '.join(each.name for each in config.source) or 'none'}",
        f"terms: {_terms(config)}",
        *(f"warning: {each}" for each in (*permission_warnings(config), *backup_warnings(config))),
        *(f"problem: {each}" for each in problems),
    ]
    return lines, is_there and not problems


def _terms(config: Config) -> str:
    """The terms with their days, or what week numbers need."""
    ordered = sorted(config.term, key=lambda each: each.start)
    return (
        ", ".join(f"{each.name} ({each.start} to {each.end})" for each in ordered)
        or "none (week numbers such as week 3 need a [[term]])"
    )


def platform_problems(config: Config) -> list[str]:
    """Missing or contradictory settings of the chat platforms."""
    slack = slack_settings(config)
    problems = list(slack.problems()) if slack.is_configured else []
    if config.discord.token and not config.discord.gateway and not config.discord.public_key:
        problems.append(
            "discord.gateway: without the gateway, discord.public_key is needed for the interactions endpoint"
        )
    if config.discord.public_key and not _is_ed25519_key(config.discord.public_key):
        problems.append(
            "discord.public_key: must be 64 hexadecimal digits; copy it from the developer portal"
        )
    if config.discord.application_id and not config.discord.application_id.isdecimal():
        problems.append("discord.application_id: must be a number; copy it from the developer portal")
    if config.discord.guild_id and not config.discord.guild_id.isdecimal():
        problems.append("discord.guild_id: must be the number of a server (Copy Server ID in Discord)")
    if not config.discord.interactions_path.startswith("/"):
        problems.append("discord.interactions_path: must begin with a slash")
    return problems


def _is_ed25519_key(text: str) -> bool:
    return len(text) == 64 and set(text) <= set(hexdigits)


async def _database(config: Config) -> tuple[str, bool]:
    try:
        at = await revision(config.database.url)
    except RoomieError as error:
        return str(error), False
    return (
        f"at revision {at}" if at else "not created yet; roomie run or roomie db upgrade creates it"
    ), True


def _connections(config: Config) -> str:
    settings = http_settings(config)
    fit = max_connections_within(settings.max_connections)
    settings = replace(settings, max_connections=fit)
    lowered = " (the limit of open files allows no more)" if fit < config.http.max_connections else ""
    return f"{fit or 'unlimited'} in all, {max_share_of(settings) or 'unlimited'} for each address{lowered}"


def _slack(config: Config) -> str:
    settings = slack_settings(config)
    if not settings.is_configured:
        return "off (set SLACK_BOT_TOKEN and SLACK_APP_TOKEN; get the manifest: roomie slack manifest)"
    workspaces = "many workspaces" if settings.is_multi_workspace else "one workspace"
    return f"{settings.mode} mode, {workspaces}"


def _discord(config: Config) -> str:
    application = config.discord.application_id
    invite = f"; invite link: {invite_link(application)}" if application.isdecimal() else ""
    if not config.discord.token:
        return f"off (set DISCORD_TOKEN){invite}"
    settings = discord_settings(config)
    connections = [*(["gateway"] if settings.gateway else []), *(["HTTP"] if settings.has_endpoint else [])]
    invite = invite or "; set discord.application_id for an invite link"
    return f"{' and '.join(connections) or 'not reachable'}{invite}"
