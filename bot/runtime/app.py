"""Builds storage, services and HTTP settings from the configuration."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from random import SystemRandom
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.config import Config, Settings, SourceSection
from bot.login.from_config import login_settings, public_url
from bot.login.public_access import is_public
from bot.login.settings import LoginMethod
from bot.runtime.server_secret import previous_secrets, server_secret
from bot.services import Services
from bot.web.framework.login_context import LoginContext
from bot.web.framework.settings import HttpSettings
from core.clock import Clock, ShiftedClock, SystemClock
from core.errors import Invalid
from core.policy.door_code import DoorCodes
from core.policy.retention import Retention
from core.policy.rules import Rules
from core.policy.terms import Terms
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from storage.factory import backup, open_storage, revision, setting, upgrade

if TYPE_CHECKING:
    from bot.chat.reply import Reply
    from bot.chat.request import ChatRequest
    from bot.login.oidc import OidcClient
    from bot.webhooks.client import ReceiverClient

__all__ = ["backup", "open_services", "revision", "setting", "upgrade"]


@asynccontextmanager
async def open_services(settings: Settings, *, load: bool = True) -> AsyncIterator[Services]:
    """Opens the application services on the configured database; closes storage on exit.

    Without `load` the read model holds the catalogue only, until `services.storage.load()` is awaited.
    """
    config, clock = settings.config, clock_of(settings)
    services = build_services(config, clock)
    await services.storage.open()
    try:
        if load:
            await services.storage.load()
        yield services
    finally:
        await asyncio.gather(*services.unfinished, return_exceptions=True)
        await services.storage.close()


def clock_of(settings: Settings) -> Clock:
    return SystemClock() if settings.now is None else ShiftedClock(settings.now)


def build_services(config: Config, clock: Clock) -> Services:
    from bot.login.passwords import Argon2Passwords

    read_model, rules = ReadModel(), booking_rules(config)
    secret, previous = server_secret(config), previous_secrets(config)
    storage = open_storage(config.database.url, read_model, rules, clock)
    return Services(
        storage=storage,
        read_model=read_model,
        rules=rules,
        clock=clock,
        bookings=BookingService(storage, read_model, rules, clock, DoorCodes((secret, *previous))),
        societies=SocietyService(storage, rules, clock),
        accounts=Accounts(storage, read_model, Argon2Passwords(), rules, clock, secret, previous),
        random=SystemRandom(),
        default_minutes=config.booking.default_minutes,
        bookable=tuple(config.booking.bookable_rooms),
        operators=tuple(config.timetables.operators),
        stale_after={each.name: _stale_after(each) for each in config.source},
        confirmations=config.notifications.confirmations,
        public_url=public_url(config),
        display_generation=config.booking.display_generation,
        contact=config.campus.contact,
        retention=_retention(config),
        private_receivers=tuple(config.webhooks.private_hosts),
    )


def booking_rules(config: Config) -> Rules:
    booking = config.booking
    return Rules(
        zone=ZoneInfo(config.campus.timezone),
        weekday_hours=booking.weekday_hours,
        weekend_hours=booking.weekend_hours,
        slot_length=booking.slot_minutes,
        weekly_quota=booking.weekly_quota_minutes,
        student_horizon=booking.student_days_ahead,
        society_horizon=booking.society_days_ahead,
        staff_horizon=booking.staff_days_ahead,
        student_series=booking.student_series,
        society_series=booking.society_series,
        staff_series=booking.staff_series,
        society_series_hours=booking.society_series_hours or None,
        quota_reset_hour=booking.quota_reset_hour,
        refund_notice=booking.refund_notice,
        hold_minutes=booking.hold_minutes,
        waits_per_person=booking.waits_per_person,
        max_guests=booking.max_guests,
        transfer_expiry=timedelta(hours=booking.transfer_hours),
        check_in_rooms=tuple(booking.check_in_rooms),
        door_code_rooms=tuple(booking.door_code_rooms),
        release_after=booking.release_after,
        refunds_released=booking.release_refunds,
        no_show_limit=booking.no_show_limit,
        check_in_opens_before=booking.check_in_opens_minutes,
        society_token_days=booking.society_token_days,
        token_idle=config.login.token_idle,
        tokens_per_person=config.login.tokens_per_person,
        terms=Terms(tuple(each.term for each in config.term)),
    )


def _retention(config: Config) -> Retention:
    times = config.privacy
    return Retention(
        audit=times.audit,
        audit_rows=times.audit_rows,
        refused_logins=times.refused_logins,
        messages=times.messages,
        bookings=times.bookings,
        named_bookings=times.named_bookings,
        refusals=times.refusals,
        waits=times.waits,
    )


def _stale_after(source: SourceSection) -> timedelta:
    """Twice the interval, so that one refresh may fail before answers are marked as stale."""
    return max(2 * source.interval, timedelta(hours=1))


def http_settings(config: Config) -> HttpSettings:
    http = config.http
    return HttpSettings(
        rate_limit=http.rate_limit,
        max_connections=http.max_connections,
        max_connections_per_address=http.max_connections_per_address,
        header_timeout=max(1.0, http.header_timeout.total_seconds()),
        shutdown_delay=http.shutdown_delay.total_seconds(),
        trusted_proxies=tuple(ip_network(each, strict=False) for each in http.trusted_proxies),
        public_url=http.public_url.rstrip("/"),
        is_public=is_public(config),
        nested_status=config.freerooms.status_shape == "nested",
        ratings=config.freerooms.ratings,
        metrics_from=tuple(ip_network(each, strict=False) for each in http.metrics_from),
    )


def receiver_client(config: Config) -> "ReceiverClient":
    """The client that sends to webhooks."""
    from bot.webhooks.client import ReceiverClient

    private_hosts = [each.lower() for each in config.webhooks.private_hosts]
    return ReceiverClient(private_hosts, config.webhooks.timeout)


def login_context(config: Config, services: Services) -> LoginContext:
    settings = login_settings(config)
    oidc = _oidc_client(config, services.clock) if settings.method is LoginMethod.OIDC else None
    return LoginContext(settings, config.campus.name, partial(answer_after_login, services), oidc)


def _oidc_client(config: Config, clock: Clock) -> "OidcClient":
    from bot.login.oidc import OidcClient

    return OidcClient(login_settings(config).oidc, clock, server_secret(config))


async def answer_after_login(services: Services, request: "ChatRequest") -> "Reply":
    """Dispatches a request that waited for a login. Imports the commands late, to keep the start fast."""
    from bot.commands import COMMANDS
    from bot.conversation.dispatcher import Dispatcher

    return await Dispatcher(services, COMMANDS).dispatch(request)


def parse_text(services: Services, text: str) -> dict[str, object]:
    """Parses a phrase to the JSON of `GET /api/v1/parse`. Raises `Invalid` for text with too many times."""
    from bot.language import ProblemReason, parse_phrase, to_json

    now = services.clock.now().replace(second=0, microsecond=0)
    names, defaults = services.names.get(services.read_model), services.parser_defaults()
    reading = parse_phrase(text, now=now, zone=services.rules.zone, names=names, defaults=defaults)
    if reading.problem is not None and reading.problem.reason is ProblemReason.TOO_MUCH:
        raise Invalid(reading.problem.message)
    return to_json(reading)
