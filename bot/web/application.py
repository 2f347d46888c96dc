"""Putting the table of routes behind one address, and taking it away in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

from aiohttp import web
from aiohttp.http import HttpVersion11

from bot.services import Services
from bot.web.endpoints.freerooms import FREEROOMS
from bot.web.endpoints.login_api import LOGIN
from bot.web.endpoints.login_pages import LOGIN_PAGES
from bot.web.endpoints.login_streams import STREAMS
from bot.web.endpoints.roomie import ROOMIE
from bot.web.endpoints.service import SERVICE, descriptions
from bot.web.framework.connections import Connection, Register
from bot.web.framework.errors import HttpError, TooManyRequests, http_error_response
from bot.web.framework.handler import RouteHandler
from bot.web.framework.listener import Site
from bot.web.framework.login_context import LoginContext
from bot.web.framework.platform_routes import PlatformRoute, row_of
from bot.web.framework.readiness import Check
from bot.web.framework.request_log import InvalidRequestFilter
from bot.web.framework.response import RawResponse
from bot.web.framework.route import Api, RequestContext, Response, Route
from bot.web.framework.settings import HttpSettings
from bot.web.framework.shared_limits import RateLimitSync
from bot.web.framework.state import Parse, ServerState

ROUTES: tuple[Route, ...] = (*FREEROOMS, *ROOMIE, *LOGIN, *STREAMS, *LOGIN_PAGES, *SERVICE)
HEALTH_ROUTES: tuple[Route, ...] = tuple(
    each for each in SERVICE if each.name in {"healthz", "readyz", "metrics"}
)
"""What processes that answer nothing else over HTTP still tell."""
_server_log = logging.getLogger("bot.web.server")
_INVALID_REQUEST_FILTER = InvalidRequestFilter()
_WAIT = 2.0
"""Seconds after which an address that has too many requests under way is to try again."""
_ACCEPT_GRACE = 0.1
"""Seconds in which those who connected just before the door was shut get to ask."""
STATE: web.AppKey[ServerState] = web.AppKey("house", ServerState)
CONNECTIONS: web.AppKey[Register] = web.AppKey("connections", Register)


def create_application(
    services: Services,
    settings: HttpSettings,
    *,
    checks: Mapping[str, Check] | None = None,
    parse: Parse | None = None,
    extra_routes: Sequence[Route] = (),
    routes: Sequence[Route] = ROUTES,
    login: LoginContext | None = None,
    platforms: Sequence[PlatformRoute] = (),
) -> web.Application:
    """Everything answered over HTTP. `checks` are further parts of `/readyz`, `more` further routes.

    `platforms` are routes that chat platforms answer themselves; no document tells of them.
    """
    routes = (*routes, *extra_routes)
    documents = descriptions(routes, settings.public_url)
    checked = {**_own_checks(services), **(checks or {})}
    state = ServerState(services, settings, documents, checked, parse, login or LoginContext())
    _register_gauges(state)
    app = web.Application(client_max_size=settings.max_body)
    app[STATE], app[CONNECTIONS] = state, Register(settings)
    _put_connection_gauges(state, app[CONNECTIONS])
    app.on_shutdown.append(_end_streams)
    app.cleanup_ctx.append(_sync_limits)
    app.cleanup_ctx.append(app[CONNECTIONS].sweeping)
    for route in (*routes, *map(row_of, platforms)):
        enter = RouteHandler(route, state).handle
        for path in route.paths:
            app.router.add_route("*", _pattern(path), enter, expect_handler=_expect)
    app.router.add_route("*", "/{path:.*}", RouteHandler(_NOT_FOUND, state).handle, expect_handler=_expect)
    return app


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Start answering; the address as clients write it. `port` 0 takes any that is free."""
    state, register = app[STATE], app[CONNECTIONS]
    _server_log.addFilter(_INVALID_REQUEST_FILTER)
    runner = web.AppRunner(app, shutdown_timeout=state.settings.shutdown_timeout)
    await runner.setup()
    server = runner.server
    if server is None:
        raise RuntimeError("a runner that is set up has a server")
    register.watch(server, partial(_refused, state))
    site = Site(runner, host, port, register, partial(_connection, server, register, state.settings))
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


