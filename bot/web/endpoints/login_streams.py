"""Hearing of a login's end: WebSocket, Server-Sent Events, an endless body, or one long answer at a time."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import WSCloseCode, web

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import read_id
from bot.web.framework.errors import HttpRefusal
from bot.web.framework.login_subscriptions import Channel, Event, Listener, Speaker
from bot.web.framework.response import Page, json_page
from bot.web.framework.route import Answered, Api, Call, Parameter, Route, Within
from core.model.login_session import LoginSession
from core.policy.login import Standing, letters_of, standing

LONGEST_WAIT = 30.0
"""Seconds that a long poll waits."""
_PING_EVERY = 30.0
_TEXT = {"type": "string"}
_NO_CACHE = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache", "Expires": "0"}
_STREAMED = {
    "Cache-Control": "no-cache, no-store",
    "X-Accel-Buffering": "no",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}

SID = Parameter(
    "sid", read_id, _TEXT, "The sid, in either form.", required=True, within=Within.PATH, example="shibpescvk"
)
TAG = Parameter(
    "tag", str, _TEXT, "The `Etag` of the last message heard, instead of If-None-Match.", within=Within.QUERY
)
TIME = Parameter(
    "time",
    str,
    _TEXT,
    "The `Last-Modified` of the last message heard, instead of If-Modified-Since.",
    within=Within.QUERY,
)


async def stream(call: Call) -> Answered:
    """Whatever the client can read; the result comes once, and the stream ends with its channel."""
    letters, session = await _found(call)
    request = call.request
    if request.method == "HEAD":
        return Page(b"", headers=_NO_CACHE)
    if request.headers.get("Upgrade", "").lower() == "websocket":
        speaker = Speaker()
        with call.house.channels.joined(letters, session, speaker) as channel:
            return await _websocket(request, channel, speaker)
    listener = Listener()
    with call.house.channels.joined(letters, session, listener) as channel:
        is_events = "text/event-stream" in request.headers.get("Accept", "")
        return await _body(request, channel, listener, is_events=is_events)


async def _websocket(request: web.Request, channel: Channel, listener: Speaker) -> web.StreamResponse:
    socket = web.WebSocketResponse(heartbeat=_PING_EVERY, compress=False, max_msg_size=4096)
    if not socket.can_prepare(request):
        raise HttpRefusal(400, "This is no WebSocket handshake.")
    await socket.prepare(request)
    listener.speak(lambda event: _say(socket, channel, event))
    async for _ in socket:
        """Nobody can publish from outside: whatever they say goes unheard."""
    return socket


async def _say(socket: web.WebSocketResponse, channel: Channel, event: Event) -> None:
    with suppress(ConnectionError):
        if event is Event.MESSAGE and channel.message is not None:
            await socket.send_str(channel.message.decode())
        elif event is Event.END:
            await socket.close(code=WSCloseCode.GOING_AWAY)


async def _body(
    request: web.Request, channel: Channel, listener: Listener, *, is_events: bool
) -> web.StreamResponse:
    kind = "text/event-stream" if is_events else "text/plain"
    response = web.StreamResponse(headers={"Content-Type": kind, **_STREAMED})
    with suppress(ConnectionError):
        await response.prepare(request)
        while (event := await listener.next()) is not Event.END:
            if _is_gone(request):
                break
            if event is Event.MESSAGE and channel.message is not None:
                await response.write(_framed(channel.message, is_events=is_events))
            elif is_events:
                await response.write(b": still here\n\n")
        await response.write_eof()
    return response


def _framed(message: bytes, *, is_events: bool) -> bytes:
    return b"id: 1\ndata: " + message + b"\n\n" if is_events else message + b"\n"


def _is_gone(request: web.Request) -> bool:
    transport = request.transport
    return transport is None or transport.is_closing()


async def long_poll(call: Call) -> Answered:
    """The result, when it is there or comes within half a minute and is not known yet; 304 otherwise."""
    letters, session = await _found(call)
    listener = Listener()
    with call.house.channels.joined(letters, session, listener) as channel, suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_WAIT):
            while (event := await listener.next()) is not Event.END:
                if event is Event.MESSAGE and (answer := _answered(call, channel)) is not None:
                    return answer
    return Page(b"", status=304, headers=_NO_CACHE)


def _answered(call: Call, channel: Channel) -> Page | None:
    """The message, unless the client has it."""
    published = channel.published_at
    if channel.message is None or published is None or _is_known(call, published):
        return None
    body = {"id": 1, "channel": call.need(SID), "text": channel.message.decode()}
    told = {"Etag": "W/1", "Last-Modified": format_datetime(published.astimezone(UTC), usegmt=True)}
    return json_page(body, headers=_NO_CACHE | told)


def _is_known(call: Call, published: datetime) -> bool:
    """Whether the client says that it has the one message there is. What cannot be read says nothing."""
    headers = call.request.headers
    tag = _number(call.get(TAG) or headers.get("If-None-Match") or "")
    since = _instant(call.get(TIME) or headers.get("If-Modified-Since") or "")
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


async def _found(call: Call) -> tuple[str, LoginSession]:
    """The login that a sid names. 404 when there is none, or none any more."""
    letters = letters_of(call.need(SID))
    session = await call.house.desk.logins.find(letters) if letters else None
    if letters is None or session is None or standing(session, call.now) is Standing.UNKNOWN:
        raise HttpRefusal(404, "There is no such channel.")
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
        also=("push.subscribe/{sid}",),
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
        also=("push.subscribe_longpoll/{sid}",),
    ),
)
