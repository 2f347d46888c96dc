"""What is set up and what is missing: `roomie check`, and what has to be right before Roomie runs."""

from dataclasses import replace

from bot.config.model import Config, Settings
from bot.login.public_access import is_public
from bot.login.security_checks import SAMPLE_IN_PUBLIC, login_problems
from bot.platforms.discord.gateway.settings import invite_link
from bot.runtime.app import exposures, http_settings, revision, secret_file, setting
from bot.runtime.platforms import discord_settings, slack_settings
from bot.sample.data import SAMPLE_PEOPLE
from bot.web.framework.connections import max_share_of
from bot.web.framework.open_files import max_connections_within
from core.errors import RoomieError


async def check(settings: Settings) -> tuple[list[str], bool]:
    """A line for each part, and whether Roomie could run like this."""
    config = settings.config
    problems = [*platform_problems(config), *login_problems(config, secret_file(config))]
    database, is_there = await _database(config)
    if is_there and is_public(config) and await setting(config.database.url, SAMPLE_PEOPLE) is not None:
        problems.append(SAMPLE_IN_PUBLIC)
    lines = [
        f"configuration: {settings.path or 'defaults (no config.toml)'}",
        f"campus: {config.campus.name}, {config.campus.timezone}",
        f"database: {database}",
        f"http: {config.http.host}:{config.http.port}{', others can reach it' if is_public(config) else ''}",
        f"connections: {_connections(config)}",
        f"slack: {_slack(config)}",
        f"discord: {_discord(config)}",
        f"sources: {', '.join(each.name for each in config.source) or 'none'}",
        *(f"warning: {each}" for each in exposures(config)),
        *(f"problem: {each}" for each in problems),
    ]
    return lines, is_there and not problems


def platform_problems(config: Config) -> list[str]:
    """What is missing or contradicts itself in the settings of chat platforms."""
    slack = slack_settings(config)
    problems = list(slack.problems()) if slack.is_configured else []
    if config.discord.token and not config.discord.gateway and not config.discord.public_key:
        problems.append("Discord without its gateway needs discord.public_key for the interactions endpoint.")
    if config.discord.application_id and not config.discord.application_id.isdecimal():
        problems.append("discord.application_id is a number; the developer portal shows it.")
    if config.discord.guild_id and not config.discord.guild_id.isdecimal():
        problems.append("discord.guild_id is the number of a server.")
    if not config.discord.interactions_path.startswith("/"):
        problems.append("discord.interactions_path begins with a slash.")
    return problems


async def _database(config: Config) -> tuple[str, bool]:
    try:
        at = await revision(config.database.url)
    except RoomieError as trouble:
        return str(trouble), False
    return (f"at revision {at}" if at else "not there yet; roomie run or roomie db upgrade makes it"), True


def _connections(config: Config) -> str:
    settings = http_settings(config)
    fit = max_connections_within(settings.max_connections)
    settings = replace(settings, max_connections=fit)
    lowered = "; the limit of open files allows no more" if fit < config.http.max_connections else ""
    return f"{fit or 'any number'}, {max_share_of(settings) or 'any number'} for each address{lowered}"


def _slack(config: Config) -> str:
    settings = slack_settings(config)
    if not settings.is_configured:
        return "off (set SLACK_BOT_TOKEN and SLACK_APP_TOKEN; the app's manifest: roomie slack manifest)"
    workspaces = "many workspaces" if settings.many_workspaces else "one workspace"
    return f"{settings.mode} mode, {workspaces}"


def _discord(config: Config) -> str:
    application = config.discord.application_id
    invite = f"; invite it: {invite_link(application)}" if application.isdecimal() else ""
    if not config.discord.token:
        return f"off (set DISCORD_TOKEN){invite}"
    settings = discord_settings(config)
    ways = [*(["gateway"] if settings.gateway else []), *(["HTTP"] if settings.has_endpoint else [])]
    return f"{' and '.join(ways) or 'no way in'}{invite or '; set discord.application_id for an invite link'}"
