"""Delivers to the app: over its sockets, or as signed HTTP requests."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.standins.slack import faults
from tests.standins.slack.faults import FaultQueue
from tests.standins.slack.state import Payload, State

EVENT, COMMAND, INTERACTIVE = "events_api", "slash_commands", "interactive"


@dataclass(frozen=True)
class DeliveryResult:
    """The app's response. `acked` is false after a timeout or an error status."""

    acked: bool
    body: Any = None
    seconds: float = 0.0
    status: int = 0


@dataclass
class Delivery:
    """A payload for the app, with the result of every attempt."""

    kind: str
    workspace: str
    payload: Payload
    results: list[DeliveryResult] = field(default_factory=list)

    @property
    def last_result(self) -> DeliveryResult:
        return self.results[-1]


class Sockets:
    """Socket Mode: tickets, connections, envelopes and their acknowledgements."""

    def __init__(self, state: State, queue: FaultQueue) -> None:
        self._state, self._faults = state, queue
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._next = itertools.count()
        self.open: list[web.WebSocketResponse] = []
        self._transports: dict[web.WebSocketResponse, asyncio.WriteTransport | None] = {}
        self.opened = 0

    async def connections_open(self, request: web.Request) -> web.Response:
        response = await faults.before(self._faults.next_for("apps.connections.open"), request)
        if response is not None:
            return response
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != self._state.app.app_token:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        ticket = f"t{self._state.number()}"
        self._tickets.add(ticket)
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link/?ticket={ticket}"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        response = await faults.before(self._faults.next_for("socket"), request)
        if response is not None:
            return response
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._transports[socket] = cast("asyncio.WriteTransport | None", request.transport)
        await self._serve(socket)
        return socket

    async def _serve(self, socket: web.WebSocketResponse) -> None:
        self.open.append(socket)
        self.opened += 1
        try:
            await socket.send_json({"type": "hello", "num_connections": len(self.open), "debug_info": {}})
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._on_ack(json.loads(frame.data))
        finally:
            self._transports.pop(socket, None)
            if socket in self.open:
                self.open.remove(socket)

    def _on_ack(self, frame: Mapping[str, Any]) -> None:
        waiting = self._waiting.get(frame.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(frame.get("payload"))

    async def send(self, delivery: Delivery, retry: int, timeout_seconds: float) -> DeliveryResult:
        start = time.perf_counter()
        if not self.open:
            return DeliveryResult(acked=False)
        socket = self.open[next(self._next) % len(self.open)]
        envelope = self._envelope(delivery, retry)
        waiting = self._waiting[envelope["envelope_id"]] = asyncio.get_running_loop().create_future()
        try:
            await socket.send_json(envelope)
            async with asyncio.timeout(timeout_seconds):
                body = await waiting
            return DeliveryResult(acked=True, body=body, seconds=time.perf_counter() - start, status=200)
        except (TimeoutError, ConnectionError):
            return DeliveryResult(acked=False, seconds=time.perf_counter() - start)
        finally:
            del self._waiting[envelope["envelope_id"]]

    def _envelope(self, delivery: Delivery, retry: int) -> Payload:
        envelope: Payload = {
            "envelope_id": f"env{self._state.number()}",
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != EVENT,
        }
        if delivery.kind == EVENT:
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        return envelope

    async def refresh(self) -> None:
        """Ask every connection to reconnect, and close it, as Slack does every few hours."""
        for socket in list(self.open):
            self.open.remove(socket)
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    def drop(self) -> None:
        """Abort every connection."""
        for socket in list(self.open):
            self.open.remove(socket)
            transport = self._transports.get(socket)
            if transport is not None:
                transport.abort()

    async def close(self) -> None:
        for socket in list(self.open):
            await socket.close()


class SignedHttp:
    """HTTP mode: POST requests signed with the app's secret."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.url = ""
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery, retry: int, timeout_seconds: float) -> DeliveryResult:
        body, kind = _body_of(delivery)
        headers = {"Content-Type": kind, **self.signed(body)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        return await self.post(body, headers, timeout_seconds)

    def signed(self, body: str, at: int | None = None, secret: str = "") -> dict[str, str]:
        """Signature headers for a body; `at` (Unix seconds) and `secret` make stale and forged ones."""
        return self.signed_bytes(body.encode(), at, secret)

    def signed_bytes(self, body: bytes, at: int | None = None, secret: str = "") -> dict[str, str]:
        """As `signed`, for a body that need not be text."""
        stamp = str(at if at is not None else int(self._state.clock.now().timestamp()))
        key = (secret or self._state.app.signing_secret).encode()
        digest = hmac.new(key, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def post(
        self, body: str, headers: Mapping[str, str], timeout_seconds: float = 3.0
    ) -> DeliveryResult:
        start = time.perf_counter()
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            timeout = aiohttp.ClientTimeout(total=timeout_seconds)
            async with self._session.post(self.url, data=body, headers=headers, timeout=timeout) as response:
                text = await response.text()
                seconds = time.perf_counter() - start
                return DeliveryResult(response.status == 200, _read(text), seconds, response.status)
        except (TimeoutError, aiohttp.ClientError):
            return DeliveryResult(acked=False, seconds=time.perf_counter() - start)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _body_of(delivery: Delivery) -> tuple[str, str]:
    form = "application/x-www-form-urlencoded"
    if delivery.kind == EVENT:
        return json.dumps(delivery.payload), "application/json"
    if delivery.kind == COMMAND:
        return urlencode(delivery.payload), form
    return urlencode({"payload": json.dumps(delivery.payload)}), form


def _read(text: str) -> Any:
    if text.startswith("{"):
        return json.loads(text)
    return {"text": text} if text else None


class DeliverySender:
    """Sends deliveries in the app's mode, and repeats events that were not acknowledged."""

    def __init__(self, state: State, queue: FaultQueue) -> None:
        self.sockets, self.http = Sockets(state, queue), SignedHttp(state)
        self.timeout = 3.0
        self.event_retries = 0
        self.sent: list[Delivery] = []

    async def deliver(self, delivery: Delivery) -> DeliveryResult:
        self.sent.append(delivery)
        result = await self._once(delivery, 0)
        for attempt in range(1, self.event_retries + 1):
            if result.acked or delivery.kind != EVENT:
                break
            result = await self._once(delivery, attempt)
        return result

    async def redeliver(self, delivery: Delivery) -> DeliveryResult:
        """Send a delivery again, as a retry."""
        return await self._once(delivery, len(delivery.results))

    async def _once(self, delivery: Delivery, retry: int) -> DeliveryResult:
        transport = self.http if self.http.url else self.sockets
        result = await transport.send(delivery, retry, self.timeout)
        delivery.results.append(result)
        return result

    async def close(self) -> None:
        await self.sockets.close()
        await self.http.close()
