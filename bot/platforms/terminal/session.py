"""One conversation at a terminal: lines in, replies out, numbers for buttons."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat.reply import Button, Form, Reply, Tone
from bot.chat.request import Asked, Asker, Door
from bot.platforms.terminal.render import Page, Shown, render
from bot.platforms.terminal.text import numbered
from core.model.entities import Identity

Answer = Callable[[Asked], Awaitable[Reply]]

_LONGEST_NUMBER = 3
_PLAIN_WORDS = {"rooms", "book", "society", "help", "whoami"}


@dataclass(slots=True)
class Session:
    """Who speaks, and which buttons the last reply showed."""

    answer: Answer
    name: str
    zone: ZoneInfo
    buttons: tuple[Button, ...] = ()

    async def say(self, line: str) -> Reply:
        """The reply to one line: a command, plain words, or the number of a button."""
        line = line.strip()
        if line.isdecimal() and len(line) <= _LONGEST_NUMBER:
            return await self._press(line)
        if line.startswith("/as ") or line == "/as":
            return self._speak_as(line.removeprefix("/as").strip())
        first = line.removeprefix("/").split(" ")[0].casefold()
        free = not line.startswith("/") and first not in _PLAIN_WORDS
        return await self._ask(Asked(self._asker(), words=line, free=free))

    def show(self, reply: Reply, now: datetime, *, width: int | None = None, colour: bool = False) -> Shown:
        """The reply as text, for a screen so wide or for a pipe; its buttons are what numbers mean now."""
        shown = render(reply, Page(self.zone, now, width, colour))
        self.buttons = shown.buttons
        return shown

    def show_besides(self, reply: Reply, now: datetime, *, width: int, colour: bool) -> Shown:
        """What comes unasked; numbers that were there go on to mean what they meant."""
        shown = render(reply, Page(self.zone, now, width, colour), self.buttons)
        self.buttons = shown.buttons
        return shown

    def chosen(self, line: str) -> Button | None:
        """The button whose number somebody typed."""
        line = line.strip()
        if not line.isdecimal() or len(line) > _LONGEST_NUMBER or not 1 <= int(line) <= len(self.buttons):
            return None
        return self.buttons[int(line) - 1]

    async def refresh(self, values: dict[str, str]) -> Form | None:
        """The booking form anew, after an input that others follow."""
        reply = await self.answer(Asked(self._asker(), action="refresh_form", form=values))
        return reply.form

    async def fill_in(self, form: Form, values: dict[str, str]) -> Reply:
        """Send a form in."""
        return await self._ask(Asked(self._asker(), action=form.id, value=form.state, form=values))

    async def _press(self, number: str) -> Reply:
        button = self.chosen(number)
        if button is None:
            return Reply((f"There is no [{number}] to choose here.",), tone=Tone.CONFUSED)
        return await self._ask(Asked(self._asker(), action=button.action, value=button.value))

    async def _ask(self, asked: Asked) -> Reply:
        reply = await self.answer(asked)
        self.buttons = numbered(reply)
        return reply

    def _speak_as(self, name: str) -> Reply:
        if not name:
            return Reply((f"You speak as {self.name}.",))
        self.name = name
        return Reply((f"You speak as {name} now.",), tone=Tone.DONE)

    def _asker(self) -> Asker:
        return Asker(Identity(f"{Door.TERMINAL}:{self.name}"), Door.TERMINAL, self.name, manages=True)
