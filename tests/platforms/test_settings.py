"""Configured values reach the platforms' settings."""

from msgspec.structs import fields

from bot.config import Config, DiscordSection, SlackSection, read_settings
from bot.platforms.discord.settings import DiscordSettings
from bot.platforms.slack.settings import SlackSettings
from bot.runtime.check import platform_problems
from bot.runtime.platforms import discord_settings, slack_settings

_NOT_CONFIGURABLE = {"direct_messages", "mentions", "request_timeout", "shutdown_timeout"}
"""Settings that cannot be configured."""


def test_every_setting_of_discords_can_be_set() -> None:
    settable = {each.name for each in fields(DiscordSettings)} - _NOT_CONFIGURABLE

    assert settable == set(DiscordSection.__struct_fields__)


def test_every_setting_of_slacks_can_be_set() -> None:
    settable = {each.name for each in fields(SlackSettings)}

    assert set(SlackSection.__struct_fields__) <= settable


def test_discord_can_be_configured_by_the_environment_alone() -> None:
    given = read_settings(
        None,
        {
            "DISCORD_TOKEN": "t",
            "DISCORD_APPLICATION_ID": "12",
            "ROOMIE_DISCORD__SYNC": "never",
            "ROOMIE_DISCORD__GUILD_ID": "34",
            "ROOMIE_DISCORD__INTERACTIONS_PATH": "/hear",
        },
    )

    settings = discord_settings(given.config)

    assert platform_problems(given.config) == []
    assert (settings.sync, settings.guild_id, settings.interactions_path) == ("never", 34, "/hear")
    assert settings.application_id == 12


def test_slack_can_be_configured_by_the_environment_alone() -> None:
    given = read_settings(
        None, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "ROOMIE_SLACK__MATCH_EMAIL": "true"}
    )

    assert platform_problems(given.config) == []
    assert slack_settings(given.config).match_email


def test_invalid_numbers_and_paths_are_reported() -> None:
    discord = DiscordSection(application_id="Roomie", guild_id="Campus", interactions_path="hear")

    problems = platform_problems(Config(discord=discord))

    assert len(problems) == 3
    assert all(name in " ".join(problems) for name in ("application_id", "guild_id", "interactions_path"))
