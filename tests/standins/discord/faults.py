"""Bad weather made to order: slow answers, errors, rate limits and dropped connections."""

import asyncio
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests that match, `after` having let so many pass."""

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
    """The request takes effect, and its answer is lost."""
    global_limit: bool = False
    met: int = 0


@dataclass(slots=True)
class Faults:
    """The faults still to come."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, method: str, path: str, **what: Any) -> Fault:
        fault = Fault(method, re.compile(path), **what)
        self.waiting.append(fault)
        return fault

    def next_for(self, method: str, path: str) -> Fault | None:
        for fault in self.waiting:
            if fault.method in {method, "*"} and fault.path.search(path):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                return self._spend(fault)
        return None

    def _spend(self, fault: Fault) -> Fault:
        fault.times -= 1
        fault.met += 1
        if fault.times <= 0:
            self.waiting.remove(fault)
        return fault


def too_many(retry_after: float, *, is_global: bool = False) -> web.Response:
    """Discord's 429; without `Via` discord.py takes it for a ban."""
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": is_global}
    response = json(body, 429)
    response.headers["Via"] = "1.1 google"
    response.headers["Retry-After"] = str(max(1, round(retry_after)))
    response.headers["X-RateLimit-Scope"] = "global" if is_global else "shared"
    return response


def json(body: object, status: int = 200) -> web.Response:
    """An answer whose content type is exactly `application/json`, as discord.py demands."""
    return web.Response(body=web.json_response(body).body, status=status, headers=JSON)


async def suffer(fault: Fault, request: web.Request) -> web.Response | None:
    """Let a fault happen; nothing when the request may go on."""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.drop:
        drop_connection(request)
        return web.Response(status=500)
    if fault.retry_after:
        return too_many(fault.retry_after, is_global=fault.global_limit)
    if fault.status:
        return json(fault.body or {"message": f"{fault.status}: made to order", "code": 0}, fault.status)
    return None


def drop_connection(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


@dataclass(slots=True)
class RateLimits:
    """At most `most` requests of a bucket in `seconds`; a bucket is a kind of request and its place."""

    most: int = 5
    seconds: float = 5.0
    _taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, bucket: str) -> float:
        """Nothing when the request may pass, otherwise the seconds to wait."""
        now = asyncio.get_running_loop().time()
        taken = self._taken[bucket]
        while taken and taken[0] <= now - self.seconds:
            taken.popleft()
        if len(taken) >= self.most:
            return taken[0] + self.seconds - now
        taken.append(now)
        return 0.0

    def headers(self, bucket: str) -> dict[str, str]:
        now = asyncio.get_running_loop().time()
        taken = self._taken[bucket]
        reset_after = taken[0] + self.seconds - now if taken else self.seconds
        return {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": str(self.most - len(taken)),
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Reset": f"{now + reset_after:.3f}",
            "X-RateLimit-Bucket": bucket.split(":", maxsplit=1)[0],
        }
