"""Server-sent events that tell open pages to load themselves again."""

from contextlib import suppress

from aiohttp import web

from bot.web.framework.errors import TooManyRequests
from bot.web.framework.rate_limit import client_address, client_subnet
from bot.web.framework.route import Api, RequestContext, Response, Route

_RETRY_SECONDS = 30.0
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


async def stream(context: RequestContext) -> Response:
    """Sends the version of what is free, now and after each change."""
    updates, request = context.state.live, context.request
    subnet = client_subnet(client_address(request, context.state.settings.trusted_proxies))
    if updates.is_full(subnet):
        raise TooManyRequests(_RETRY_SECONDS)
    response = web.StreamResponse(headers=_HEADERS)
    if request.method == "HEAD":
        return response
    updates.open(subnet)
    try:
        with suppress(ConnectionError):
            await response.prepare(request)
            turn = updates.turn
            await response.write(_event(updates.version))
            while not updates.is_closed and not _is_gone(request):
                has_changed, turn = await updates.wait(turn), updates.turn
                await response.write(_event(updates.version) if has_changed else b": still here\n\n")
            await response.write_eof()
    finally:
        updates.leave(subnet)
    return response


def _event(version: str) -> bytes:
    return f"retry: 5000\ndata: {version}\n\n".encode()


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


LIVE: tuple[Route, ...] = (
    Route(
        Api.PAGES,
        "live",
        ("GET",),
        stream,
        "Server-sent events: a version that differs whenever rooms or bookings have changed.",
        {200: {"type": "string"}},
        path="/live",
        media_type="text/event-stream",
    ),
)
