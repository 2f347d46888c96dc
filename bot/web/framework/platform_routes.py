"""Routes that chat platforms answer themselves, under the same limits as all other routes.

Deliveries with a valid signature are not rate limited: those for a whole campus come from a few addresses.
All others count against their address and never reach the platform's code. Reading and verifying a large body
is work too: an address may send a few at the same time, and none once forgeries have used up its rate.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from aiohttp import web

from bot.platforms.base import PlatformRoute, Signature
from bot.web.framework.body import read_body
from bot.web.framework.errors import HttpError, TooManyRequests
from bot.web.framework.rate_limit import client_address, client_subnet
from bot.web.framework.route import Api, Handler, RequestContext, Response, Route

MAX_DELIVERY = 1 << 20
"""Bytes. Slack's largest view has 250 kB before form encoding."""
_SMALL_DELIVERY = 64 * 1024
"""Bytes that are read for anybody, as on other routes; verifying a signature over them takes 0.1 ms."""
_MAX_LARGE_DELIVERIES = 8
"""Bodies beyond that which one client subnet may be sending at the same time."""
_RETRY_SECONDS = 2.0


def route_for(route: PlatformRoute) -> Route:
    """Converts a platform's route to one that is answered within the limits."""
    signature = route.signature
    return Route(
        Api.SERVICE,
        route.name,
        (route.method,),
        _page(route) if signature is None else _delivery(route, signature),
        f"For {route.name.partition(' ')[0]}.",
        {},
        path=route.path,
        is_mutating=signature is None,
        before_cache_ready=True,
        skips_cache_sync=True,
        rate_limited=signature is None,
        media_type="application/json" if signature is not None else "text/html",
    )


def _page(route: PlatformRoute) -> Handler:
    async def handle(context: RequestContext) -> Response:
        if route.begins_login:
            _check_wait(
                context.state.login_rates.acquire(client_subnet(_address(context)), context.state.ticks())
            )
        return await route.handler(context.request)

    return handle


def _delivery(route: PlatformRoute, signature: Signature) -> Handler:
    async def handle(context: RequestContext) -> Response:
        try:
            request = await _read_signed(context, signature)
        except HttpError:
            _count_forgery(context)
            raise
        return await route.handler(request)

    return handle


def _count_forgery(context: RequestContext) -> None:
    """Counts against the address's rate of requests and against its rate of forgeries."""
    state, address, now = context.state, _address(context), perf_counter()
    waits = state.forgeries.acquire_for(address, now), state.rates.acquire_for(address, now)
    _check_wait(max(waits))


async def _read_signed(context: RequestContext, signature: Signature) -> web.Request:
    """The request with its body read; 401 if the platform did not sign it.

    The body is read only if the headers show a signature that could be valid.
    """
    if signature.is_shown(context.request.headers):
        with _read_budget(context) as max_size:
            request = context.request.clone(client_max_size=max_size)
            body = await read_body(request, max_size, context.state.settings.body_timeout)
            if signature.is_valid(request.headers, body):
                return request
    raise HttpError(401, "The signature is missing or invalid.")


@contextmanager
def _read_budget(context: RequestContext) -> Iterator[int]:
    """How many bytes of the body may be read; reserves one of the address's places for large bodies."""
    state, length = context.state, context.request.content_length
    address = _address(context)
    if length is not None and length <= _SMALL_DELIVERY:
        yield _SMALL_DELIVERY
        return
    if wait := state.forgeries.wait_for(address, perf_counter()):
        raise TooManyRequests(wait)
    subnet = client_subnet(address)
    if state.large_deliveries[subnet] >= _MAX_LARGE_DELIVERIES:
        raise TooManyRequests(_RETRY_SECONDS)
    state.large_deliveries[subnet] += 1
    try:
        yield MAX_DELIVERY
    finally:
        state.large_deliveries[subnet] -= 1
        if not state.large_deliveries[subnet]:
            del state.large_deliveries[subnet]


def _address(context: RequestContext) -> str:
    return client_address(context.request, context.state.settings.trusted_proxies)


def _check_wait(wait: float) -> None:
    if wait:
        raise TooManyRequests(wait)
