"""Opening the chat platforms that are configured, each behind the same few verbs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.chat.reply import Reply
from bot.chat.timezones import zone_of
from bot.commands import COMMANDS
from bot.config.model import Config
from bot.conversation.autocomplete import Autocomplete
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.base import Platform, PlatformRoute, RateLimited, RecipientUnreachable
from bot.platforms.discord.gateway.settings import GATEWAY, DiscordSettings
from bot.platforms.slack.settings import Mode, SlackSettings
from bot.platforms.stores import (
    DeduplicationStore,
    KeyValueStore,
    OutboxDeferral,
    StoredInstallations,
    StoredOAuthStates,
)
from bot.runtime.roles import ALL_ROLES, ProcessRole
from bot.services import Metric, Services
from core.directory import Account
from core.model.entities import Identity

if TYPE_CHECKING:
    from bot.platforms.discord.adapter import DiscordPlatform
    from bot.platforms.slack.adapter import SlackAdapter


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
    """Nothing when it is none; `roomie check` says so."""
    return int(text) if text.isdecimal() else None


def create_platforms(
    config: Config, services: Services, dispatcher: Dispatcher, roles: frozenset[ProcessRole] = ALL_ROLES
) -> tuple[Platform, ...]:
    """Every platform that these roles need, if it is set up; their libraries are imported only here."""
    doors: list[Platform] = []
    if (slack := _slack_settings_for_roles(slack_settings(config), roles)) is not None:
        doors.append(_slack(slack, services, dispatcher))
    if (discord := _discord_settings_for_roles(discord_settings(config), roles)) is not None:
        doors.append(discord_platform(discord, services, dispatcher))
    return tuple(doors)


def _slack_settings_for_roles(settings: SlackSettings, roles: frozenset[ProcessRole]) -> SlackSettings | None:
    """Workers only speak; web processes hear Slack in HTTP mode and let workspaces install Roomie."""
    hears = ProcessRole.SLACK if settings.mode is Mode.SOCKET else ProcessRole.WEB
    installs = settings.many_workspaces and ProcessRole.WEB in roles
    if not settings.is_configured or not (roles & {hears, ProcessRole.WORKER} or installs):
        return None
    return replace(settings, listens=hears in roles)


def _discord_settings_for_roles(
    settings: DiscordSettings, roles: frozenset[ProcessRole]
) -> DiscordSettings | None:
    """Workers only speak; web processes answer the interactions endpoint. One of those who hear announces."""
    gateway = settings.gateway and ProcessRole.DISCORD in roles
    endpoint = settings.has_endpoint and ProcessRole.WEB in roles
    if not settings.is_on or not (gateway or endpoint or ProcessRole.WORKER in roles):
        return None
    hears = gateway or (endpoint and not settings.gateway)
    return replace(settings, gateway=gateway, sync=settings.sync if hears else "never")


def _slack(settings: SlackSettings, services: Services, dispatcher: Dispatcher) -> Platform:
    from bot.platforms.slack.adapter import SlackAdapter
    from bot.platforms.slack.client.health import EVENTS

    def known(identity: Identity) -> Account | None:
        return services.read_model.directory.by_identity(identity)

    def chosen_zone(identity: Identity) -> str:
        found = known(identity)
        return (found.person.zone if found else None) or ""

    adapter = SlackAdapter(
        settings,
        answers=dispatcher,
        once=DeduplicationStore(services, "slack"),
        later=OutboxDeferral(services),
        linked=lambda identity: known(identity) is not None,
        chosen_zone=chosen_zone,
        clock=services.clock,
        zone=services.rules.zone,
        bots=StoredInstallations(services),
        states=StoredOAuthStates(services),
    )
    health = adapter.health
    _register_metrics(services, "slack", lambda: not health.problems, health.counts, EVENTS)
    return _SlackPlatform(adapter)


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


class _SlackPlatform:
    name = "slack"

    def __init__(self, adapter: "SlackAdapter") -> None:
        self._adapter = adapter

    async def run(self) -> None:
        await self._adapter.run()

    def routes(self) -> Sequence[PlatformRoute]:
        return self._adapter.routes()

    async def health(self) -> Mapping[str, object]:
        troubles = self._adapter.health.problems
        return {"ok": not troubles, "troubles": dict(troubles)}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        with _translate_slack_errors():
            await self._adapter.notifier.send(to, reply, key)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        with _translate_slack_errors():
            return await self._adapter.notifier.was_sent(to, key, since)

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        await self._adapter.on_people_changed(each for each in people if each.startswith("slack:"))


@contextmanager
def _translate_slack_errors() -> Iterator[None]:
    """Slack's troubles by the names that every platform's have."""
    from bot.platforms.slack.client.api import SlackRecipientUnreachable as Gone
    from bot.platforms.slack.client.api import SlackUnavailable

    try:
        yield
    except Gone as gone:
        raise RecipientUnreachable(str(gone)) from gone
    except SlackUnavailable as later:
        raise RateLimited(str(later), later.seconds) from later


def discord_platform(
    settings: DiscordSettings, services: Services, dispatcher: Dispatcher
) -> "DiscordPlatform":
    from bot.platforms.discord.adapter import DiscordPlatform
    from bot.platforms.discord.state.shared import EVENTS

    door = DiscordPlatform(
        settings,
        dispatcher=dispatcher,
        suggestions=Autocomplete(services),
        commands=COMMANDS,
        once=DeduplicationStore(services, "discord"),
        notebook=KeyValueStore(services, "discord"),
        clock=services.clock,
        zone=services.rules.zone,
        zone_of=lambda identity: zone_of(services, services.read_model.directory.by_identity(identity), ""),
    )
    _register_metrics(services, "discord", lambda: door.is_connected, door.counts, EVENTS)
    return door
