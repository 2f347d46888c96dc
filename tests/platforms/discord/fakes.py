"""Fakes with state: a scripted dispatcher, and stores in plain dictionaries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Option, Reply
from bot.chat.request import ChatRequest, QuotedMessage, Requester

Respond = Callable[[ChatRequest], Awaitable[Reply]]


class Script:
    """Dispatcher with scripted replies that records its requests."""

    def __init__(self) -> None:
        self.requests: list[ChatRequest] = []
        self.quoted: list[QuotedMessage] = []
        self.replies: dict[str, Reply | Respond] = {}

    def set_reply(self, to: str, reply: Reply | Respond) -> None:
        """Reply to an action or a line; `*` matches every other."""
        self.replies[to] = reply

    async def dispatch(self, request: ChatRequest) -> Reply:
        self.requests.append(request)
        reply = self.replies.get(request.action or request.text) or self.replies.get("*") or Reply(("fine",))
        return reply if isinstance(reply, Reply) else await reply(request)

    async def offer(self, message: QuotedMessage) -> Reply:
        self.quoted.append(message)
        return Reply(("rooms",))


def after(gate: asyncio.Event, reply: Reply) -> Respond:
    """A reply that waits until the gate opens."""

    async def dispatch(request: ChatRequest) -> Reply:
        await gate.wait()
        return reply

    return dispatch


class KeyValues:
    """Key-value store in memory."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.values.get(key)

    async def put(self, key: str, text: str) -> None:
        self.values[key] = text


class Claims:
    """Deduplicator in memory; raises `error` when one is set."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.error: Exception | None = None

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        if self.error is not None:
            raise self.error
        is_first = key not in self.keys
        self.keys.add(key)
        return is_first

    async def finish(self, key: str) -> None:
        """Claims are never taken over here."""


class Autocompleter:
    """Suggests what was typed, or the given options."""

    def __init__(self) -> None:
        self.options: list[Option] = []

    async def suggest(self, takes: ParameterType, typed: str, requester: Requester) -> Sequence[Option]:
        return self.options or [Option(f"{typed} read", f"{typed} value")]

    async def search(
        self, source: str, typed: str, requester: Requester, form: Mapping[str, str], limit: int
    ) -> Sequence[Option]:
        return self.options[:limit]


async def _never(context: CommandContext) -> Reply:
    raise NotImplementedError


def a_command(name: str, *parameters: CommandParameter, is_mutating: bool = False, **more: Any) -> Command:
    return Command(name, f"About {name}", f"/{name}", _never, parameters, is_mutating=is_mutating, **more)


FREE = a_command(
    "rooms free",
    CommandParameter("when", ParameterType.WHEN, "When"),
    CommandParameter("seats", ParameterType.NUMBER, "Seats"),
    CommandParameter("with", ParameterType.EQUIPMENT, "Equipment"),
)
BOOK = a_command(
    "rooms book",
    CommandParameter("when", ParameterType.WHEN, "When"),
    CommandParameter("room", ParameterType.ROOM, "Room", required=True),
    is_mutating=True,
    aliases=("book",),
)
ADD = a_command(
    "society add", CommandParameter("user", ParameterType.PERSON, "Whom", required=True), is_mutating=True
)
ADMIN = a_command("admin sync", admin_only=True)
LOST = a_command("lost")
COMMANDS = (FREE, BOOK, ADD, ADMIN, LOST)
