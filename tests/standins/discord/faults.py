"""Injects faults: slow responses, errors, rate limits and dropped connections."""

import asyncio
import re
from collections import defaultdict, deque
from typing import Any

from aiohttp import web
from msgspec import Struct, field

JSON = {"Content-Type": "application/json"}


class Fault(Struct):
    """Fault of the next `times` matching requests, the first `after` excepted."""

    method: str
    path: re.Pattern[str]
    times: int = 1
    after: int = 0
    status: int = 0
    body: dict[str, Any] | None = None
    retry_after: float = 0.0
    delay: float = 0.0
    drop: bool = False
    late_drop: bool = False
    """The request takes effect, and its response is lost."""
    global_limit: bool = False


class Faults(Struct):
    """Faults not injected yet."""

    pending: list[Fault] = field(default_factory=list)

    def add(self, method: str, path: str, **effect: Any) -> Fault:
        fault = Fault(method, re.compile(path), **effect)
        self.pending.append(fault)
        return fault

    def next_for(self, method: str, path: str) -> Fault | None:
        for fault in self.pending:
            if fault.method in {method, "*"} and fault.path.search(path):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                return self._use(fault)
        return None

    def _use(self, fault: Fault) -> Fault:
        fault.times -= 1
        if fault.times <= 0:
            self.pending.remove(fault)
        return fault


def rate_limited_response(retry_after: float, *, is_global: bool = False) -> web.Response:
    """Discord's 429; without `Via` discord.py takes it for a Cloudflare ban."""
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": is_global}
    response = json(body, 429)
    response.headers["Via"] = "1.1 google"
    response.headers["Retry-After"] = str(max(1, round(retry_after)))
    response.headers["X-RateLimit-Scope"] = "global" if is_global else "shared"
    return response


def json(body: object, status: int = 200) -> web.Response:
    """A response whose content type is exactly `application/json`, as discord.py requires."""
    return web.Response(body=web.json_response(body).body, status=status, headers=JSON)


async def apply_fault(fault: Fault, request: web.Request) -> web.Response | None:
    """Inject a fault; returns None when the request continues."""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.drop:
        drop_connection(request)
        return web.Response(status=500)
    if fault.retry_after:
        return rate_limited_response(fault.retry_after, is_global=fault.global_limit)
    if fault.status:
        return json(fault.body or {"message": f"{fault.status}: injected", "code": 0}, fault.status)
    return None


def drop_connection(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


class RateLimits(Struct):
    """Allows `max_requests` in `seconds` per bucket; a bucket is a method and its channel or token.

    Of the whole bot `max_per_second`, 0 for any number; interactions do not count.
    """

    max_requests: int = 5
    seconds: float = 5.0
    max_per_second: int = 0
    refused: int = 0
    _all: deque[float] = field(default_factory=deque)
    _requests: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, bucket: str) -> float:
        """Count a request; returns the seconds to wait, 0 when it may pass."""
        now = asyncio.get_running_loop().time()
        times = self._requests[bucket]
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.max_requests:
            self.refused += 1
            return times[0] + self.seconds - now
        times.append(now)
        return 0.0

    def take_globally(self) -> float:
        """Counts a request of the bot; returns the seconds to wait, 0 when it may pass."""
        now = asyncio.get_running_loop().time()
        while self._all and self._all[0] <= now - 1:
            self._all.popleft()
        if self.max_per_second and len(self._all) >= self.max_per_second:
            self.refused += 1
            return self._all[0] + 1 - now
        self._all.append(now)
        return 0.0

    def headers(self, bucket: str) -> dict[str, str]:
        now = asyncio.get_running_loop().time()
        times = self._requests[bucket]
        reset_after = times[0] + self.seconds - now if times else self.seconds
        return {
            "X-RateLimit-Limit": str(self.max_requests),
            "X-RateLimit-Remaining": str(self.max_requests - len(times)),
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Reset": f"{now + reset_after:.3f}",
            "X-RateLimit-Bucket": bucket.split(":", maxsplit=1)[0],
        }
