"""`roomie slack` and `roomie discord`: what an operator does once for a platform."""

import argparse

from bot.commands import COMMANDS
from bot.config import ConfigError, Settings
from bot.conversation.dispatcher import Dispatcher
from bot.runtime.app import open_services, upgrade
from bot.runtime.platforms import discord_platform, discord_settings


async def slack(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the manifest to paste where Slack asks for one."""
    from bot.platforms.slack.installation.manifest import as_yaml, manifest

    public_url = arguments.public_url or settings.config.http.public_url
    print(as_yaml(manifest(COMMANDS, public_url)), end="")
    return 0


async def discord(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Announce the commands now, changed or not."""
    if not settings.config.discord.token:
        raise ConfigError(["discord: set DISCORD_TOKEN first"])
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        door = discord_platform(discord_settings(settings.config), services, Dispatcher(services, COMMANDS))
        print(f"Announced {await door.sync()} commands.")
    return 0
