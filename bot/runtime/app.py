"""Putting the house together, from settings to storage, services and doors; and taking it down in order."""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.chat.reply import Reply
from bot.chat.request import ChatRequest
from bot.config.model import Config, Settings, SourceSection
from bot.login.from_config import login_settings, public_url
from bot.login.oidc import OidcClient
from bot.login.public_access import is_public
from bot.login.settings import LoginMethod
from bot.runtime.importing import ImportFile
from bot.services import Services
from bot.web.framework.login_context import LoginContext
from bot.web.framework.settings import HttpSettings
from core.clock import Clock, ShiftedClock, SystemClock
from core.errors import Invalid
from core.policy.retention import Retention
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from core.services.timetable_import import TimetableSnapshot
from storage.factory import backup, exposed_files, open_storage, revision, setting, upgrade
from storage.private_files import is_open_to_others, make_private_folder
from storage.url import SqliteFile, parse_database_url

if TYPE_CHECKING:
    from scraper.files.records import RejectedRecord

__all__ = ["backup", "open_services", "read_import_file", "read_source", "revision", "setting", "upgrade"]

Progress = Callable[[int, int], None]
"""Told how many pages are done, and how many there will be."""


@asynccontextmanager
async def open_services(settings: Settings, *, load: bool = True) -> AsyncIterator[Services]:
    """Everything the core can do over the configured database, until the block is left.

    Without `load` only the catalogue is in the picture; `desk.storage.load()` then makes the rest possible.
    """
    config, clock = settings.config, clock_of(settings)
    services = build_services(config, clock)
    await services.storage.open()
    try:
        if load:
            await services.storage.load()
        yield services
    finally:
        await services.storage.close()


def clock_of(settings: Settings) -> Clock:
    return SystemClock() if settings.now is None else ShiftedClock(settings.now)


def build_services(config: Config, clock: Clock) -> Services:
    from bot.login.passwords import Argon2Passwords

    read_model, rules = ReadModel(), config.rules
    storage = open_storage(config.database.url, read_model, rules, clock)
    return Services(
        storage=storage,
        read_model=read_model,
        rules=rules,
        clock=clock,
        bookings=BookingService(storage, read_model, rules, clock),
        societies=SocietyService(storage, rules, clock),
        accounts=Accounts(
            storage,
            read_model,
            Argon2Passwords(),
            rules,
            clock,
            server_secret(config),
            tuple(
                each.strip().encode() for each in config.security.previous_secrets.split(",") if each.strip()
            ),
        ),
        default_minutes=config.booking.default_minutes,
        bookable=tuple(config.booking.bookable),
        operators=tuple(config.messages.operators),
        stale_after={each.name: _stale_after(each) for each in config.source},
        public_url=public_url(config),
        retention=_retention(config),
    )


def _retention(config: Config) -> Retention:
    kept = config.retention
    return Retention(
        audit=kept.audit,
        audit_rows=kept.audit_rows,
        refused_logins=kept.refused_logins,
        messages=kept.messages,
        bookings=kept.bookings,
    )


def _stale_after(source: SourceSection) -> timedelta:
    """One refresh may fail before anybody is told that a timetable is old."""
    return max(2 * source.every, timedelta(hours=1))


def server_secret(config: Config) -> bytes:
    """The secret from the environment, or the one kept beside the database, made the first time (0600)."""
    given = config.security.secret
    if given:
        return given.encode()
    path = secret_file(config)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        make_private_folder(path.parent)
        return _make_secret(path)


def secret_file(config: Config) -> Path:
    return Path(config.security.secret_file or folder(config) / "roomie.secret")


def folder(config: Config) -> Path:
    """Where files of ours lie: beside a SQLite file, else in `var`."""
    address = parse_database_url(config.database.url)
    return address.path.parent if isinstance(address, SqliteFile) else Path("var")


def exposures(config: Config) -> list[str]:
    """What other accounts of this machine may look into, and what to do about it."""
    paths = exposed_files(config.database.url)
    if not config.security.secret and is_open_to_others(secret_file(config)):
        paths.append(secret_file(config))
    return [
        f"other accounts of this machine can look into the folder {each}; one of mode 0700 keeps them out"
        if each.is_dir()
        else f"other accounts of this machine can read {each}: chmod 600 {each}"
        for each in paths
    ]


