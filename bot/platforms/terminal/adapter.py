"""Terminal behind the platform port: prints notifications for its user."""

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
from core.model import Identity
from core.names import same_name


class TerminalPlatform:
    """Platform with one user. Its record of printed notifications ends with the process."""

    name = PlatformName.TERMINAL.value

    def __init__(self, session: TerminalSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._sent_keys: set[str] = set()

    async def run(self) -> None:
        """Wait for cancellation; `converse` runs the prompt."""
        await asyncio.Event().wait()

    def routes(self) -> Sequence[PlatformRoute]:
        return ()

    async def health(self) -> Mapping[str, object]:
        return {"ok": True}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Print a notification above the prompt; raises `RecipientOffline` for any other user."""
        if not is_terminal_user(to, self._session.name):
            raise RecipientOffline("Another user is at the terminal.")
        console = Console()
        rendered = self._session.show_notification(
            reply, self._clock.now(), width=console.width, colour=not console.no_color
        )
        sys.stdout.write(f"\n{rendered.text}")
        sys.stdout.flush()
        self._sent_keys.add(key)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        return key in self._sent_keys

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """Does nothing: a terminal has no page of a person to refresh."""


def is_terminal_user(identity: Identity, name: str) -> bool:
    """Whether an identity is this user of the terminal."""
    return same_name(identity.removeprefix(f"{PlatformName.TERMINAL}:"), name)
