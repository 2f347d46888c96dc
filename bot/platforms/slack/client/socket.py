"""Socket Mode: receives Slack's requests over a WebSocket that reconnects."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.platforms.health import PlatformHealth
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.library_logs import quiet_logger
from bot.platforms.slack.settings import SlackSettings

logger = logging.getLogger(__name__)

OnLostAck = Callable[[Mapping[str, Any], Mapping[str, Any]], Awaitable[None]]
_SUBJECT = "socket"


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
        self._client.proxy = None
        self._client.socket_mode_request_listeners.append(self._on_request)

    async def run(self) -> None:
        """Keep a socket open until cancelled."""
        connecting = asyncio.ensure_future(self._client.connect())  # type: ignore[no-untyped-call]
        try:
            while True:
                await self._check(connecting)
                await self._pause(connecting)
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await self._client.close()  # type: ignore[no-untyped-call]

    async def _pause(self, connecting: "asyncio.Future[None]") -> None:
        """Wait for the next check; the first connection ends the wait."""
        if connecting.done():
            await asyncio.sleep(self._check_interval)
        else:
            await asyncio.wait({connecting}, timeout=self._check_interval)

    async def _check(self, connecting: "asyncio.Future[None]") -> None:
        """Update the health. Drops the URL of a lost connection, which the SDK would retry for ever."""
        if await self._client.is_connected():
            self._health.clear(_SUBJECT)
        elif self._client.current_session is not None or self._client.wss_uri is not None:
            self._health.report(_SUBJECT, "The connection to Slack is lost; reconnecting.")
            self._client.wss_uri = None
        elif not connecting.done():
            self._health.report(_SUBJECT, "Not connected to Slack yet.", log=False)

    async def _on_request(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        bolt_request = AsyncBoltRequest(
            mode="socket_mode", body=request.payload, headers=build_headers(request)
        )
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


def _ack_payload(response: BoltResponse) -> dict[str, Any] | None:
    if not response.body:
        return None
    if response.first_headers().get("content-type", "").startswith("application/json"):
        return dict(json.loads(response.body))
    return {"text": response.body}
