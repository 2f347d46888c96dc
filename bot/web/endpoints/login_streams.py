"""Streams the result of a login: WebSocket, Server-Sent Events, chunked body, or long polling."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import WSCloseCode, web

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_id
from bot.web.framework.errors import HttpError
from bot.web.framework.login_subscriptions import LoginEvent, PushSubscriber, Subscriber, Subscription
from bot.web.framework.response import RenderedResponse, json_response
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Response, Route
from core.model import LoginSession
from core.policy.login import LoginStatus, login_status, sid_token

MAX_WAIT = 30.0
"""Seconds for which a long poll waits."""
_PING_INTERVAL = 30.0
_TEXT = {"type": "string"}
_NO_CACHE = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache", "Expires": "0"}
_STREAMED = {
    "Cache-Control": "no-cache, no-store",
    "X-Accel-Buffering": "no",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}

SID = Parameter(
    "sid",
    parse_id,
    _TEXT,
    "The sid, in either form.",
    required=True,
    location=ParameterLocation.PATH,
    example="shibpescvk",
)
TAG = Parameter(
    "tag",
    str,
    _TEXT,
    "The `Etag` of the last message received, instead of If-None-Match.",
    location=ParameterLocation.QUERY,
)
TIME = Parameter(
    "time",
    str,
    _TEXT,
    "The `Last-Modified` of the last message received, instead of If-Modified-Since.",
    location=ParameterLocation.QUERY,
)


async def stream(context: RequestContext) -> Response:
    """Streams in the format that the client accepts: the result once, then the end of the subscription."""
    token, session = await _find_login(context)
    request = context.request
    if request.method == "HEAD":
        return RenderedResponse(b"", headers=_NO_CACHE)
    if request.headers.get("Upgrade", "").lower() == "websocket":
        pushed = PushSubscriber()
        with context.state.subscriptions.subscribed(token, session, pushed) as subscription:
            return await _websocket(request, subscription, pushed)
    subscriber = Subscriber()
    with context.state.subscriptions.subscribed(token, session, subscriber) as subscription:
        is_events = "text/event-stream" in request.headers.get("Accept", "")
        return await _body(request, subscription, subscriber, is_events=is_events)


async def _websocket(
    request: web.Request, subscription: Subscription, subscriber: PushSubscriber
) -> web.StreamResponse:
    socket = web.WebSocketResponse(heartbeat=_PING_INTERVAL, compress=False, max_msg_size=4096)
    if not socket.can_prepare(request):
        raise HttpError(400, "This is not a WebSocket handshake.")
    await socket.prepare(request)
    subscriber.push(lambda event: _send_event(socket, subscription, event))
    async for _ in socket:
        """Messages from clients are ignored."""
    return socket


async def _send_event(socket: web.WebSocketResponse, subscription: Subscription, event: LoginEvent) -> None:
    with suppress(ConnectionError):
        if event is LoginEvent.MESSAGE and subscription.message is not None:
            await socket.send_str(subscription.message.decode())
        elif event is LoginEvent.END:
            await socket.close(code=WSCloseCode.GOING_AWAY)


async def _body(
    request: web.Request, subscription: Subscription, subscriber: Subscriber, *, is_events: bool
) -> web.StreamResponse:
    kind = "text/event-stream" if is_events else "text/plain"
    response = web.StreamResponse(headers={"Content-Type": kind, **_STREAMED})
    with suppress(ConnectionError):
        await response.prepare(request)
        while (event := await subscriber.next()) is not LoginEvent.END:
            if _is_gone(request):
                break
            if event is LoginEvent.MESSAGE and subscription.message is not None:
                await response.write(_frame(subscription.message, is_events=is_events))
            elif is_events:
                await response.write(b": still here\n\n")
        await response.write_eof()
    return response


def _frame(message: bytes, *, is_events: bool) -> bytes:
    return b"id: 1\ndata: " + message + b"\n\n" if is_events else message + b"\n"


def _is_gone(request: web.Request) -> bool:
    transport = request.transport
    return transport is None or transport.is_closing()


async def long_poll(context: RequestContext) -> Response:
    """The result if the client does not have it, waiting up to 30 seconds for it; 304 otherwise."""
    token, session = await _find_login(context)
    subscriber = Subscriber()
    with (
        context.state.subscriptions.subscribed(token, session, subscriber) as subscription,
        suppress(TimeoutError),
    ):
        async with asyncio.timeout(MAX_WAIT):
            while (event := await subscriber.next()) is not LoginEvent.END:
                if event is LoginEvent.MESSAGE and (answer := _respond(context, subscription)) is not None:
                    return answer
    return RenderedResponse(b"", status=304, headers=_NO_CACHE)


def _respond(context: RequestContext, subscription: Subscription) -> RenderedResponse | None:
    """The message, unless the client has it already."""
    published = subscription.published_at
    if subscription.message is None or published is None or _is_known(context, published):
        return None
    body = {"id": 1, "channel": context.require(SID), "text": subscription.message.decode()}
    headers = {"Etag": "W/1", "Last-Modified": format_datetime(published.astimezone(UTC), usegmt=True)}
    return json_response(body, headers=_NO_CACHE | headers)


def _is_known(context: RequestContext, published: datetime) -> bool:
    """Whether the client has the message according to its headers; invalid ones are ignored."""
    headers = context.request.headers
    tag = _number(context.get(TAG) or headers.get("If-None-Match") or "")
    since = _instant(context.get(TIME) or headers.get("If-Modified-Since") or "")
    if since is None:
        return tag is not None and tag >= 1
    published = published.replace(microsecond=0)
    return since > published or (since == published and (tag or 0) >= 1)


def _number(tag: str) -> int | None:
    digits = tag.strip().removeprefix("W/").strip('"')
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def _find_login(context: RequestContext) -> tuple[str, LoginSession]:
    """The login of a sid; 404 if there is none, or no more."""
    token = sid_token(context.require(SID))
    session = await context.state.services.logins.find(token) if token else None
    if token is None or session is None or login_status(session, context.now) is LoginStatus.UNKNOWN:
        raise HttpError(404, "There is no such login.")
    return token, session


STREAMS: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "stream.sub/{sid}",
        ("GET",),
        stream,
        "Stream the result of a login: WebSocket, Server-Sent Events, or a chunked body.",
        {200: schemas.TEXT, 404: schemas.ERROR},
        parameters=(SID,),
        aliases=("push.subscribe/{sid}",),
        media_type="text/event-stream",
    ),
    Route(
        Api.ROOMIE,
        "stream.sub_lp/{sid}",
        ("GET",),
        long_poll,
        "Wait up to 30 seconds for the result of a login.",
        {200: schemas.PUBLISHED, 404: schemas.ERROR},
        parameters=(SID, TAG, TIME),
        aliases=("push.subscribe_longpoll/{sid}",),
    ),
)
