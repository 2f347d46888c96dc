"""Builds the HTTP application from the route table, serves it, and shuts it down."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import cast

from aiohttp import web
from msgspec.structs import replace

from bot.platforms.base import PlatformRoute
from bot.services import Services
from bot.web.endpoints.freerooms import FREEROOMS
from bot.web.endpoints.health import HEALTH
from bot.web.framework.connection import Connection
from bot.web.framework.connection_register import Register
from bot.web.framework.eager import EagerRoutes, resume_or_handle
from bot.web.framework.errors import HttpError, TooManyRequests, http_error_response
from bot.web.framework.listener import Site
from bot.web.framework.login_context import LoginContext
from bot.web.framework.platform_routes import route_for
from bot.web.framework.readiness import Check
from bot.web.framework.request_targets import INVALID_TARGET_PATH, NOWHERE_PATH
from bot.web.framework.response import RawResponse
from bot.web.framework.route import Api, RequestContext, Response, Route
from bot.web.framework.routing import ROUTING, Routing
from bot.web.framework.settings import HttpSettings
from bot.web.framework.shared_limits import RateLimitSync
from bot.web.framework.state import Parse, ServerState

FIRST_ROUTES: tuple[Route, ...] = (*FREEROOMS, *HEALTH)
"""The routes that are there when the server begins to listen; all others are imported after that."""
HEALTH_ROUTES: tuple[Route, ...] = HEALTH
"""The routes of processes without an API, such as workers."""
SERVER_LOG = logging.getLogger("bot.web.server")
_RETRY_SECONDS = 2.0
"""`Retry-After` for a client with too many requests in progress."""
_ACCEPT_GRACE_SECONDS = 0.1
"""Time for clients that connected just before the sockets were closed to send their request."""
STATE: web.AppKey[ServerState] = web.AppKey("state", ServerState)
CONNECTIONS: web.AppKey[Register] = web.AppKey("connections", Register)


def create_application(
    services: Services,
    settings: HttpSettings,
    *,
    checks: Mapping[str, Check] | None = None,
    parse: Parse | None = None,
    extra_routes: Sequence[Route] = (),
    routes: Sequence[Route] | None = None,
    login: LoginContext | None = None,
    platforms: Sequence[PlatformRoute] = (),
) -> web.Application:
    """Builds the application. `checks` are further parts of `/readyz`.

    With `routes` it has these until `complete` adds the others; without, it has all, and `extra_routes`.
    `platforms` are routes that chat platforms answer themselves; the API documentation leaves them out.
    """
    all_checks = {**_own_checks(services), **(checks or {})}
    state = ServerState(services, settings, checks=all_checks, parse=parse, login=login or LoginContext())
    app = web.Application(client_max_size=settings.max_body)
    app[STATE], app[CONNECTIONS] = state, Register(settings)
    app[ROUTING] = Routing(app.router, state)
    _register_metrics(state, app[CONNECTIONS])
    app.on_shutdown.append(_end_streams)
    app.cleanup_ctx.append(_sync_limits)
    app.cleanup_ctx.append(app[CONNECTIONS].sweep_context)
    app[ROUTING].add(map(route_for, platforms))
    if routes is None:
        complete(app, (*all_routes(), *extra_routes))
    else:
        app[ROUTING].add(routes)
    return app


def all_routes() -> tuple[Route, ...]:
    """Imports and returns all routes; takes some hundred milliseconds."""
    from bot.web.routes import ROUTES

    return ROUTES


def complete(app: web.Application, routes: Sequence[Route]) -> None:
    """Adds those of the routes that are not there yet; requests that match none wait until this is done."""
    routing = app[ROUTING]
    routing.documented = routes
    routing.add(routes)
    routing.complete(((INVALID_TARGET_PATH, _INVALID_TARGET), ("/{path:.*}", _NOT_FOUND)))


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Starts serving; returns the runner and the URL. `port` 0 takes any free port."""
    state, register = app[STATE], app[CONNECTIONS]
    runner = web.AppRunner(app, shutdown_timeout=state.settings.shutdown_timeout)
    await runner.setup()
    server = runner.server
    if server is None:
        raise RuntimeError("a runner that is set up has a server")
    routes = EagerRoutes(
        cast("Callable[..., web.Request]", server.request_factory), lambda: state.is_stopping
    )
    app[ROUTING].start_eagerly(routes)
    server.request_handler = partial(resume_or_handle, partial(app[ROUTING].handle, server.request_handler))
    register.watch(server, partial(_refuse, state))
    site = Site(runner, host, port, register, partial(_connection, server, register, routes, state.settings))
    await site.start()
    url_host = f"[{host}]" if ":" in host else host
    return runner, f"http://{url_host}:{site.port}"


