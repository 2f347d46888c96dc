"""What the house sees of a chat platform, whichever it is."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.chat.reply import Reply
from core.model.entities import Identity


class Signature(Protocol):
    """Verifies that a platform sent a request."""

    def is_shown(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers hold a signature that could be valid; the body is not read otherwise."""
        ...

    def is_valid(self, headers: Mapping[str, str], body: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class PlatformRoute(web.AbstractRouteDef):
    """One HTTP route that a platform answers itself.

    With a `signature` it takes deliveries of the platform, else it is a page for browsers. `begins_login`
    says that each answer stores something that a browser is to come back for.
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
    """A door that people come through, open from `run` until it is cancelled."""

    @property
    def name(self) -> str:
        """As identities begin: `slack`, `discord`."""
        ...

    async def run(self) -> None: ...

    def routes(self) -> Sequence[PlatformRoute]:
        """What it answers over HTTP."""
        ...

    async def health(self) -> Mapping[str, object]:
        """How it is, for `/readyz`: `ok`, and whatever helps the person on call."""
        ...

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Tell somebody unasked. Raises when that failed or nobody knows whether it did.

        `Unreachable` when it will go on failing, `Busy` when nothing was done and trying again may help,
        `Absent` when they are not there now.
        """
        ...

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        """Whether a message with this key arrived since then. Raises when nobody can tell."""
        ...

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """Something of theirs changed elsewhere, which pages of theirs may show."""
        ...


class RecipientUnreachable(Exception):
    """Nobody can be told there, now or later: a closed direct message, an account that is gone."""


class RateLimited(Exception):
    """The platform did nothing and asks to be left alone for so many seconds."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class RecipientOffline(Exception):
    """They can be told there only while they are there, and they are not."""
