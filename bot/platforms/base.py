"""The port of a chat platform, and the errors that its deliveries raise."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from core.model import Identity

if TYPE_CHECKING:
    from bot.chat.reply import Reply


class Signature(Protocol):
    """Verifies that a platform sent a request."""

    def is_shown(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers hold a well-formed signature; the body is not read otherwise."""
        ...

    def is_valid(self, headers: Mapping[str, str], body: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class PlatformRoute(web.AbstractRouteDef):
    """HTTP route with a handler of the platform's own.

    With a `signature` it takes webhooks of the platform, else it is a page for browsers. `begins_login`
    marks pages that store an OAuth state, or the like, with every answer.
    """

    name: str
    method: str
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    signature: Signature | None = None
    begins_login: bool = False

    def register(self, router: web.UrlDispatcher) -> list[web.AbstractRoute]:
        """Add the bare handler to a router, without the limits of `bot.web`; for stand-ins."""
        return [router.add_route(self.method, self.path, self.handler)]


class Platform(Protocol):
    """Chat platform. `run` keeps it connected until it is cancelled."""

    @property
    def name(self) -> str:
        """Prefix of its identities: `slack`, `discord`."""
        ...

    async def run(self) -> None: ...

    def routes(self) -> Sequence[PlatformRoute]: ...

    async def health(self) -> Mapping[str, object]:
        """Health for `/readyz`: `ok`, and details for the operator."""
        ...

    async def send(self, to: Identity, reply: "Reply", key: str) -> None:
        """Send a notification; `was_sent` finds it by its `key`.

        Raises `RecipientUnreachable` when a retry is pointless, `RateLimited` and `RecipientOffline` when
        nothing was sent and a retry may help; any other exception leaves open whether it was sent.
        """
        ...

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        """Whether a message with this key arrived since then. Raises when that is unknown."""
        ...

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """Refresh pages of these people after a change made elsewhere."""
        ...


class RecipientUnreachable(Exception):
    """The recipient cannot be reached, now or later: closed direct messages, a deleted account."""


class RateLimited(Exception):
    """The platform did nothing and asks to wait. `retry_after`: seconds."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RecipientOffline(Exception):
    """The recipient can only be reached while connected, and is not."""
