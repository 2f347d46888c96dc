"""Putting the table of routes behind one address, and taking it away in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

from aiohttp import web
from aiohttp.http import HttpVersion11

from bot.services import Desk
from bot.web.endpoints.freerooms import FREEROOMS
from bot.web.endpoints.login_api import LOGIN
from bot.web.endpoints.login_pages import LOGIN_PAGES
from bot.web.endpoints.login_streams import STREAMS
from bot.web.endpoints.roomie import ROOMIE
from bot.web.endpoints.service import SERVICE, descriptions
from bot.web.framework.connections import Connection, Register
from bot.web.framework.errors import HttpRefusal, TooMany, http_refused
from bot.web.framework.handler import Door
from bot.web.framework.listener import Site
from bot.web.framework.login_context import LoginDoor
from bot.web.framework.platform_routes import PlatformRoute, row_of
from bot.web.framework.readiness import Check
from bot.web.framework.request_log import Unreadable
from bot.web.framework.response import Sent
from bot.web.framework.route import Answered, Api, Call, Route
from bot.web.framework.settings import HttpSettings
from bot.web.framework.shared_limits import Together
from bot.web.framework.state import House, Parse

ROUTES: tuple[Route, ...] = (*FREEROOMS, *ROOMIE, *LOGIN, *STREAMS, *LOGIN_PAGES, *SERVICE)
HEALTH: tuple[Route, ...] = tuple(each for each in SERVICE if each.name in {"healthz", "readyz", "metrics"})
"""What processes that answer nothing else over HTTP still tell."""
_server_log = logging.getLogger("bot.web.server")
_UNREADABLE = Unreadable()
_WAIT = 2.0
"""Seconds after which an address that has too many requests under way is to try again."""
_LAST_WORDS = 0.1
"""Seconds in which those who connected just before the door was shut get to ask."""
HOUSE: web.AppKey[House] = web.AppKey("house", House)
CONNECTIONS: web.AppKey[Register] = web.AppKey("connections", Register)


def application(
    desk: Desk,
    settings: HttpSettings,
    *,
    checks: Mapping[str, Check] | None = None,
    parse: Parse | None = None,
    more: Sequence[Route] = (),
    every: Sequence[Route] = ROUTES,
    login: LoginDoor | None = None,
    platforms: Sequence[PlatformRoute] = (),
) -> web.Application:
    """Everything answered over HTTP. `checks` are further parts of `/readyz`, `more` further routes.

    `platforms` are routes that chat platforms answer themselves; no document tells of them.
    """
    routes = (*every, *more)
    told = descriptions(routes, settings.public_url)
    checked = {**_own_checks(desk), **(checks or {})}
    house = House(desk, settings, told, checked, parse, login or LoginDoor())
    _put_gauges(house)
    app = web.Application(client_max_size=settings.max_body)
    app[HOUSE], app[CONNECTIONS] = house, Register(settings)
    _put_connection_gauges(house, app[CONNECTIONS])
    app.on_shutdown.append(_end_streams)
    app.cleanup_ctx.append(_counting)
    app.cleanup_ctx.append(app[CONNECTIONS].sweeping)
    for route in (*routes, *map(row_of, platforms)):
        enter = Door(route, house).enter
        for path in route.paths:
            app.router.add_route("*", _pattern(path), enter, expect_handler=_expect)
    app.router.add_route("*", "/{path:.*}", Door(_NOWHERE, house).enter, expect_handler=_expect)
    return app


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Start answering; the address as clients write it. `port` 0 takes any that is free."""
    house, register = app[HOUSE], app[CONNECTIONS]
    _server_log.addFilter(_UNREADABLE)
    runner = web.AppRunner(app, shutdown_timeout=house.settings.drain)
    await runner.setup()
    server = runner.server
    if server is None:
        raise RuntimeError("a runner that is set up has a server")
    register.watch(server, partial(_refused, house))
    site = Site(runner, host, port, register, partial(_connection, server, register, house.settings))
    await site.start()
    shown = f"[{host}]" if ":" in host else host
    return runner, f"http://{shown}:{site.port}"


