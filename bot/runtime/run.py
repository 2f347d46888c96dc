"""`roomie run`: all that is configured, or some roles of it, in one process until it is told to stop."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.config.model import Config, ConfigError, Settings
from bot.login.public_access import is_public
from bot.login.security_checks import SAMPLE_IN_PUBLIC, login_problems
from bot.redaction import without_text
from bot.runtime.app import (
    answer_after_login,
    exposures,
    folder,
    http_settings,
    login_context,
    open_services,
    parse_text,
    secret_file,
    setting,
    upgrade,
)
from bot.runtime.health import outbox_health, sources_health
from bot.runtime.logging_setup import configure_logging
from bot.runtime.roles import ALL_ROLES, ProcessRole
from bot.sample.data import PUBLIC, SAMPLE_PEOPLE
from bot.services import Services
from bot.web.application import HEALTH_ROUTES, ROUTES, create_application, flush_last_used, serve
from bot.web.application import stop as stop_serving
from bot.web.framework.open_files import raise_limit
from bot.web.framework.settings import HttpSettings
from core.errors import RoomieError
from core.model.entities import PersonId

if TYPE_CHECKING:
    from aiohttp import web

    from bot.platforms.base import Platform
    from bot.worker.outbox import OutboxSender

logger = logging.getLogger("roomie")

_LOGIN_CLEANUP_INTERVAL = 60.0


async def run(settings: Settings, *, speak_as: str = "", roles: frozenset[ProcessRole] = ALL_ROLES) -> None:
    """Serve until a signal comes, or the chat at the terminal ends.

    What is not needed to answer the first request is imported after the server listens.
    """
    config, stop = settings.config, _stop_on_signals()
    configure_logging(config.log)
    _check_login_configuration(config)
    await upgrade(config.database.url)
    needs_look = is_public(config) and await _may_hold_sample(config.database.url)
    async with AsyncExitStack() as house:
        services = await house.enter_async_context(open_services(settings, load=False))
        platforms = _platforms(config, services, roles)
        if needs_look:
            await services.storage.load()
            await _check_sample(services)
        tasks = await house.enter_async_context(_Tasks())
        url = await house.enter_async_context(_serving(services, config, platforms, roles))
        logger.info("listening on %s", url or "no port")
        for each in exposures(config):
            logger.warning(each)
        if not needs_look:
            await services.storage.load()
        await _load_sample_data(services, config, roles)
        freeze_gc()
        for platform in platforms:
            tasks.start(platform.run(), platform.name)
            if ProcessRole.WORKER in roles:
                services.read_model.subscribe(partial(_notify_platform, services, platform, tasks))
        tasks.start(asyncio.to_thread(_preload_parser), "language")
        tasks.start(_reload_periodically(services, config.jobs.refresh_picture), "picture")
        outbox = await house.enter_async_context(_running_worker(services, config, platforms, roles))
        if roles != ALL_ROLES:
            logger.info("running %s", ", ".join(sorted(roles)))
            await stop.wait()
        elif await _announce(services, config, url):
            await _until_first(stop.wait(), _run_terminal(services, settings, speak_as, outbox))
        else:
            await stop.wait()
        logger.info("stopping")


def _check_login_configuration(config: Config) -> None:
    """Refuse what would let the wrong people in, and be loud about what is for developers only."""
    if problems := login_problems(config, secret_file(config)):
        raise ConfigError(problems)
    if config.login.development:
        logger.warning(
            "DEVELOPMENT: everybody who opens a login page is taken for %s", config.login.development
        )


async def _may_hold_sample(url: str) -> bool:
    """Whether sample people are in a database, or nothing keeps them out of it yet."""
    return await setting(url, PUBLIC) is None or await setting(url, SAMPLE_PEOPLE) is not None


async def _check_sample(services: Services) -> None:
    """Refuse people with published passwords before the first request, and end what tokens they have."""
    from bot.sample.load import keep_sample_out

    if not await keep_sample_out(services):
        raise ConfigError([SAMPLE_IN_PUBLIC])


def _platforms(config: Config, services: Services, roles: frozenset[ProcessRole]) -> "Sequence[Platform]":
    """Those that these roles need. `ConfigError` when that leaves a process with nothing to do."""
    opened = _open_platforms(config, services, roles) if config.has_platform else ()
    if not opened and not roles & {ProcessRole.WEB, ProcessRole.WORKER}:
        raise ConfigError([f"--only {','.join(sorted(roles))}: with these settings there is nothing to do"])
    return opened


def _open_platforms(
    config: Config, services: Services, roles: frozenset[ProcessRole]
) -> "Sequence[Platform]":
    from bot.commands import COMMANDS
    from bot.conversation.dispatcher import Dispatcher
    from bot.runtime.check import platform_problems
    from bot.runtime.platforms import create_platforms

    if problems := platform_problems(config):
        raise ConfigError(problems)
    return create_platforms(config, services, Dispatcher(services, COMMANDS), roles)


def _notify_platform(
    services: Services, platform: "Platform", tasks: "_Tasks", people: frozenset[PersonId]
) -> None:
    """Let a platform know whose pages are out of date."""
    known = (services.read_model.directory.people.get(each) for each in people)
    mine = [
        identity
        for each in known
        if each is not None
        for identity in each.identities
        if identity.startswith(f"{platform.name}:")
    ]
    if mine:
        tasks.start(platform.on_people_changed(mine), f"{platform.name} pages")


def freeze_gc() -> None:
    """Leave what was loaded out of later collections, each of which would hold up an answer."""
    gc.collect()
    gc.freeze()


def _preload_parser() -> None:
    """Load the language before the first user needs it."""
    from bot.language import preload

    preload()


async def _reload_periodically(services: Services, every: timedelta) -> None:
    """Let the window of the picture move on with time, in every process."""
    while True:
        await asyncio.sleep(every.total_seconds())
        try:
            await services.storage.reload()
        except RoomieError as trouble:
            logger.warning("the picture could not be read anew: %s", trouble)


@asynccontextmanager
async def _serving(
    services: Services, config: Config, platforms: "Sequence[Platform]", roles: frozenset[ProcessRole]
) -> AsyncIterator[str]:
    """Answer over HTTP until the block is left; then finish what is under way.

    Without the role `web` that is only how this process is, and only where a port was chosen for it.
    """
    is_web, http = ProcessRole.WEB in roles, config.http
    if not is_web and not http.health_port:
        yield ""
        return
    app = create_application(
        services,
        _within_open_files(http_settings(config)),
        checks={platform.name: partial(_platform_health, platform) for platform in platforms}
        | {"outbox": partial(outbox_health, services), "timetables": partial(sources_health, services)},
        parse=lambda text: parse_text(services, text),
        routes=ROUTES if is_web else HEALTH_ROUTES,
        login=login_context(config, services),
        platforms=[route for platform in platforms for route in platform.routes()] if is_web else (),
    )
    runner, url = await serve(app, http.host, http.port if is_web else http.health_port)
    looking_after = asyncio.create_task(_clean_up_logins(app, services))
    try:
        yield url
    finally:
        looking_after.cancel()
        await flush_last_used(app)
        await stop_serving(runner)


def _within_open_files(settings: HttpSettings) -> HttpSettings:
    """As many connections as the system has open files for, with its soft limit raised."""
    fit = raise_limit(settings.max_connections)
    if fit < settings.max_connections:
        logger.warning("http.max_connections: %s; the limit of open files allows no more", fit)
    return replace(settings, max_connections=fit)


async def _clean_up_logins(app: "web.Application", services: Services) -> None:
    """Every minute: go on where a login was cut short, and write down when tokens were last used."""
    from bot.login.chat_link import resume_pending

    while True:
        try:
            await resume_pending(services, partial(answer_after_login, services))
            await flush_last_used(app)
        except RoomieError as trouble:
            logger.warning("logins are not looked after: %s", trouble)
        await asyncio.sleep(_LOGIN_CLEANUP_INTERVAL)


async def _platform_health(platform: "Platform") -> Mapping[str, object]:
    """How a platform is. One that is away is shown, and does not take the HTTP API out of service."""
    health = dict(await platform.health())
    return {"ok": True, "up": health.pop("ok", True), **health}


class _Tasks:
    """What goes on beside the HTTP API; a platform that gives up does not take the others along."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> "_Tasks":
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        task = asyncio.ensure_future(self._watched(work, name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _watched(work: Coroutine[Any, Any, Any], name: str) -> None:
        try:
            await work
        except Exception as error:
            logger.exception("%s has stopped; everything else goes on", name, exc_info=without_text(error))


def _stop_on_signals() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    return stop


async def _load_sample_data(services: Services, config: Config, roles: frozenset[ProcessRole]) -> None:
    """The sample campus for an empty database, on this machine only: its passwords are published.

    Only where one process is all there is; several that divide the roles have a campus of their own.
    """
    from bot.sample.load import load_sample_if_empty

    if roles == ALL_ROLES and not is_public(config):
        await load_sample_if_empty(services)


@asynccontextmanager
async def _running_worker(
    services: Services, config: Config, platforms: "Sequence[Platform]", roles: frozenset[ProcessRole]
) -> "AsyncIterator[OutboxSender | None]":
    """What happens by itself, for workers."""
    if ProcessRole.WORKER not in roles:
        yield None
        return
    from bot.runtime.worker import run_worker

    async with run_worker(services, config, platforms) as outbox:
        yield outbox


async def _announce(services: Services, config: Config, url: str) -> bool:
    """In three lines: what is there, where, and what to type. Whether somebody is there to type it."""
    from bot.sample.load import has_sample_people

    catalogue = services.read_model.catalogue
    rooms, buildings = len(catalogue.rooms), len(catalogue.buildings)
    sample = " (a sample to try; people: wil, rema, emily, dana)" if await has_sample_people(services) else ""
    there = f"{config.campus.name}: {rooms} rooms in {buildings} buildings{sample}."
    if not rooms:
        there = f"{config.campus.name}: no rooms yet. Bring some in with: roomie import FILE"
    lines = (
        there,
        f"HTTP API on {url}, described on {url}/docs",
        "Type: /rooms free now 20 seats   (or /help; Ctrl-D ends)"
        if sys.stdin.isatty()
        else 'Ask it: roomie chat "/rooms free now 20 seats"',
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _run_terminal(
    services: Services, settings: Settings, speak_as: str, outbox: "OutboxSender | None"
) -> None:
    from bot.commands import COMMANDS
    from bot.conversation.dispatcher import Dispatcher
    from bot.platforms.terminal.adapter import TerminalPlatform
    from bot.platforms.terminal.repl import converse
    from bot.platforms.terminal.session import TerminalSession
    from bot.runtime.terminal_user import terminal_user

    name = await terminal_user(services, speak_as or settings.config.terminal.person)
    session = TerminalSession(Dispatcher(services, COMMANDS).dispatch, name, services.rules.zone)
    if outbox is not None:
        outbox.open(TerminalPlatform(session, services.clock))
    await converse(session, COMMANDS, services.clock, folder(settings.config) / "history")


async def _until_first(*waits: Coroutine[Any, Any, object]) -> None:
    """Until one of them ends; the others are called off, and a fault in any is raised."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()