def _make_secret(path: Path) -> bytes:
    """Written to a file of its own first, so that no other process ever reads half a secret."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    fresh = Path(name)
    fresh.chmod(0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()


def read_import_file(path: Path, zone: ZoneInfo) -> ImportFile:
    """What a file holds that an operator brings: values, and the lines that cannot be read."""
    from scraper.files.catalogue import read_buildings, read_rooms_csv, read_rooms_json
    from scraper.files.formats import UnreadableFile, decode
    from scraper.files.kind import FileKind, detect_file_kind
    from scraper.files.records import RejectedRecord
    from scraper.files.timetable import read_timetable_csv, read_timetable_json

    try:
        text = decode(path.read_bytes())
        kind = detect_file_kind(text)
    except (OSError, UnreadableFile) as error:
        return ImportFile(
            "", refusals=(str(RejectedRecord(path.name, getattr(error, "strerror", "") or str(error))),)
        )
    match kind:
        case FileKind.BUILDINGS:
            buildings = read_buildings(text)
            return ImportFile(
                "buildings", buildings=buildings.values, refusals=_describe_rejections(buildings.rejected)
            )
        case FileKind.ROOMS_JSON | FileKind.ROOMS_CSV:
            rooms = read_rooms_json(text) if kind is FileKind.ROOMS_JSON else read_rooms_csv(text)
            return ImportFile("rooms", rooms=rooms.values, refusals=_describe_rejections(rooms.rejected))
        case _:
            read = read_timetable_json if kind is FileKind.TIMETABLE_JSON else read_timetable_csv
            entries = read(text, zone)
            return ImportFile(
                "timetable entries", entries=entries.values, refusals=_describe_rejections(entries.rejected)
            )


def _describe_rejections(refusals: "Sequence[RejectedRecord]") -> tuple[str, ...]:
    return tuple(str(each) for each in refusals)


def http_settings(config: Config) -> HttpSettings:
    http = config.http
    return HttpSettings(
        rate_limit=http.rate_limit,
        max_connections=http.max_connections,
        max_connections_per_address=http.max_connections_per_address,
        header_timeout=max(1.0, http.header_timeout.total_seconds()),
        shutdown_delay=http.linger.total_seconds(),
        confirmations=config.messages.confirmations,
        trusted_proxies=tuple(ip_network(each, strict=False) for each in http.trusted_proxies),
        public_url=http.public_url.rstrip("/"),
        is_public=is_public(config),
        metrics_from=tuple(ip_network(each, strict=False) for each in http.metrics_from),
    )


def login_context(config: Config, services: Services) -> LoginContext:
    """How people prove who they are at a browser."""
    settings = login_settings(config)
    oidc = (
        OidcClient(settings.oidc, services.clock, server_secret(config))
        if settings.method is LoginMethod.OIDC
        else None
    )
    return LoginContext(settings, config.campus.name, partial(answer_after_login, services), oidc)


async def answer_after_login(services: Services, request: ChatRequest) -> Reply:
    """The answer to what waited for a login; commands are imported once somebody needs them."""
    from bot.commands import COMMANDS
    from bot.conversation.dispatcher import Dispatcher

    return await Dispatcher(services, COMMANDS).dispatch(request)


def parse_text(services: Services, text: str) -> dict[str, object]:
    """How a phrase is read, as `GET /api/v1/parse` answers it."""
    from bot.language import ProblemReason, parse_phrase, to_json

    now = services.clock.now().replace(second=0, microsecond=0)
    reading = parse_phrase(
        text, now=now, zone=services.rules.zone, names=services.names.of(services.read_model)
    )
    if reading.problem is not None and reading.problem.reason is ProblemReason.TOO_MUCH:
        raise Invalid(reading.problem.message)
    return to_json(reading)


async def read_source(services: Services, section: SourceSection, progress: Progress) -> TimetableSnapshot:
    """What a source publishes now, judged beside its last good run. `Unavailable` when it cannot be read."""
    from scraper.model import SourceSettings
    from scraper.pipeline import LastGoodRun, scrape_and_compare

    state, rooms = await services.timetables.last_good(section.name)
    last_good = LastGoodRun(section.name, rooms)
    async for slots in services.timetables.current_slots(section.name):
        last_good.add_slots(slots)
    settings = SourceSettings(
        name=section.name,
        kind=section.kind,
        url=section.address,
        zone=services.rules.zone,
        year=section.year,
        interval=section.every,
        rooms=tuple(section.rooms),
        allow_private=section.allow_private,
        options=section.options,
    )
    return await scrape_and_compare(
        settings,
        now=services.clock.now(),
        previous_fingerprints=state.fingerprints,
        rooms=tuple(services.read_model.catalogue.rooms.values()),
        last_good=last_good,
        progress=progress,
    )
