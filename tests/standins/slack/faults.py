"""Fault injection: what the next calls of a method meet."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from aiohttp import web

from tests.standins.slack.limits import rate_limited


@dataclass(frozen=True)
class Limited:
    """429 with Retry-After."""

    retry_after: int = 1


@dataclass(frozen=True)
class Broken:
    """A 5xx."""

    status: int = 500


@dataclass(frozen=True)
class Dropped:
    """The connection is aborted, before the call is carried out or (`afterwards`) after it."""

    afterwards: bool = False


@dataclass(frozen=True)
class Slow:
    """The call works, after a delay."""

    seconds: float


@dataclass(frozen=True)
class Refused:
    """`{"ok": false}` with this error."""

    error: str


Fault = Limited | Broken | Dropped | Slow | Refused


class FaultQueue:
    """Queues of faults by method (`chat.postMessage`, `response_url`, `socket` …)."""

    def __init__(self) -> None:
        self._queues: dict[str, list[Fault]] = defaultdict(list)

    def inject(self, method: str, fault: Fault, times: int = 1) -> None:
        self._queues[method] += [fault] * times

    def clear(self) -> None:
        self._queues.clear()

    def next_for(self, method: str) -> Fault | None:
        waiting = self._queues.get(method)
        return waiting.pop(0) if waiting else None


async def before(fault: Fault | None, request: web.Request) -> web.Response | None:
    """The response of a fault in place of the call; None where the call goes on."""
    if isinstance(fault, Limited):
        return rate_limited(fault.retry_after)
    if isinstance(fault, Broken):
        return web.Response(status=fault.status, text="<html>upstream</html>", content_type="text/html")
    if isinstance(fault, Refused):
        return web.json_response({"ok": False, "error": fault.error})
    if isinstance(fault, Slow):
        await asyncio.sleep(fault.seconds)
    if isinstance(fault, Dropped) and not fault.afterwards:
        hang_up(request)
        return web.Response()  # never read: the connection is gone
    return None


def hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
