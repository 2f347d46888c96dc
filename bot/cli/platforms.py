"""`roomie slack` and `roomie discord`: one-time platform set-up."""

import argparse

from bot.commands import COMMANDS
from bot.config import ConfigError, Settings
from bot.conversation.dispatcher import Dispatcher
from bot.runtime.app import open_services, upgrade
from bot.runtime.platforms import discord_platform, discord_settings


async def slack(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the app manifest to paste into Slack."""
    from bot.platforms.slack.installation.manifest import build_manifest, manifest_text

    public_url = arguments.public_url or settings.config.http.public_url
    print(manifest_text(build_manifest(COMMANDS, public_url)), end="")
    return 0


async def discord(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Registers the commands with Discord, even if they have not changed."""
    if not settings.config.discord.token:
        raise ConfigError(["discord.token: is missing; set DISCORD_TOKEN"])
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        platform = discord_platform(
            discord_settings(settings.config), services, Dispatcher(services, COMMANDS)
        )
        print(f"Registered {await platform.sync()} commands.")
    return 0
