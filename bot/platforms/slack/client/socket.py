"""The socket Roomie keeps open to Slack: opened again whenever it is lost, its answers never lost with it."""

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

from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.health import SlackHealth, quiet_logger
from bot.platforms.slack.settings import SlackSettings

logger = logging.getLogger(__name__)

LostAck = Callable[[Mapping[str, Any], Mapping[str, Any]], Awaitable[None]]
_SUBJECT = "socket"


class SocketConnection:
    """Socket Mode. `lost` is told of an acknowledgement that said something and could not be sent."""

    def __init__(
        self, app: AsyncApp, api: SlackApi, settings: SlackSettings, health: SlackHealth, lost: LostAck
    ) -> None:
        self._app, self._health, self._lost = app, health, lost
        self._every = settings.ping_interval
        self._client = SocketModeClient(
            app_token=settings.app_token,
            logger=quiet_logger("bot.platforms.slack.socket_mode"),
            web_client=api.client(None),
            ping_interval=settings.ping_interval,
        )
        self._client.proxy = None
        self._client.socket_mode_request_listeners.append(self._received)

    async def run(self) -> None:
        """Keep a socket open until cancelled."""
        connecting = asyncio.ensure_future(self._client.connect())  # type: ignore[no-untyped-call]
        try:
            while True:
                await self._look(connecting)
                await self._pause(connecting)
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await self._client.close()  # type: ignore[no-untyped-call]

    async def _pause(self, connecting: "asyncio.Future[None]") -> None:
        """Until it is time to look again; the first connection is news at once."""
        if connecting.done():
            await asyncio.sleep(self._every)
        else:
            await asyncio.wait({connecting}, timeout=self._every)

    async def _look(self, connecting: "asyncio.Future[None]") -> None:
        """Say how things are. A URL that was refused is forgotten, or the SDK would try it for ever."""
        if await self._client.is_connected():
            self._health.clear(_SUBJECT)
        elif self._client.current_session is not None or self._client.wss_uri is not None:
            self._health.report(_SUBJECT, "The connection to Slack is lost; trying to come back.")
            self._client.wss_uri = None
        elif not connecting.done():
            self._health.report(_SUBJECT, "Not connected to Slack yet.", log=False)

    async def _received(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        bolt_request = AsyncBoltRequest(
            mode="socket_mode", body=request.payload, headers=build_headers(request)
        )
        response = await self._app.async_dispatch(bolt_request)
        if response.status != 200:
            logger.info("not acknowledged: %s (%s)", request.type, response.status)
            return
        said = _said(response)
        try:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, said))
        except (ConnectionError, AttributeError):
            if said:
                await self._lost(request.payload, said)


def _said(response: BoltResponse) -> dict[str, Any] | None:
    if not response.body:
        return None
    if response.first_headers().get("content-type", "").startswith("application/json"):
        return dict(json.loads(response.body))
    return {"text": response.body}
