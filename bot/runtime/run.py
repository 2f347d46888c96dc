"""`roomie run`: serves all roles, or some of them, in one process until a signal stops it."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bot.config import Config, ConfigError, Settings
from bot.login.public_access import is_public
from bot.login.security_checks import SAMPLE_IN_PUBLIC, login_problems
from bot.redaction import without_text
from bot.runtime.app import (
    answer_after_login,
    http_settings,
    login_context,
    open_services,
    parse_text,
    setting,
    upgrade,
)
from bot.runtime.backups import backup_checks, backup_warnings
from bot.runtime.health import BACKGROUND_CHECKS
from bot.runtime.logging_setup import configure_logging
from bot.runtime.loop_lag import measure_loop_lag
from bot.runtime.memory import limit_pauses_and_memory
from bot.runtime.roles import ALL_ROLES, ProcessRole
from bot.runtime.server_secret import data_folder, permission_warnings, secret_file
from bot.services import Services
from bot.web.application import (
    FIRST_ROUTES,
    HEALTH_ROUTES,
    all_routes,
    complete,
    create_application,
    flush_last_used,
    serve,
)
from bot.web.application import stop as stop_serving
from bot.web.framework.open_files import raise_limit
from bot.web.framework.settings import HttpSettings
from core.errors import RoomieError
from core.memory import build_lasting_values
from core.model import PersonId

if TYPE_CHECKING:
    from aiohttp import web

    from bot.platforms.base import Platform
    from bot.worker.outbox import OutboxSender

logger = logging.getLogger("roomie")

_LOGIN_CLEANUP_INTERVAL = 60.0


async def run(settings: Settings, *, speak_as: str = "", roles: frozenset[ProcessRole] = ALL_ROLES) -> None:
    """Serves until SIGINT, SIGTERM or the end of the terminal session.

    Modules that the first request does not need are imported once the server listens.
    """
    config, stop = settings.config, _stop_event()
    configure_logging(config.log)
    _check_login_configuration(config)
    await upgrade(config.database.url)
    checks_sample = is_public(config) and await _may_hold_sample(config.database.url)
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings, load=False))
        limit_pauses_and_memory()
        platforms = _platforms(config, services, roles)
        if checks_sample:
            await services.storage.load()
            await _check_sample(services)
        tasks = await stack.enter_async_context(_Tasks())
        url = await stack.enter_async_context(_serving(services, config, platforms, roles))
        logger.info("listening on %s", url or "no port")
        for each in (*permission_warnings(config), *backup_warnings(config)):
            logger.warning(each)
        if not checks_sample:
            await services.storage.load()
        await _load_sample_data(services, config, roles)
        stack.enter_context(measure_loop_lag(services.metrics))
        for platform in platforms:
            tasks.start(platform.run(), platform.name)
            if ProcessRole.WORKER in roles:
                services.read_model.subscribe(partial(_notify_platform, services, platform, tasks))
        tasks.start(asyncio.to_thread(_preload), "language and pages")
        tasks.start(_reload_periodically(services, config.cache.reload_interval), "read model")
        outbox = await stack.enter_async_context(_running_worker(services, config, platforms, roles))
        if roles != ALL_ROLES:
            logger.info("running roles: %s", ", ".join(sorted(roles)))
            await stop.wait()
        elif await _announce(services, config, url):
            await _until_first(stop.wait(), _run_terminal(services, settings, speak_as, outbox))
        else:
            await stop.wait()
        logger.info("stopping")


def _check_login_configuration(config: Config) -> None:
    """Raises `ConfigError` for an unsafe login configuration; warns about the development user."""
    if problems := login_problems(config, secret_file(config)):
        raise ConfigError(problems)
    if config.login.dev_user:
        logger.warning("DEVELOPMENT: everybody who opens a login page is logged in as login.dev_user")


async def _may_hold_sample(url: str) -> bool:
    """Whether a database contains sample people, or could: it was never used by a public Roomie."""
    from bot.sample.data import PUBLIC, SAMPLE_PEOPLE

    return await setting(url, PUBLIC) is None or await setting(url, SAMPLE_PEOPLE) is not None


async def _check_sample(services: Services) -> None:
    """Raises `ConfigError` if there are sample people, after revoking their tokens."""
    from bot.sample.load import keep_sample_out

    if not await keep_sample_out(services):
        raise ConfigError([SAMPLE_IN_PUBLIC])


def _platforms(config: Config, services: Services, roles: frozenset[ProcessRole]) -> "Sequence[Platform]":
    """The platforms that these roles need. Raises `ConfigError` for a process without anything to do."""
    platforms = _open_platforms(config, services, roles) if config.has_platform else ()
    if not platforms and not roles & {ProcessRole.WEB, ProcessRole.WORKER}:
        raise ConfigError(
            [f"--only {','.join(sorted(roles))}: this configuration leaves nothing to do for these roles"]
        )
    return platforms


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
    """Tells a platform which of its users' pages (such as Slack's App Home) are out of date."""
    accounts = (services.read_model.directory.people.get(each) for each in people)
    identities = [
        identity
        for each in accounts
        if each is not None
        for identity in each.identities
        if identity.startswith(f"{platform.name}:")
    ]
    if identities:
        tasks.start(platform.on_people_changed(identities), f"{platform.name} pages")


def _preload() -> None:
    """Loads the parser's vocabulary and the pages' templates before the first request needs them."""
    from bot.language import preload
    from bot.web.pages.templating import preload as preload_templates

    with build_lasting_values():
        preload()
        preload_templates()


async def _reload_periodically(services: Services, interval: timedelta) -> None:
    """Reloads the read model, so that its window moves on with time."""
    while True:
        await asyncio.sleep(interval.total_seconds())
        try:
            await services.storage.reload()
        except RoomieError as error:
            logger.warning("could not reload the read model: %s", error)


@asynccontextmanager
async def _serving(
    services: Services, config: Config, platforms: "Sequence[Platform]", roles: frozenset[ProcessRole]
) -> AsyncIterator[str]:
    """Serves HTTP and yields the URL; on exit finishes requests in progress.

    Without the role `web` only health checks are served, and only if `http.health_port` is set.
    """
    is_web, http = ProcessRole.WEB in roles, config.http
    if not is_web and not http.health_port:
        yield ""
        return
    app = create_application(
        services,
        _limit_connections(http_settings(config)),
        checks={platform.name: partial(_platform_health, platform) for platform in platforms}
        | {name: partial(check, services) for name, check in BACKGROUND_CHECKS.items()}
        | dict(backup_checks(config, services)),
        parse=lambda text: parse_text(services, text),
        routes=FIRST_ROUTES if is_web else HEALTH_ROUTES,
        login=login_context(config, services),
        platforms=[route for platform in platforms for route in platform.routes()] if is_web else (),
    )
    runner, url = await serve(app, http.host, http.port if is_web else http.health_port)
    if is_web:
        services.complete_public_url(int(url.rpartition(":")[2]))
    try:
        complete(app, await asyncio.to_thread(all_routes) if is_web else HEALTH_ROUTES)
        async with _cleaning_up_logins(app, services):
            yield url
    finally:
        await flush_last_used(app)
        await stop_serving(runner)


def _limit_connections(settings: HttpSettings) -> HttpSettings:
    """Raises the soft limit of open files, and bounds connections by what it allows."""
    fit = raise_limit(settings.max_connections)
    if fit < settings.max_connections:
        logger.warning("http.max_connections is lowered to %s: the limit of open files allows no more", fit)
    return replace(settings, max_connections=fit)


@asynccontextmanager
async def _cleaning_up_logins(app: "web.Application", services: Services) -> AsyncIterator[None]:
    task = asyncio.create_task(_clean_up_logins(app, services))
    try:
        yield
    finally:
        task.cancel()


async def _clean_up_logins(app: "web.Application", services: Services) -> None:
    """Every minute: continues requests that waited for a login, and stores when tokens were last used."""
    from bot.login.chat_link import resume_pending

    while True:
        try:
            await resume_pending(services, partial(answer_after_login, services))
            await flush_last_used(app)
        except RoomieError as error:
            logger.warning("could not clean up logins: %s", error)
        await asyncio.sleep(_LOGIN_CLEANUP_INTERVAL)


async def _platform_health(platform: "Platform") -> Mapping[str, object]:
    """A platform's health as a part of `/readyz`; a platform that is down leaves the HTTP API in service."""
    health = dict(await platform.health())
    return {"ok": True, "up": health.pop("ok", True), **health}


