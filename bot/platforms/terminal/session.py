"""One conversation at a terminal: lines in, replies out, numbers for buttons."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat.reply import Button, Form, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.platforms.terminal.render import RenderedReply, TerminalContext, render
from bot.platforms.terminal.text import numbered
from core.model.entities import Identity

TerminalDispatch = Callable[[ChatRequest], Awaitable[Reply]]

_MAX_NUMBER_LENGTH = 3
_PLAIN_WORDS = {"rooms", "book", "society", "help", "whoami"}


@dataclass(slots=True)
class TerminalSession:
    """Who speaks, and which buttons the last reply showed."""

    answer: TerminalDispatch
    name: str
    zone: ZoneInfo
    buttons: tuple[Button, ...] = ()

    async def handle_line(self, line: str) -> Reply:
        """The reply to one line: a command, plain words, or the number of a button."""
        line = line.strip()
        if line.isdecimal() and len(line) <= _MAX_NUMBER_LENGTH:
            return await self._press(line)
        if line.startswith("/as ") or line == "/as":
            return self._speak_as(line.removeprefix("/as").strip())
        first = line.removeprefix("/").split(" ")[0].casefold()
        free = not line.startswith("/") and first not in _PLAIN_WORDS
        return await self._ask(ChatRequest(self._asker(), text=line, is_free_text=free))

    def show(
        self, reply: Reply, now: datetime, *, width: int | None = None, colour: bool = False
    ) -> RenderedReply:
        """The reply as text, for a screen so wide or for a pipe; its buttons are what numbers mean now."""
        shown = render(reply, TerminalContext(self.zone, now, width, colour))
        self.buttons = shown.buttons
        return shown

    def show_besides(self, reply: Reply, now: datetime, *, width: int, colour: bool) -> RenderedReply:
        """What comes unasked; numbers that were there go on to mean what they meant."""
        shown = render(reply, TerminalContext(self.zone, now, width, colour), self.buttons)
        self.buttons = shown.buttons
        return shown

    def button_for(self, line: str) -> Button | None:
        """The button whose number somebody typed."""
        line = line.strip()
        if not line.isdecimal() or len(line) > _MAX_NUMBER_LENGTH or not 1 <= int(line) <= len(self.buttons):
            return None
        return self.buttons[int(line) - 1]

    async def refresh(self, values: dict[str, str]) -> Form | None:
        """The booking form anew, after an input that others follow."""
        reply = await self.answer(ChatRequest(self._asker(), action="refresh_form", form=values))
        return reply.form

    async def submit_form(self, form: Form, values: dict[str, str]) -> Reply:
        """Send a form in."""
        return await self._ask(ChatRequest(self._asker(), action=form.id, value=form.state, form=values))

    async def _press(self, number: str) -> Reply:
        button = self.button_for(number)
        if button is None:
            return Reply((f"There is no [{number}] to choose here.",), tone=Tone.UNCLEAR)
        return await self._ask(ChatRequest(self._asker(), action=button.action, value=button.value))

    async def _ask(self, request: ChatRequest) -> Reply:
        reply = await self.answer(request)
        self.buttons = numbered(reply)
        return reply

    def _speak_as(self, name: str) -> Reply:
        if not name:
            return Reply((f"You speak as {self.name}.",))
        self.name = name
        return Reply((f"You speak as {name} now.",), tone=Tone.DONE)

    def _asker(self) -> Requester:
        return Requester(
            Identity(f"{PlatformName.TERMINAL}:{self.name}"),
            PlatformName.TERMINAL,
            self.name,
            is_channel_admin=True,
        )
