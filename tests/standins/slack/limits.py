"""Rate limits of Slack: messages a minute in a workspace, and one a second in a channel."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

from aiohttp import web

_WINDOW = 60.0
"""Seconds."""


@dataclass
class MessageLimits:
    """Allows `per_minute` calls of `chat.postMessage` in each workspace; 0 for any number."""

    per_minute: int = 0
    refused: int = 0
    _posted: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _channels: dict[tuple[str, str], float] = field(default_factory=dict)

    def check(self, workspace: str, channel: str) -> web.Response | None:
        """Counts a call; the 429 for one too many."""
        if not self.per_minute:
            return None
        now, posted = monotonic(), self._posted[workspace]
        while posted and posted[0] <= now - _WINDOW:
            posted.popleft()
        wait = self._channels.get((workspace, channel), now - 1) + 1 - now
        if len(posted) >= self.per_minute:
            wait = max(wait, posted[0] + _WINDOW - now)
        if wait > 0:
            self.refused += 1
            return rate_limited(max(1, ceil(wait)))
        posted.append(now)
        self._channels[workspace, channel] = now
        return None


def rate_limited(retry_after: int) -> web.Response:
    headers = {"Retry-After": str(retry_after)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