class _Tasks:
    """Background tasks beside the HTTP server; one that fails is logged and leaves the others running."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> "_Tasks":
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, coroutine: Coroutine[Any, Any, Any], name: str) -> None:
        task = asyncio.ensure_future(self._log_failure(coroutine, name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _log_failure(coroutine: Coroutine[Any, Any, Any], name: str) -> None:
        try:
            await coroutine
        except Exception as error:
            logger.exception(
                "%s stopped with an error; everything else keeps running", name, exc_info=without_text(error)
            )


def _stop_event() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    return stop


async def _load_sample_data(services: Services, config: Config, roles: frozenset[ProcessRole]) -> None:
    """Loads the sample campus into an empty database.

    Not in public, because the sample's passwords are published, and not for a process with some of the roles,
    because its database belongs to a real campus.
    """
    from bot.sample.load import load_sample_if_empty

    if roles == ALL_ROLES and not is_public(config):
        await load_sample_if_empty(services)


@asynccontextmanager
async def _running_worker(
    services: Services, config: Config, platforms: "Sequence[Platform]", roles: frozenset[ProcessRole]
) -> "AsyncIterator[OutboxSender | None]":
    """Runs the background worker if the role asks for it, and yields its outbox sender."""
    from bot.chat.request import PlatformName

    receivers = _receivers(config, roles) if platforms else (PlatformName.TERMINAL,)
    if ProcessRole.WORKER not in roles:
        async with _recording_presence(services, receivers):
            yield None
        return
    from bot.runtime.worker import run_worker

    async with run_worker(services, config, platforms, receivers) as outbox:
        yield outbox


def _receivers(config: Config, roles: frozenset[ProcessRole]) -> "Sequence[str]":
    from bot.runtime.platforms import receiving_platforms

    return receiving_platforms(config, roles)


@asynccontextmanager
async def _recording_presence(services: Services, receivers: "Sequence[str]") -> AsyncIterator[None]:
    """Records that people can check in here, for the workers in other processes."""
    from bot.worker.releases import ReleaseRunner

    task = asyncio.create_task(ReleaseRunner(services, receivers, is_worker=False).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _announce(services: Services, config: Config, url: str) -> bool:
    """Prints a three-line welcome. Returns whether a terminal is attached."""
    from bot.sample.load import has_sample_people

    catalogue = services.read_model.catalogue
    rooms, buildings = len(catalogue.rooms), len(catalogue.buildings)
    sample = " (sample data; people: wil, rema, emily, dana)" if await has_sample_people(services) else ""
    contents = f"{config.campus.name}: {rooms} rooms in {buildings} buildings{sample}."
    if not rooms:
        contents = (
            f"{config.campus.name}: no rooms yet. Import some (roomie import FILE) or try roomie sample."
        )
    lines = (
        contents,
        f"Board: {url}   HTTP API: {url}/docs",
        "Try: /rooms free now 20 seats   (/help for more, Ctrl-D to quit)"
        if sys.stdin.isatty()
        else 'No terminal here. Try: .venv/bin/roomie chat "/rooms free now 20 seats"',
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
    from bot.runtime.terminal_user import is_user, terminal_user

    name = await terminal_user(services, speak_as or settings.config.terminal.user)
    session = TerminalSession(
        Dispatcher(services, COMMANDS).dispatch,
        name,
        services.rules.zone,
        is_user=partial(is_user, services),
    )
    if outbox is not None:
        outbox.open(TerminalPlatform(session, services.clock))
    await converse(session, COMMANDS, services.clock, data_folder(settings.config) / "history")


async def _until_first(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Waits until one ends, cancels the others, and raises the error of any that failed."""
    tasks = [asyncio.ensure_future(each) for each in coroutines]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()