def _connection(server: web.Server, register: Register, settings: HttpSettings, address: str) -> Connection:
    return Connection(
        server,
        register,
        address,
        loop=asyncio.get_running_loop(),
        access_log=None,
        logger=_server_log,
        keepalive_timeout=settings.keepalive,
    )


def _refused(house: House) -> Sent:
    """The answer where an address has as many requests under way as it may."""
    page = http_refused(TooMany(_WAIT))
    head, body = page.parts(None)
    return Sent(head, body, house.next_id(), page.status, is_last=False)


async def stop(runner: web.AppRunner) -> None:
    """Not ready any more; after a while no new connections; the end once requests under way are answered."""
    house = runner.app[HOUSE]
    house.is_stopping = True
    if house.settings.linger:
        await asyncio.sleep(house.settings.linger)
        for site in tuple(runner.sites):
            await site.stop()
        await asyncio.sleep(_LAST_WORDS)
    await runner.cleanup()


async def flush_last_used(app: web.Application) -> int:
    """Write down when tokens were last used, for a job to call now and then; how many there were."""
    house = app[HOUSE]
    return await house.used.flush(house.desk)


async def _counting(app: web.Application) -> AsyncIterator[None]:
    """Count together with other processes for as long as we serve."""
    house = app[HOUSE]
    task = asyncio.create_task(Together(house.desk, house.rates, house.logins, house.ticks).run())
    yield
    task.cancel()
    await asyncio.gather(task, house.readiness.stop(), return_exceptions=True)


async def _end_streams(app: web.Application) -> None:
    """Streams would otherwise be waited for; they end in order, and their clients come again elsewhere."""
    house = app[HOUSE]
    await house.channels.close()
    if house.login.oidc is not None:
        await house.login.oidc.close()


def _pattern(path: str) -> str:
    """`{name}` stands for anything but a slash, braces included."""
    return path.replace("}", ":[^/]+}")


def _own_checks(desk: Desk) -> dict[str, Check]:
    async def database() -> Mapping[str, object]:
        await desk.storage.probe()
        return {"writable": True}

    async def picture() -> Mapping[str, object]:
        found = desk.picture
        return {
            "ok": found.is_complete,
            "age": round(desk.storage.age(), 3),
            "rooms": len(found.catalogue.order),
            "version": found.availability.version,
        }

    return {"database": database, "picture": picture}


def _put_gauges(house: House) -> None:
    picture = house.desk.picture
    house.metrics.more = house.desk.figures
    house.metrics.gauge("roomie_rooms", "Rooms in the catalogue.", lambda: len(picture.catalogue.order))
    house.metrics.gauge("roomie_bookings_active", "Active bookings in memory.", lambda: len(picture.bookings))
    house.metrics.gauge("roomie_people", "People in memory.", lambda: len(picture.directory.people))
    house.metrics.gauge(
        "roomie_picture_age_seconds", "Since memory was last known to be true.", house.desk.storage.age
    )
    house.metrics.gauge("roomie_picture_complete", "Whether memory is complete.", lambda: picture.is_complete)
    house.metrics.gauge(
        "roomie_pages_kept", "Answers in memory.", lambda: len(house.memo) + len(house.stretches)
    )
    house.metrics.gauge("roomie_streams", "Streams that wait for a login.", lambda: len(house.channels))
    house.metrics.gauge(
        "roomie_addresses_known", "Addresses and accounts that knocked.", lambda: len(house.rates)
    )


def _put_connection_gauges(house: House, register: Register) -> None:
    gauge = house.metrics.gauge
    gauge("roomie_connections", "Connections that are open.", lambda: len(register))
    gauge("roomie_connections_refused", "Connections and requests beyond a limit.", lambda: register.refused)
    gauge(
        "roomie_connections_closed", "Connections that were too slow or made room.", lambda: register.closed
    )


def _nowhere(_: Call) -> Answered:
    raise HttpRefusal(404, "There is nothing here.")


_NOWHERE = Route(
    Api.SERVICE,
    "nowhere",
    ("GET", "POST", "PUT", "PATCH", "DELETE"),
    _nowhere,
    "Nothing.",
    {},
    path="/",
    early=True,
)


async def _expect(request: web.Request) -> None:
    """Whoever waits for our consent to send a body has it; other expectations are none of ours."""
    if request.version == HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
