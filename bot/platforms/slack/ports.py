"""What the Slack adapter asks of the rest of the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, QuotedMessage
from core.model.entities import Identity


@dataclass(frozen=True, slots=True)
class SlackInstallation:
    """Roomie in one workspace. `user` and `id` are how Slack names the bot itself; empty until it told us.

    `is_assumed`: the team is what a request says, not yet what Slack says of the token.
    """

    team: str
    token: str
    user: str = ""
    id: str = ""
    team_name: str = ""
    scopes: tuple[str, ...] = ()
    installed_by: str = ""
    is_assumed: bool = False


class SlackDispatcher(Protocol):
    """The dispatcher: one reply for everything asked, and never an exception."""

    async def dispatch(self, request: ChatRequest) -> Reply: ...

    async def offer(self, message: QuotedMessage) -> Reply:
        """Rooms, or the form, for words that the asker did not type."""
        ...


class Deduplicator(Protocol):
    """What has been taken in hand already, kept across restarts and shared by processes."""

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        """Whether the caller is the first and may act. With `again_after`, a claim that nobody finished by
        then may be taken over, because whoever took it may be dead."""
        ...

    async def finish(self, key: str) -> None:
        """Say that what was claimed is done, so that nobody takes it over."""
        ...


class Installations(Protocol):
    """Where Roomie is installed."""

    async def find(self, team: str) -> SlackInstallation | None: ...
    async def save(self, installation: SlackInstallation) -> None: ...
    async def forget(self, team: str) -> None: ...


class OAuthStates(Protocol):
    """Secrets given to browsers that are on their way through OAuth; each is good once."""

    async def save(self, state: str, until: datetime) -> None: ...
    async def consume(self, state: str, now: datetime) -> bool: ...


class DeferredReplies(Protocol):
    """The outbox, for what could not be said at once."""

    async def defer(self, to: Identity, reply: Reply, key: str) -> None: ...


class Linked(Protocol):
    """Whether a person stands behind an identity."""

    def __call__(self, identity: Identity) -> bool: ...


class ChosenZone(Protocol):
    """The name of the time zone that someone chose for himself; empty when he left it to the platform."""

    def __call__(self, identity: Identity) -> str: ...


Values = Mapping[str, str]


def identity_of(team: str, user: str) -> Identity:
    return Identity(f"slack:{team}:{user}")


def team_and_user(identity: Identity) -> tuple[str, str]:
    _, team, user = identity.split(":")
    return team, user


def is_channel(place: str) -> bool:
    """Whether this is a conversation's id rather than a user's."""
    return place.startswith(("C", "D", "G"))
