"""What a command is: a name, what it takes, and what answers it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.chat.reply import Reply
from bot.chat.request import Asked
from bot.chat.timezones import zone_of
from bot.services import Desk
from core.directory import Known
from core.errors import NotSignedIn
from core.model.entities import Person


class Takes(StrEnum):
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
class Parameter:
    """One thing a command takes, for platforms with typed options.

    `phrase` puts a value among the words of a typed line (`{} seats`), so every door ends in the same
    reading.
    """

    name: str
    takes: Takes
    describes: str
    required: bool = False
    phrase: str = "{}"


@dataclass(frozen=True, slots=True)
class Call:
    """A command or action about to be answered.

    Who asks, the person behind them, and the rest of the words.
    """

    asked: Asked
    desk: Desk
    known: Known | None
    words: str = ""
    value: str = ""
    menu: "tuple[Command, ...]" = ()

    @property
    def person(self) -> Person:
        """The person who asks. `NotSignedIn` when nobody known stands behind the identity."""
        if self.known is None:
            raise NotSignedIn("Roomie does not know who you are yet, so it cannot do that for you.")
        return self.known.person

    @property
    def zone(self) -> ZoneInfo:
        """The zone to read and write times in."""
        return zone_of(self.desk, self.known, self.asked.by.zone)

    @property
    def key(self) -> str | None:
        """What makes this very request safe to repeat."""
        return f"{self.asked.by.identity} {self.asked.key}" if self.asked.key else None


Answer: TypeAlias = Callable[[Call], Awaitable[Reply]]
QuotedHandler: TypeAlias = Callable[[Call, str], Awaitable[Reply]]
"""Answers somebody else's message, whose text is data."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that buttons and forms do. `name` has at most 20 characters."""

    name: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Command:
    """Something people can type. `name` is one or two words (`rooms free`); `also` are other names for it."""

    name: str
    summary: str
    usage: str
    answer: Answer
    takes: tuple[Parameter, ...] = ()
    actions: tuple[Action, ...] = ()
    also: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    for_admins: bool = False
    changes_things: bool = False
    quoted: QuotedHandler | None = None
    """Answers a message of somebody else that was pointed at; most commands have none."""

    def line(self, values: dict[str, str]) -> str:
        """The line someone would have typed to give these options."""
        phrases = [each.phrase.format(values[each.name]) for each in self.takes if values.get(each.name)]
        return " ".join([self.name, *phrases])
