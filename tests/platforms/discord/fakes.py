"""Fakes that keep state: a dispatcher with a script, and memories that are plain dictionaries."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Option, Reply
from bot.chat.request import ChatRequest, QuotedMessage, Requester

Answering = Callable[[ChatRequest], Awaitable[Reply]]


class Script:
    """A dispatcher that says what it was told to say, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[ChatRequest] = []
        self.quoted: list[QuotedMessage] = []
        self.replies: dict[str, Reply | Answering] = {}

    def says(self, what: str, reply: Reply | Answering) -> None:
        """Answer an action or a line (`*` is everything else) like this."""
        self.replies[what] = reply

    async def dispatch(self, request: ChatRequest) -> Reply:
        self.asked.append(request)
        reply = self.replies.get(request.action or request.text) or self.replies.get("*") or Reply(("fine",))
        return reply if isinstance(reply, Reply) else await reply(request)

    async def offer(self, message: QuotedMessage) -> Reply:
        self.quoted.append(message)
        return Reply(("rooms",))


def after(gate: asyncio.Event, reply: Reply) -> Answering:
    """A reply that waits until the gate opens."""

    async def dispatch(request: ChatRequest) -> Reply:
        await gate.wait()
        return reply

    return dispatch


class Pages:
    """A notebook that outlives doors, not tests."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def put(self, key: str, text: str) -> None:
        self.kept[key] = text


class Seen:
    """Knows every key it was ever asked about."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.trouble: Exception | None = None

    async def first(self, key: str) -> bool:
        if self.trouble is not None:
            raise self.trouble
        is_first = key not in self.keys
        self.keys.add(key)
        return is_first


class Suggestions:
    """Suggests what was typed, and that again."""

    def __init__(self) -> None:
        self.asked: list[tuple[ParameterType, str]] = []
        self.options: list[Option] = []

    async def suggest(self, takes: ParameterType, typed: str, requester: Requester) -> Sequence[Option]:
        self.asked.append((takes, typed))
        return self.options or [Option(f"{typed} read", f"{typed} value")]


async def _never(context: CommandContext) -> Reply:
    raise NotImplementedError


def a_command(name: str, *takes: CommandParameter, changes: bool = False, **more: Any) -> Command:
    return Command(name, f"About {name}", f"/{name}", _never, takes, is_mutating=changes, **more)


FREE = a_command(
    "rooms free",
    CommandParameter("when", ParameterType.WHEN, "When"),
    CommandParameter("seats", ParameterType.NUMBER, "Seats", template="{} seats"),
    CommandParameter("with", ParameterType.EQUIPMENT, "Equipment", template="with {}"),
)
BOOK = a_command(
    "rooms book",
    CommandParameter("when", ParameterType.WHEN, "When"),
    CommandParameter("room", ParameterType.ROOM, "Room", required=True),
    changes=True,
    aliases=("book",),
)
ADD = a_command(
    "society add", CommandParameter("user", ParameterType.PERSON, "Whom", required=True), changes=True
)
ADMIN = a_command("admin sync", admin_only=True)
LOST = a_command("lost")
COMMANDS = (FREE, BOOK, ADD, ADMIN, LOST)
ACTION = ButtonAction("book", _never)
