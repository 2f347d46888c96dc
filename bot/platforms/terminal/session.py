"""Terminal session: dispatches lines, keeps the numbered buttons of the last reply."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.chat.reply import Button, Form, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.platforms.terminal.render import RenderedReply, TerminalContext, render
from bot.platforms.terminal.text import numbered_buttons
from core.model import Identity

TerminalDispatch = Callable[[ChatRequest], Awaitable[Reply]]
FindUser = Callable[[str], Awaitable[bool]]
"""Whether a username has an account."""

_MAX_NUMBER_LENGTH = 3
_EXIT_WORDS = {"exit", "quit"}
_COMMAND_WORDS = {"rooms", "book", "society", "help", "whoami"}


def is_exit(line: str) -> bool:
    """Whether a line ends the conversation: `exit`, `/quit`."""
    return line.strip().removeprefix("/").casefold() in _EXIT_WORDS


class TerminalSession(Struct):
    """Name of the user, and the buttons on the screen."""

    dispatch: TerminalDispatch
    name: str
    zone: ZoneInfo
    buttons: tuple[Button, ...] = ()
    is_user: FindUser | None = None

    async def handle_line(self, line: str) -> Reply:
        """Dispatch a line: a command, free text, the number of a button, or `/as NAME`."""
        line = line.strip()
        if line.isdecimal() and len(line) <= _MAX_NUMBER_LENGTH:
            return await self._press(line)
        if line.split(" ")[0].casefold() == "/as":
            return await self._switch_user(line[len("/as") :].strip())
        first = line.removeprefix("/").split(" ")[0].casefold()
        is_free_text = not line.startswith("/") and first not in _COMMAND_WORDS
        return await self._dispatch(ChatRequest(self._requester(), text=line, is_free_text=is_free_text))

    def show(
        self, reply: Reply, now: datetime, *, width: int | None = None, colour: bool = False
    ) -> RenderedReply:
        """Render a reply for a screen of this width, or for a pipe; numbers now stand for its buttons."""
        rendered = render(reply, TerminalContext(self.zone, now, width, colour))
        self.buttons = rendered.buttons
        return rendered

    def show_notification(self, reply: Reply, now: datetime, *, width: int, colour: bool) -> RenderedReply:
        """Render a notification; its buttons are numbered after those on the screen, which stay valid."""
        rendered = render(reply, TerminalContext(self.zone, now, width, colour), self.buttons)
        self.buttons = rendered.buttons
        return rendered

    def button_for(self, line: str) -> Button | None:
        """The button with the typed number; None for any other line."""
        line = line.strip()
        if not line.isdecimal() or len(line) > _MAX_NUMBER_LENGTH or not 1 <= int(line) <= len(self.buttons):
            return None
        return self.buttons[int(line) - 1]

    async def refresh(self, values: dict[str, str]) -> Form | None:
        """Reload the booking form after a change of an input that others depend on."""
        reply = await self.dispatch(ChatRequest(self._requester(), action="refresh_form", form=values))
        return reply.form

    async def submit_form(self, form: Form, values: dict[str, str]) -> Reply:
        return await self._dispatch(
            ChatRequest(self._requester(), action=form.id, value=form.state, form=values)
        )

    async def _press(self, number: str) -> Reply:
        button = self.button_for(number)
        if button is None:
            return Reply((f"There is no button [{number}] here.",), tone=Tone.UNCLEAR)
        return await self._dispatch(ChatRequest(self._requester(), action=button.action, value=button.value))

    async def _dispatch(self, request: ChatRequest) -> Reply:
        reply = await self.dispatch(request)
        self.buttons = numbered_buttons(reply)
        return reply

    async def _switch_user(self, name: str) -> Reply:
        if not name:
            return Reply((f"You are {self.name}.",))
        if self.is_user is not None and not await self.is_user(name):
            return Reply(
                (f"There's no user called {name[:60]}. You are still {self.name}.",), tone=Tone.REFUSED
            )
        self.name = name
        return Reply((f"You are {name} now.",), tone=Tone.DONE)

    def _requester(self) -> Requester:
        return Requester(
            Identity(f"{PlatformName.TERMINAL}:{self.name}"),
            PlatformName.TERMINAL,
            self.name,
            is_channel_admin=True,
        )