def _refused(state: ServerState) -> RawResponse:
    """The answer where an address has as many requests under way as it may."""
    page = http_error_response(TooManyRequests(_WAIT))
    head, body = page.parts(None)
    return RawResponse(head, body, state.next_id(), page.status, is_last=False)


async def stop(runner: web.AppRunner) -> None:
    """Not ready any more; after a while no new connections; the end once requests under way are answered."""
    state = runner.app[STATE]
    state.is_stopping = True
    if state.settings.shutdown_delay:
        await asyncio.sleep(state.settings.shutdown_delay)
        for site in tuple(runner.sites):
            await site.stop()
        await asyncio.sleep(_ACCEPT_GRACE)
    await runner.cleanup()


async def flush_last_used(app: web.Application) -> int:
    """Write down when tokens were last used, for a job to call now and then; how many there were."""
    state = app[STATE]
    return await state.token_usage.flush(state.services)


async def _sync_limits(app: web.Application) -> AsyncIterator[None]:
    """Count together with other processes for as long as we serve."""
    state = app[STATE]
    task = asyncio.create_task(RateLimitSync(state.services, state.rates, state.logins, state.ticks).run())
    yield
    task.cancel()
    await asyncio.gather(task, state.readiness.stop(), return_exceptions=True)


async def _end_streams(app: web.Application) -> None:
    """Streams would otherwise be waited for; they end in order, and their clients come again elsewhere."""
    state = app[STATE]
    await state.subscriptions.close()
    if state.login.oidc is not None:
        await state.login.oidc.close()


def _pattern(path: str) -> str:
    """`{name}` stands for anything but a slash, braces included."""
    return path.replace("}", ":[^/]+}")


def _own_checks(services: Services) -> dict[str, Check]:
    async def database() -> Mapping[str, object]:
        await services.storage.probe()
        return {"writable": True}

    async def read_model_check() -> Mapping[str, object]:
        found = services.read_model
        return {
            "ok": found.is_complete,
            "age": round(services.storage.age(), 3),
            "rooms": len(found.catalogue.order),
            "version": found.availability.version,
        }

    return {"database": database, "read_model": read_model_check}


def _register_gauges(state: ServerState) -> None:
    read_model = state.services.read_model
    state.metrics.more = state.services.gauges
    state.metrics.gauge("roomie_rooms", "Rooms in the catalogue.", lambda: len(read_model.catalogue.order))
    state.metrics.gauge(
        "roomie_bookings_active", "Active bookings in memory.", lambda: len(read_model.bookings)
    )
    state.metrics.gauge("roomie_people", "People in memory.", lambda: len(read_model.directory.people))
    state.metrics.gauge(
        "roomie_picture_age_seconds", "Since memory was last known to be true.", state.services.storage.age
    )
    state.metrics.gauge(
        "roomie_picture_complete", "Whether memory is complete.", lambda: read_model.is_complete
    )
    state.metrics.gauge(
        "roomie_pages_kept", "Answers in memory.", lambda: len(state.responses) + len(state.intervals)
    )
    state.metrics.gauge("roomie_streams", "Streams that wait for a login.", lambda: len(state.subscriptions))
    state.metrics.gauge(
        "roomie_addresses_known", "Addresses and accounts that knocked.", lambda: len(state.rates)
    )


def _put_connection_gauges(state: ServerState, register: Register) -> None:
    gauge = state.metrics.gauge
    gauge("roomie_connections", "Connections that are open.", lambda: len(register))
    gauge("roomie_connections_refused", "Connections and requests beyond a limit.", lambda: register.refused)
    gauge(
        "roomie_connections_closed", "Connections that were too slow or made room.", lambda: register.closed
    )


def _not_found(_: RequestContext) -> Response:
    raise HttpError(404, "There is nothing here.")


_NOT_FOUND = Route(
    Api.SERVICE,
    "nowhere",
    ("GET", "POST", "PUT", "PATCH", "DELETE"),
    _not_found,
    "Nothing.",
    {},
    path="/",
    before_cache_ready=True,
)


async def _expect(request: web.Request) -> None:
    """Whoever waits for our consent to send a body has it; other expectations are none of ours."""
    if request.version == HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
