"""Socket Mode: receives Slack's requests over a WebSocket that reconnects."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.platforms.health import PlatformHealth
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.library_logs import quiet_logger
from bot.platforms.slack.client.payload import MalformedDelivery, check_payload, to_bolt_request
from bot.platforms.slack.settings import SlackSettings
from bot.platforms.tasks import growing_pauses
from bot.redaction import error_name

logger = logging.getLogger(__name__)

OnLostAck = Callable[[Mapping[str, Any], Mapping[str, Any]], Awaitable[None]]
SOCKET = "socket"
"""Subject of the connection in the health."""
_FIRST_PAUSE_SECONDS = 0.2
"""Seconds between two connections in quick succession; doubled each time."""
_SHORT_SECONDS = 0.5
"""A connection that ends sooner is followed by a pause."""


class SocketConnection:
    """Keeps the socket open. `on_lost_ack` gets a request and the acknowledgement that was not sent."""

    def __init__(
        self,
        app: AsyncApp,
        api: SlackApi,
        settings: SlackSettings,
        health: PlatformHealth,
        on_lost_ack: OnLostAck,
    ) -> None:
        self._app, self._health, self._on_lost_ack = app, health, on_lost_ack
        self._check_interval = settings.ping_interval
        self._client = SocketModeClient(
            app_token=settings.app_token,
            logger=quiet_logger("bot.platforms.slack.socket_mode"),
            web_client=api.client(None),
            ping_interval=settings.ping_interval,
        )
        self._ended, self._reconnected_at = asyncio.Event(), float("-inf")
        self._pauses = growing_pauses(_FIRST_PAUSE_SECONDS, settings.ping_interval)
        self._client.proxy = None
        self._client.socket_mode_request_listeners.append(self._on_request)

    async def run(self) -> None:
        """Keep a socket open until cancelled."""
        unused = self._client.aiohttp_client_session
        self._client.aiohttp_client_session = aiohttp.ClientSession(
            ws_response_class=_socket_type(self._ended.set)  # the SDK looks only once in an interval of pings
        )
        connecting = asyncio.ensure_future(self._client.connect())  # type: ignore[no-untyped-call]
        try:
            await unused.close()
            while True:
                await self._check(connecting)
                await self._pause(connecting)
                if self._ended.is_set() and connecting.done():
                    self._ended.clear()
                    connecting = asyncio.ensure_future(self._reconnect())
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await self._client.close()  # type: ignore[no-untyped-call]

    async def _pause(self, connecting: "asyncio.Future[None]") -> None:
        """Wait for the next check; a connection that is made or lost ends the wait."""
        ended = asyncio.ensure_future(self._ended.wait())
        waiting = {ended} if connecting.done() else {connecting}
        try:
            await asyncio.wait(waiting, timeout=self._check_interval)
        finally:
            ended.cancel()

    async def _reconnect(self) -> None:
        """Connect again at once, unless the SDK already has; after short connections with pauses."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._reconnected_at > _SHORT_SECONDS:
            self._pauses = growing_pauses(_FIRST_PAUSE_SECONDS, self._check_interval)
        else:
            await asyncio.sleep(next(self._pauses))
        while True:
            self._reconnected_at = loop.time()
            try:
                await self._client.connect_to_new_endpoint()
            except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
                logger.info("not connected again: %s", error_name(error))
                await asyncio.sleep(next(self._pauses))
            else:
                return

    async def _check(self, connecting: "asyncio.Future[None]") -> None:
        """Update the health. Drops the URL of a lost connection, which the SDK would retry for ever."""
        if await self._client.is_connected():
            self._health.clear(SOCKET)
        elif self._client.current_session is not None or self._client.wss_uri is not None:
            self._health.report(SOCKET, "The connection to Slack is lost; reconnecting.")
            self._client.wss_uri = None
        elif not connecting.done():
            self._health.report(SOCKET, "Not connected to Slack yet.", log=False)

    async def _on_request(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            bolt_request = to_bolt_request(check_payload(request.payload), build_headers(request) or {})
        except MalformedDelivery:
            logger.info("not acknowledged: a malformed %s", request.type)
            return
        response = await self._app.async_dispatch(bolt_request)
        if response.status != 200:
            logger.info("not acknowledged: %s (%s)", request.type, response.status)
            return
        payload = _ack_payload(response)
        try:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))
        except (ConnectionError, AttributeError):  # AttributeError: the SDK has no session at the moment
            if payload:
                await self._on_lost_ack(request.payload, payload)


def _socket_type(on_end: Callable[[], None]) -> type[aiohttp.ClientWebSocketResponse]:
    """The type of sockets that call `on_end` when they end in any way."""

    class ReportingSocket(aiohttp.ClientWebSocketResponse):
        async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:  # noqa: ASYNC109 - aiohttp's
            message = await super().receive(timeout)
            if self.closed:
                on_end()
            return message

    return ReportingSocket


def _ack_payload(response: BoltResponse) -> dict[str, Any] | None:
    if not response.body:
        return None
    if response.first_headers().get("content-type", "").startswith("application/json"):
        return dict(json.loads(response.body))
    return {"text": response.body}
