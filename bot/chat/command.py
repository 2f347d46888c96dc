"""What a command is: a name, what it takes, and what answers it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.chat.reply import Reply
from bot.chat.request import ChatRequest
from bot.chat.timezones import zone_of
from bot.services import Services
from core.directory import Account
from core.errors import NotAuthenticated
from core.model.entities import Person
from core.read_model import ReadModel


class ParameterType(StrEnum):
    """What an option holds, so that a platform can help to fill it in."""

    WHEN = "when"
    ROOM = "room"
    PLACE = "place"
    BUILDING = "building"
    NUMBER = "number"
    EQUIPMENT = "equipment"
    SOCIETY = "society"
    PERSON = "person"
    BOOKING = "booking"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class CommandParameter:
    """One thing a command takes, for platforms with typed options.

    `phrase` puts a value among the words of a typed line (`{} seats`), so every door ends in the same
    reading.
    """

    name: str
    type: ParameterType
    description: str
    required: bool = False
    template: str = "{}"


@dataclass(frozen=True, slots=True)
class CommandContext:
    """A command or action about to be answered.

    Who asks, the person behind them, and the rest of the words.
    """

    request: ChatRequest
    services: Services
    account: Account | None
    text: str = ""
    value: str = ""
    commands: "tuple[Command, ...]" = ()

    @property
    def person(self) -> Person:
        """The person who asks. `NotAuthenticated` when nobody known stands behind the identity."""
        if self.account is None:
            raise NotAuthenticated("Roomie does not know who you are yet, so it cannot do that for you.")
        return self.account.person

    @property
    def read_model(self) -> ReadModel:
        """The read model, which the dispatcher has synced for this request."""
        return self.services.read_model

    @property
    def zone(self) -> ZoneInfo:
        """The zone to read and write times in."""
        return zone_of(self.services, self.account, self.request.requester.zone)

    @property
    def key(self) -> str | None:
        """What makes this very request safe to repeat."""
        return (
            f"{self.request.requester.identity} {self.request.delivery_id}"
            if self.request.delivery_id
            else None
        )


CommandHandler: TypeAlias = Callable[[CommandContext], Awaitable[Reply]]
QuotedHandler: TypeAlias = Callable[[CommandContext, str], Awaitable[Reply]]
"""Answers somebody else's message, whose text is data."""


@dataclass(frozen=True, slots=True)
class ButtonAction:
    """Something that buttons and forms do. `name` has at most 20 characters."""

    name: str
    handle: CommandHandler


@dataclass(frozen=True, slots=True)
class Command:
    """Something people can type. `name` is one or two words (`rooms free`); `also` are other names for it."""

    name: str
    summary: str
    usage: str
    handle: CommandHandler
    parameters: tuple[CommandParameter, ...] = ()
    actions: tuple[ButtonAction, ...] = ()
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    admin_only: bool = False
    is_mutating: bool = False
    quoted: QuotedHandler | None = None
    """Answers a message of somebody else that was pointed at; most commands have none."""

    def line(self, values: dict[str, str]) -> str:
        """The line someone would have typed to give these options."""
        phrases = [
            each.template.format(values[each.name]) for each in self.parameters if values.get(each.name)
        ]
        return " ".join([self.name, *phrases])
