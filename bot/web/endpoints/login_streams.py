"""Hearing of a login's end: WebSocket, Server-Sent Events, an endless body, or one long answer at a time."""

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
from core.model.login_session import LoginSession
from core.policy.login import LoginStatus, login_status, sid_token

MAX_WAIT = 30.0
"""Seconds that a long poll waits."""
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
    "The `Etag` of the last message heard, instead of If-None-Match.",
    location=ParameterLocation.QUERY,
)
TIME = Parameter(
    "time",
    str,
    _TEXT,
    "The `Last-Modified` of the last message heard, instead of If-Modified-Since.",
    location=ParameterLocation.QUERY,
)


async def stream(context: RequestContext) -> Response:
    """Whatever the client can read; the result comes once, and the stream ends with its channel."""
    letters, session = await _find_login(context)
    request = context.request
    if request.method == "HEAD":
        return RenderedResponse(b"", headers=_NO_CACHE)
    if request.headers.get("Upgrade", "").lower() == "websocket":
        speaker = PushSubscriber()
        with context.state.subscriptions.subscribed(letters, session, speaker) as channel:
            return await _websocket(request, channel, speaker)
    listener = Subscriber()
    with context.state.subscriptions.subscribed(letters, session, listener) as channel:
        is_events = "text/event-stream" in request.headers.get("Accept", "")
        return await _body(request, channel, listener, is_events=is_events)


async def _websocket(
    request: web.Request, channel: Subscription, listener: PushSubscriber
) -> web.StreamResponse:
    socket = web.WebSocketResponse(heartbeat=_PING_INTERVAL, compress=False, max_msg_size=4096)
    if not socket.can_prepare(request):
        raise HttpError(400, "This is no WebSocket handshake.")
    await socket.prepare(request)
    listener.push(lambda event: _send_event(socket, channel, event))
    async for _ in socket:
        """Nobody can publish from outside: whatever they say goes unheard."""
    return socket


async def _send_event(socket: web.WebSocketResponse, channel: Subscription, event: LoginEvent) -> None:
    with suppress(ConnectionError):
        if event is LoginEvent.MESSAGE and channel.message is not None:
            await socket.send_str(channel.message.decode())
        elif event is LoginEvent.END:
            await socket.close(code=WSCloseCode.GOING_AWAY)


async def _body(
    request: web.Request, channel: Subscription, listener: Subscriber, *, is_events: bool
) -> web.StreamResponse:
    kind = "text/event-stream" if is_events else "text/plain"
    response = web.StreamResponse(headers={"Content-Type": kind, **_STREAMED})
    with suppress(ConnectionError):
        await response.prepare(request)
        while (event := await listener.next()) is not LoginEvent.END:
            if _is_gone(request):
                break
            if event is LoginEvent.MESSAGE and channel.message is not None:
                await response.write(_frame(channel.message, is_events=is_events))
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
    """The result, when it is there or comes within half a minute and is not known yet; 304 otherwise."""
    letters, session = await _find_login(context)
    listener = Subscriber()
    with (
        context.state.subscriptions.subscribed(letters, session, listener) as channel,
        suppress(TimeoutError),
    ):
        async with asyncio.timeout(MAX_WAIT):
            while (event := await listener.next()) is not LoginEvent.END:
                if event is LoginEvent.MESSAGE and (answer := _respond(context, channel)) is not None:
                    return answer
    return RenderedResponse(b"", status=304, headers=_NO_CACHE)


def _respond(context: RequestContext, channel: Subscription) -> RenderedResponse | None:
    """The message, unless the client has it."""
    published = channel.published_at
    if channel.message is None or published is None or _is_known(context, published):
        return None
    body = {"id": 1, "channel": context.require(SID), "text": channel.message.decode()}
    told = {"Etag": "W/1", "Last-Modified": format_datetime(published.astimezone(UTC), usegmt=True)}
    return json_response(body, headers=_NO_CACHE | told)


def _is_known(context: RequestContext, published: datetime) -> bool:
    """Whether the client says that it has the one message there is. What cannot be read says nothing."""
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
    """The login that a sid names. 404 when there is none, or none any more."""
    letters = sid_token(context.require(SID))
    session = await context.state.services.logins.find(letters) if letters else None
    if letters is None or session is None or login_status(session, context.now) is LoginStatus.UNKNOWN:
        raise HttpError(404, "There is no such channel.")
    return letters, session


STREAMS: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "stream.sub/{sid}",
        ("GET",),
        stream,
        "A stream on which a login's result comes: WebSocket, Server-Sent Events, or an endless body.",
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
        "A login's result, waited for up to half a minute.",
        {200: schemas.PUBLISHED, 404: schemas.ERROR},
        parameters=(SID, TAG, TIME),
        aliases=("push.subscribe_longpoll/{sid}",),
    ),
)
