"""Ports of the chat platforms: what an adapter needs from the rest of Roomie."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.chat.command import ParameterType
from bot.chat.reply import Option, Reply
from bot.chat.request import ChatRequest, QuotedMessage, Requester
from core.model import Identity
from core.model import Installation as Installation  # re-exported: adapters know no storage


class ChatDispatcher(Protocol):
    """Answers every request with one reply; never raises."""

    async def dispatch(self, request: ChatRequest) -> Reply: ...

    async def offer(self, message: QuotedMessage) -> Reply:
        """Offers rooms, or the booking form, for text that the requester did not type."""
        ...


class Autocompleter(Protocol):
    """Suggests values for a command's parameter while it is typed, from memory only."""

    async def suggest(self, takes: ParameterType, typed: str, requester: Requester) -> Sequence[Option]:
        """Options, best match first; an option's value replaces what was typed."""
        ...

    async def search(
        self, source: str, typed: str, requester: Requester, form: Mapping[str, str], limit: int
    ) -> Sequence[Option]:
        """Options of a form's SEARCH input, best match first. `form`: the other inputs by name."""
        ...


class Deduplicator(Protocol):
    """Claims on deliveries. They outlive restarts and are shared by all processes."""

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        """True for the first caller, who may act.

        With `again_after`, a claim that was not finished by then can be taken over: its owner may be dead.
        """
        ...

    async def finish(self, key: str) -> None:
        """Mark a claim as done, so that it is never taken over."""
        ...


class KeyValueStore(Protocol):
    """A few small facts of a platform that outlive the process."""

    async def get(self, key: str) -> str | None: ...
    async def put(self, key: str, text: str) -> None: ...


class Installations(Protocol):
    """Workspaces that Roomie is installed in, with their tokens in clear text."""

    async def find(self, team: str) -> Installation | None: ...
    async def save(self, installation: Installation) -> None: ...
    async def forget(self, team: str) -> None: ...


class OAuthStates(Protocol):
    """OAuth `state` values of installations under way; each can be consumed once."""

    async def save(self, state: str, until: datetime) -> None: ...
    async def consume(self, state: str, now: datetime) -> bool: ...


class DeferredReplies(Protocol):
    """Queues replies in the outbox that could not be sent in place."""

    async def defer(self, to: Identity, reply: Reply, key: str) -> None: ...


class IsLinked(Protocol):
    """Tells whether an identity belongs to a person."""

    def __call__(self, identity: Identity) -> bool: ...


class HasAccount(Protocol):
    """Tells whether an e-mail address is that of an account."""

    def __call__(self, email: str) -> bool: ...


class ChosenZone(Protocol):
    """Returns the time zone that a person chose in the settings, else an empty string."""

    def __call__(self, identity: Identity) -> str: ...
