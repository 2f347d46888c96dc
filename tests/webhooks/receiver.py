"""A receiver of webhooks: an aiohttp server that checks signatures with the `standardwebhooks` package."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class _AtAnyTime(Webhook):
    """For tests whose clock stands still: the package compares time stamps with the machine's."""

    def _Webhook__verify_timestamp(self, timestamp_header: str) -> datetime:  # noqa: N802 - its private name
        return datetime.fromtimestamp(float(timestamp_header), UTC)


@dataclass
class Receiver:
    """Answers `status`, or what `answer` returns; `received` are the payloads in the order of arrival.

    `checks_time`: time stamps must be those of the machine's clock. While `gate` is closed it takes
    requests and does not answer.
    """

    secret: str = ""
    checks_time: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    received: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    refused: int = 0
    requests: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Callable[[dict[str, Any]], int] | None = None
    at_once: int = 0
    most_at_once: int = 0
    tls: ssl.SSLContext | None = None
    port: int = 0

    async def start(self) -> None:
        self.gate.set()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls, reuse_address=True)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def stop(self) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook"

    async def _handle(self, request: web.Request) -> web.Response:
        body, self.requests = await request.read(), self.requests + 1
        try:
            payload = self._verify(body, dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return web.Response(status=400)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
        finally:
            self.at_once -= 1
        status = self.answer(payload) if self.answer is not None else self.status
        if 200 <= status < 300:
            self.received.append(payload)
            self.ids.append(request.headers.get("webhook-id", ""))
        self.arrived.set()
        return web.Response(status=status, headers=self.headers)

    def _verify(self, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        if not self.secret:
            return {}
        verifier = Webhook if self.checks_time else _AtAnyTime
        payload: dict[str, Any] = verifier(self.secret).verify(body, headers)
        return payload

    def types(self) -> list[str]:
        return [each["type"] for each in self.received]

    def versions(self) -> dict[str, list[int]]:
        """Versions of each booking in the order in which they arrived."""
        found: dict[str, list[int]] = {}
        for each in self.received:
            if "booking" in each["data"]:
                booking = each["data"]["booking"]
                found.setdefault(booking["id"], []).append(booking["version"])
        return found
