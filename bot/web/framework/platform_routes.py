"""Routes that chat platforms answer themselves, as rows of the table: under the limits of every other route.

A delivery with a valid signature of its platform is free, since all of a campus comes from a few addresses of
that platform. One without counts against its address and reaches no code of the platform.
"""

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Protocol

from aiohttp import web

from bot.web.framework.body import read_body
from bot.web.framework.errors import HttpError, TooManyRequests
from bot.web.framework.rate_limit import client_address, household
from bot.web.framework.route import Api, Handler, RequestContext, Response, Route

MAX_DELIVERY = 1 << 20
"""Bytes. Slack's largest view has 250 kB, before its form encoding."""


class Signature(Protocol):
    """As `bot.platforms.base.Signature`."""

    def is_shown(self, headers: Mapping[str, str]) -> bool: ...

    def is_valid(self, headers: Mapping[str, str], body: bytes) -> bool: ...


class PlatformRoute(Protocol):
    """As `bot.platforms.base.PlatformRoute`."""

    @property
    def name(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def handler(self) -> Callable[[web.Request], Awaitable[web.StreamResponse]]: ...

    @property
    def signature(self) -> Signature | None: ...

    @property
    def begins_login(self) -> bool: ...


def row_of(route: PlatformRoute) -> Route:
    """The row that answers a platform's route within the limits."""
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
    async def answer(context: RequestContext) -> Response:
        if route.begins_login:
            _check(context.state.sids.acquire(_address(context), context.state.ticks()))
        return await route.handler(context.request)

    return answer


def _delivery(route: PlatformRoute, signature: Signature) -> Handler:
    async def answer(context: RequestContext) -> Response:
        request = context.request.clone(client_max_size=MAX_DELIVERY)
        try:
            await _check_signed(request, signature, context.state.settings.body_timeout)
        except HttpError:
            _check(context.state.rates.acquire(_address(context), perf_counter()))
            raise
        return await route.handler(request)

    return answer


async def _check_signed(request: web.Request, signature: Signature, seconds: float) -> None:
    """Refuse what the platform did not sign; the body is read only if headers show a signature."""
    if signature.is_shown(request.headers):
        body = await read_body(request, MAX_DELIVERY, seconds)
        if signature.is_valid(request.headers, body):
            return
    raise HttpError(401, "The signature is missing or wrong.")


def _address(context: RequestContext) -> str:
    return household(client_address(context.request, context.state.settings.trusted_proxies))


def _check(wait: float) -> None:
    if wait:
        raise TooManyRequests(wait)
