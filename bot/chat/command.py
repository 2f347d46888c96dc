"""Commands, their parameters and button actions, and the context that handlers get."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from bot.chat.reply import Reply
from bot.chat.request import ChatRequest
from bot.chat.timezones import zone_of
from bot.services import Services
from core.directory import Account
from core.errors import NotAllowed, NotAuthenticated
from core.model import Person
from core.read_model import ReadModel


class ConfirmationRequired(NotAllowed):
    """A request that only followed a link would change something."""

    code = "confirmation_required"

    def __init__(self) -> None:
        super().__init__("This changes something, so please confirm it.")


TOP_LEVEL_ALIASES = frozenset({"book"})
"""Aliases that Slack and Discord know as commands; few, for all apps of a place share one list."""


class ParameterType(StrEnum):
    """Type of a parameter; platforms choose pickers and autocomplete by it."""

    WHEN = "when"
    ROOM = "room"
    PLACE = "place"
    BUILDING = "building"
    NUMBER = "number"
    EQUIPMENT = "equipment"
    SOCIETY = "society"
    PERSON = "person"
    BOOKING = "booking"
    TIME_ZONE = "time zone"
    TEXT = "text"


class CommandParameter(Struct, frozen=True):
    """Parameter of a command, for platforms with typed options; `choices` are its only values, if any."""

    name: str
    type: ParameterType
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()


class CommandContext(Struct, frozen=True):
    """Context of one request: the requester's account, and the text after the command's name or its options.

    `value` is what the pressed button carried; `parameters` are the command's, by which options are read.
    """

    request: ChatRequest
    services: Services
    account: Account | None
    text: str = ""
    value: str = ""
    commands: "tuple[Command, ...]" = ()
    options: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[CommandParameter, ...] = ()

    def argument(self, name: str) -> str:
        """An option's text, or the whole typed text of a request without options."""
        return self.options.get(name, "").strip() if self.options else self.text

    @property
    def person(self) -> Person:
        """The requester; raises `NotAuthenticated` when their chat account is not linked."""
        if self.account is None:
            raise NotAuthenticated("Please log in first, so that Roomie knows who you are.")
        return self.account.person

    @property
    def read_model(self) -> ReadModel:
        """The read model, which the dispatcher has synced for this request."""
        return self.services.read_model

    @property
    def zone(self) -> ZoneInfo:
        """Time zone in which the requester reads and writes times."""
        return zone_of(self.services, self.account, self.request.requester.zone)

    @property
    def key(self) -> str | None:
        """Idempotency key of this request; None when the platform gives no delivery id."""
        return (
            f"{self.request.requester.identity} {self.request.delivery_id}"
            if self.request.delivery_id
            else None
        )


CommandHandler: TypeAlias = Callable[[CommandContext], Awaitable[Reply]]
QuotedHandler: TypeAlias = Callable[[CommandContext, str], Awaitable[Reply]]
"""Answers a quoted message, whose text is data and never run."""


class ButtonAction(Struct, frozen=True):
    """Handler for a button or form. `name` has at most 20 characters."""

    name: str
    handle: CommandHandler


class Command(Struct, frozen=True):
    """Command that people can type. `name` is one to three words (`rooms free`, `admin room add`)."""

    name: str
    summary: str
    usage: str
    handle: CommandHandler
    parameters: tuple[CommandParameter, ...] = ()
    actions: tuple[ButtonAction, ...] = ()
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    admin_only: bool = False
    may_use: "Callable[[CommandContext], bool] | None" = None
    """Whether the requester may use it; help leaves out what they may not. None: everybody."""
    is_mutating: bool = False
    quoted: QuotedHandler | None = None
    """Answers a quoted message; most commands have none."""
    without_text: str = ""
    """The command that runs when nothing follows the name, if it is another one."""
    explains_itself: bool = False
    """`help` in its text is passed to it, rather than to the help command."""
    is_listed: bool = True
    """Whether the list of all commands has it; others are listed by a command of their family."""
