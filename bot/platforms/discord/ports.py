"""What Discord's door asks of the rest of the house."""

from collections.abc import Sequence
from typing import Protocol

from bot.chat.command import ParameterType
from bot.chat.reply import Option, Reply
from bot.chat.request import ChatRequest, QuotedMessage, Requester


class ChatDispatcher(Protocol):
    """Answers whatever is asked, and never raises."""

    async def dispatch(self, request: ChatRequest) -> Reply: ...

    async def offer(self, message: QuotedMessage) -> Reply:
        """Rooms for words that the asker did not type."""
        ...


class Autocompleter(Protocol):
    """Helps to fill in an option while it is typed; quick, and from memory."""

    async def suggest(self, takes: ParameterType, typed: str, requester: Requester) -> Sequence[Option]:
        """What could be meant, likeliest first. Each option's value is what will be read in its place."""
        ...


class KeyValues(Protocol):
    """A few small facts that outlive the process."""

    async def get(self, key: str) -> str | None: ...
    async def put(self, key: str, text: str) -> None: ...


class FirstDelivery(Protocol):
    """Knows what was dealt with already, whichever process did it."""

    async def first(self, key: str) -> bool:
        """Whether this is the first time that somebody asks about `key`."""
        ...
