"""Creates the configured chat platforms."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.chat.picture import Picture
from bot.chat.request import PlatformName
from bot.chat.timezones import zone_of
from bot.commands import COMMANDS
from bot.config import Config
from bot.config.types import host_of, is_loopback
from bot.conversation.autocomplete import Autocomplete
from bot.conversation.dispatcher import Dispatcher
from bot.pictures.links import picture_url
from bot.platforms.base import Platform
from bot.platforms.discord.settings import GATEWAY, DiscordSettings
from bot.platforms.pictures import Pictures
from bot.platforms.slack.settings import Mode, SlackSettings
from bot.platforms.stores import (
    DeduplicationStore,
    OutboxDeferral,
    StoredInstallations,
    StoredKeyValues,
    StoredOAuthStates,
)
from bot.runtime.roles import ALL_ROLES, ProcessRole
from bot.services import Metric, Services
from core.directory import Account
from core.model import Identity

if TYPE_CHECKING:
    from bot.platforms.discord.adapter import DiscordPlatform


def slack_settings(config: Config) -> SlackSettings:
    slack = config.slack
    return SlackSettings(
        bot_token=slack.bot_token,
        app_token=slack.app_token,
        signing_secret=slack.signing_secret,
        mode=Mode(slack.mode),
        client_id=slack.client_id,
        client_secret=slack.client_secret,
        api_base_url=slack.api_base_url,
        authorize_url=slack.authorize_url,
        public_url=config.http.public_url,
        match_email=slack.match_email,
        trusted_workspaces={team: tuple(domains) for team, domains in slack.trusted_workspaces.items()},
    )


def discord_settings(config: Config) -> DiscordSettings:
    discord = config.discord
    return DiscordSettings(
        token=discord.token,
        api_base_url=discord.api_base_url,
        gateway_url=discord.gateway_url or GATEWAY,
        public_key=discord.public_key,
        application_id=_number(discord.application_id),
        gateway=discord.gateway,
        interactions_path=discord.interactions_path,
        sync=discord.sync,
        guild_id=_number(discord.guild_id),
        message_content=discord.message_content,
        sharded=discord.sharded,
    )


def _number(text: str) -> int | None:
    """None for anything but digits, which `platform_problems` reports."""
    return int(text) if text.isdecimal() else None


def create_platforms(
    config: Config, services: Services, dispatcher: Dispatcher, roles: frozenset[ProcessRole] = ALL_ROLES
) -> tuple[Platform, ...]:
    """The configured platforms that these roles need. Imports their libraries late."""
    platforms: list[Platform] = []
    if (slack := _slack_settings_for_roles(slack_settings(config), roles)) is not None:
        platforms.append(_slack_platform(slack, services, dispatcher))
    if (discord := _discord_settings_for_roles(discord_settings(config), roles)) is not None:
        platforms.append(discord_platform(discord, services, dispatcher))
    return tuple(platforms)


def receiving_platforms(config: Config, roles: frozenset[ProcessRole]) -> tuple[str, ...]:
    """The platforms whose requests a process with these roles receives; the terminal is in this process."""
    slack = _slack_settings_for_roles(slack_settings(config), roles)
    discord = _discord_settings_for_roles(discord_settings(config), roles)
    is_on_discord = discord is not None and (
        discord.gateway or (discord.has_endpoint and ProcessRole.WEB in roles)
    )
    found = {PlatformName.SLACK: slack is not None and slack.receives, PlatformName.DISCORD: is_on_discord}
    return (PlatformName.TERMINAL, *(name for name, receives in found.items() if receives))


def _slack_settings_for_roles(settings: SlackSettings, roles: frozenset[ProcessRole]) -> SlackSettings | None:
    """Workers only send; web processes receive events in HTTP mode and serve the installation page."""
    receiver = ProcessRole.SLACK if settings.mode is Mode.SOCKET else ProcessRole.WEB
    installs = settings.is_multi_workspace and ProcessRole.WEB in roles
    if not settings.is_configured or not (roles & {receiver, ProcessRole.WORKER} or installs):
        return None
    return replace(settings, receives=receiver in roles)


def _discord_settings_for_roles(
    settings: DiscordSettings, roles: frozenset[ProcessRole]
) -> DiscordSettings | None:
    """Workers only send; web processes serve the interactions endpoint. Receivers sync the commands."""
    gateway = settings.gateway and ProcessRole.DISCORD in roles
    endpoint = settings.has_endpoint and ProcessRole.WEB in roles
    if not settings.is_on or not (gateway or endpoint or ProcessRole.WORKER in roles):
        return None
    receives = gateway or (endpoint and not settings.gateway)
    return replace(settings, gateway=gateway, sync=settings.sync if receives else "never")


def platform_pictures(services: Services) -> Pictures:
    """Pictures by URL where chat platforms can reach this server: at a public https address."""
    return Pictures(partial(_public_picture_url, services))


def _public_picture_url(services: Services, picture: Picture) -> str:
    base = services.public_url
    if not picture.content or not base.startswith("https://") or is_loopback(host_of(base)):
        return ""
    return picture_url(base, services.accounts.secrets[0], picture.content, services.clock.now())


def _slack_platform(settings: SlackSettings, services: Services, dispatcher: Dispatcher) -> Platform:
    from bot.platforms.slack.adapter import SlackPlatform

    def account(identity: Identity) -> Account | None:
        return services.read_model.directory.by_identity(identity)

    def chosen_zone(identity: Identity) -> str:
        found = account(identity)
        return (found.person.zone if found else None) or ""

    platform = SlackPlatform(
        settings,
        dispatcher=dispatcher,
        autocompleter=Autocomplete(services),
        deduplicator=DeduplicationStore(services, "slack"),
        deferred=OutboxDeferral(services),
        commands=COMMANDS,
        is_linked=lambda identity: account(identity) is not None,
        has_account=lambda email: services.read_model.directory.by_name(email) is not None,
        chosen_zone=chosen_zone,
        clock=services.clock,
        zone=services.rules.zone,
        installations=StoredInstallations(services),
        oauth_states=StoredOAuthStates(services),
        pictures=platform_pictures(services),
    )
    status = platform.status
    _register_metrics(services, "slack", lambda: status.is_ok, status.counts, status.events)
    return platform


def _register_metrics(
    services: Services,
    platform: str,
    is_up: Callable[[], bool],
    counts: Mapping[str, int],
    names: Iterable[str],
) -> None:
    """Registers a platform's metrics."""
    services.metrics.append(
        Metric(
            "roomie_platform_up",
            "Whether the chat platform is connected and answers, 1 or 0.",
            is_up,
            {"platform": platform},
        )
    )
    services.metrics.extend(
        Metric(
            "roomie_platform_events_total",
            "Events of the chat platform in this process.",
            partial(_count, counts, name),
            {"platform": platform, "event": name.replace(" ", "_")},
        )
        for name in names
    )


def _count(counts: Mapping[str, int], name: str) -> int:
    return counts.get(name, 0)


def discord_platform(
    settings: DiscordSettings, services: Services, dispatcher: Dispatcher
) -> "DiscordPlatform":
    from bot.platforms.discord.adapter import DiscordPlatform

    platform = DiscordPlatform(
        settings,
        dispatcher=dispatcher,
        autocompleter=Autocomplete(services),
        commands=COMMANDS,
        deduplicator=DeduplicationStore(services, "discord"),
        key_values=StoredKeyValues(services, "discord"),
        clock=services.clock,
        zone=services.rules.zone,
        zone_of=lambda identity: zone_of(services, services.read_model.directory.by_identity(identity), ""),
        pictures=platform_pictures(services),
    )
    status = platform.status
    _register_metrics(services, "discord", lambda: platform.is_connected, status.counts, status.events)
    return platform