def _connection(
    server: web.Server, register: Register, routes: EagerRoutes, settings: HttpSettings, address: str
) -> Connection:
    return Connection(
        server,
        register,
        address,
        routes,
        loop=asyncio.get_running_loop(),
        access_log=None,
        logger=SERVER_LOG,
        keepalive_timeout=settings.keepalive,
    )


def _refuse(state: ServerState) -> RawResponse:
    """The response to a client with too many requests in progress."""
    response = http_error_response(TooManyRequests(_RETRY_SECONDS))
    head, body = response.parts(None)
    return RawResponse(head, body, state.next_id(), response.status, is_last=False)


async def stop(runner: web.AppRunner) -> None:
    """Shuts down in order: `/readyz` fails, no new connections after a delay, current requests finish."""
    state = runner.app[STATE]
    state.is_stopping = True
    if state.settings.shutdown_delay:
        await asyncio.sleep(state.settings.shutdown_delay)
        for site in tuple(runner.sites):
            await site.stop()
        await asyncio.sleep(_ACCEPT_GRACE_SECONDS)
    await runner.cleanup()


async def flush_last_used(app: web.Application) -> int:
    """Writes the times of last use of login tokens; returns how many."""
    state = app[STATE]
    return await state.token_usage.flush(state.services)


async def _sync_limits(app: web.Application) -> AsyncIterator[None]:
    """Cleanup context: shares rate limits with other processes while the application serves."""
    state = app[STATE]
    task = asyncio.create_task(RateLimitSync(state.services, state.rates, state.logins, state.ticks).run())
    yield
    task.cancel()
    await asyncio.gather(task, state.readiness.stop(), return_exceptions=True)


async def _end_streams(app: web.Application) -> None:
    """Ends open streams, which a shutdown would wait for otherwise; clients reconnect elsewhere."""
    state = app[STATE]
    await state.subscriptions.close()
    await state.live.close()
    if state.login.oidc is not None:
        await state.login.oidc.close()


def _own_checks(services: Services) -> dict[str, Check]:
    async def database() -> Mapping[str, object]:
        await services.storage.probe()
        return {"writable": True}

    async def read_model_check() -> Mapping[str, object]:
        read_model = services.read_model
        return {
            "ok": read_model.is_complete,
            "age": round(services.storage.age(), 3),
            "rooms": len(read_model.catalogue.order),
            "version": read_model.availability.version,
        }

    return {"database": database, "read_model": read_model_check}


def _register_metrics(state: ServerState, register: Register) -> None:
    read_model, metrics = state.services.read_model, state.metrics
    metrics.shared = state.services.metrics
    add = metrics.register
    add("roomie_rooms", "Rooms in the catalogue.", lambda: len(read_model.catalogue.order))
    add("roomie_active_bookings", "Active bookings in the read model.", lambda: len(read_model.bookings))
    add("roomie_people", "People in the read model.", lambda: len(read_model.directory.people))
    add(
        "roomie_read_model_ready", "Whether the read model is loaded, 1 or 0.", lambda: read_model.is_complete
    )
    add(
        "roomie_read_model_age_seconds",
        "Time since the read model was last known to match the database.",
        state.services.storage.age,
    )
    add(
        "roomie_response_cache_entries",
        "Responses in the response caches.",
        lambda: len(state.responses) + len(state.intervals),
    )
    add("roomie_login_subscribers", "Open streams that wait for a login.", lambda: len(state.subscriptions))
    add("roomie_live_streams", "Open pages that wait for changes.", lambda: len(state.live))
    add("roomie_rate_limit_keys", "Addresses and accounts in the rate limiter.", lambda: len(state.rates))
    add("roomie_connections", "Open HTTP connections.", lambda: len(register))
    add(
        "roomie_connections_refused_total",
        "Connections and requests refused by a connection limit.",
        lambda: register.refused,
    )
    add(
        "roomie_connections_closed_total",
        "Connections closed by a timeout or to make room.",
        lambda: register.closed,
    )


def _not_found(_: RequestContext) -> Response:
    raise HttpError(404, "There is nothing at this address.")


def _invalid_target(_: RequestContext) -> Response:
    raise HttpError(400, "The request's address is not valid.")


_NOT_FOUND = Route(
    Api.SERVICE,
    "nowhere",
    ("GET", "POST", "PUT", "PATCH", "DELETE"),
    _not_found,
    "Nothing.",
    {},
    path=NOWHERE_PATH,
    before_cache_ready=True,
    uses_session=True,
    is_page_if_accepted=True,
)
_INVALID_TARGET = replace(
    _NOT_FOUND, name="invalid target", handler=_invalid_target, path=INVALID_TARGET_PATH
)
