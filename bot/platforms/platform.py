"""What the house sees of a chat platform, whichever it is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.reply import Reply
from core.model import Identity


class Platform(Protocol):
    """A door that people come through, open from `run` until it is cancelled."""

    @property
    def name(self) -> str:
        """As identities begin: `slack`, `discord`."""
        ...

    async def run(self) -> None: ...

    def routes(self) -> Sequence[web.RouteDef]:
        """What it wants answered over HTTP, raw."""
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

    async def changed(self, people: Iterable[Identity]) -> None:
        """Something of theirs changed elsewhere, which pages of theirs may show."""
        ...


class Unreachable(Exception):
    """Nobody can be told there, now or later: a closed direct message, an account that is gone."""


class Busy(Exception):
    """The platform did nothing and asks to be left alone for so many seconds."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Absent(Exception):
    """They can be told there only while they are there, and they are not."""
