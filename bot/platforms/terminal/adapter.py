"""Telling whoever sits at this terminal, as long as they do."""

import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console

from bot.chat.reply import Reply
from bot.chat.request import PlatformName
from bot.platforms.base import PlatformRoute, RecipientOffline
from bot.platforms.terminal.session import TerminalSession
from core.clock import Clock
from core.model.entities import Identity
from core.names import same_name


class TerminalPlatform:
    """A platform with one person on it. What it printed it knows until it ends; a new one starts afresh."""

    name = PlatformName.TERMINAL.value

    def __init__(self, session: TerminalSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._shown: set[str] = set()

    async def run(self) -> None:
        """The conversation itself is led elsewhere."""
        await asyncio.Event().wait()

    def routes(self) -> Sequence[PlatformRoute]:
        return ()

    async def health(self) -> Mapping[str, object]:
        return {"ok": True}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Print it; `Absent` for anybody else."""
        if not is_terminal_of(to, self._session.name):
            raise RecipientOffline("Somebody else sits at the terminal.")
        console = Console()
        shown = self._session.show_besides(
            reply, self._clock.now(), width=console.width, colour=not console.no_color
        )
        sys.stdout.write(f"\n{shown.text}")
        sys.stdout.flush()
        self._shown.add(key)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        return key in self._shown

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """A terminal shows no pages that could be out of date."""


def is_terminal_of(identity: Identity, name: str) -> bool:
    """Whether an identity is that of whoever goes by this name at a terminal."""
    return same_name(identity.removeprefix(f"{PlatformName.TERMINAL}:"), name)
