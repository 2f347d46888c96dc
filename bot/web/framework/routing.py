"""Adds routes to the application, some of them once it serves: importing all of them takes a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, cast

from aiohttp import web
from aiohttp.http import HttpVersion11

from bot.web.framework.eager import Handle
from bot.web.framework.handler import RouteHandler
from bot.web.framework.route import Route
from bot.web.framework.state import ServerState


class EagerTable(Protocol):
    """Where the routes that are started eagerly are found."""

    def add(self, path: str, handle: Handle) -> None: ...


class Routing:
    """The routes of one application. While some are missing, requests that match none wait for them."""

    def __init__(self, router: web.UrlDispatcher, state: ServerState) -> None:
        self.documented: Sequence[Route] = ()
        """What the API documentation describes, in its order."""
        self._router, self._state = router, state
        self._added: list[Route] = []
        self._eager: list[tuple[str, Handle]] = []
        self._table: EagerTable | None = None
        self._is_complete = asyncio.Event()

    def add(self, routes: Iterable[Route]) -> None:
        """Adds those that are not there yet."""
        for route in routes:
            if route in self._added:
                continue
            self._added.append(route)
            handler = RouteHandler(route, self._state)
            for path in route.paths:
                self._add(_pattern(path), handler)
                if route.is_eager:
                    self._add_eager(path, handler.handle_with)

    def complete(self, fallbacks: Sequence[tuple[str, Route]]) -> None:
        """Adds what answers requests that match no route, by pattern, and lets those that wait go on."""
        for pattern, route in fallbacks:
            self._add(pattern, RouteHandler(route, self._state))
        self._is_complete.set()

    def start_eagerly(self, table: EagerTable) -> None:
        """Also adds eager routes to `table`, those that follow included."""
        self._table = table
        for path, handle in self._eager:
            table.add(path, handle)

    async def handle(
        self, handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], request: web.BaseRequest
    ) -> web.StreamResponse:
        """Handles a request once its route is there."""
        if not self._is_complete.is_set():
            found = await self._router.resolve(cast("web.Request", request))
            if found.http_exception is not None:
                await self._is_complete.wait()
        return await handle(request)

    def _add(self, pattern: str, handler: RouteHandler) -> None:
        """Adds a path to the router's index, which stays open when aiohttp freezes the router."""
        resource = web.DynamicResource(pattern) if "{" in pattern else web.PlainResource(pattern)
        resource.add_route("*", handler.handle, expect_handler=_expect)
        self._router.index_resource(resource)

    def _add_eager(self, path: str, handle: Handle) -> None:
        self._eager.append((path, handle))
        if self._table is not None:
            self._table.add(path, handle)


ROUTING: web.AppKey[Routing] = web.AppKey("routing", Routing)


def _pattern(path: str) -> str:
    """A path as aiohttp's router takes it: `{name}` matches anything but a slash, braces included."""
    return path.replace("}", ":[^/]+}")


async def _expect(request: web.Request) -> None:
    """Answers `Expect: 100-continue`; other expectations are ignored."""
    if request.version == HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
