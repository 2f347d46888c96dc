"""A verb of administration, its parameters, and the request that its function gets."""

from collections.abc import Awaitable, Callable, Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from bot.chat.command import CommandParameter, ParameterType
from bot.chat.reply import Reply
from bot.services import Services
from core.errors import Invalid
from core.model import Identity
from core.services.administration import Administration, Administrator
from core.services.administration.confirmation import YES, Confirmation

_MAX_NAMED = 4
CONFIRM, BOOKINGS = "confirm", "bookings"


class AdminParameter(Struct, frozen=True):
    """A parameter of a verb.

    `is_positional`: typed without its name, in the order of the table. One that `is_word` is a single word,
    the others take all words up to the next name. `keywords` are other words that its value may follow in
    typed text. Text in quotes is the value of the first that `takes_quotes`.
    """

    name: str
    type: ParameterType
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()
    is_positional: bool = False
    is_word: bool = False
    takes_quotes: bool = False
    keywords: tuple[str, ...] = ()

    @property
    def option(self) -> CommandParameter:
        """As an option of a command."""
        return CommandParameter(self.name, self.type, self.description, self.required, self.choices)


class AdminRequest(Struct, frozen=True):
    """A verb to run: who asks, the values by parameter, and the answer to the verb's question, if given.

    Times are read and shown in `zone`. `place` is what the identities of people mentioned begin with.
    `is_in_public`: others read what was typed.
    """

    services: Services
    by: Administrator
    zone: ZoneInfo
    values: Mapping[str, str] = field(default_factory=dict)
    confirmation: Confirmation | None = None
    place: str = ""
    is_in_public: bool = False

    @property
    def administration(self) -> Administration:
        return self.services.administration

    def get(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def require(self, name: str, question: str) -> str:
        """The value; raises `Invalid` with the question if there is none."""
        if not (value := self.get(name)):
            raise Invalid(question)
        return value

    def mentioned(self, platform_id: str) -> Identity:
        return Identity(f"{self.place}:{platform_id}")

    @property
    def answered(self) -> Confirmation | None:
        """The answer given with the request, or to its question."""
        if self.confirmation is not None:
            return self.confirmation
        answer = self.get(BOOKINGS) or (YES if self.get(CONFIRM) else "")
        return Confirmation(answer) if answer else None


AdminFunction = Callable[[AdminRequest], Awaitable[Reply]]


class AdminVerb(Struct, frozen=True):
    """A verb: `room edit`, `announce`. `answers` are those to its question, for verbs that ask one."""

    name: str
    summary: str
    run: AdminFunction
    parameters: tuple[AdminParameter, ...] = ()
    examples: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    shortcuts: tuple[str, ...] = ()
    """Other names that can be typed: `block` for `user block`."""

    @property
    def all_parameters(self) -> tuple[AdminParameter, ...]:
        """With those that answer its question in advance."""
        return (*self.parameters, *_answer_parameters(self.answers))

    @property
    def usage(self) -> str:
        """With many fields that can be set, only their names."""
        shown = [each for each in self.all_parameters if each.is_positional or each.required]
        rest = [each for each in self.all_parameters if each not in shown]
        parts = [f"/admin {self.name}", *map(_usage, shown)]
        if len(rest) > _MAX_NAMED:
            return " ".join([*parts, f"[{'|'.join(each.name for each in rest)} VALUE] …"])
        return " ".join([*parts, *map(_usage, rest)])


def _answer_parameters(answers: tuple[str, ...]) -> tuple[AdminParameter, ...]:
    if not answers:
        return ()
    confirm = AdminParameter(CONFIRM, ParameterType.TEXT, "yes: do it without asking", choices=("yes",))
    chosen = tuple(each for each in answers if each != YES)
    if not chosen:
        return (confirm,)
    what = "What becomes of the bookings ahead"
    return (AdminParameter(BOOKINGS, ParameterType.TEXT, what, choices=chosen), confirm)


def _usage(parameter: AdminParameter) -> str:
    if parameter.name == CONFIRM:
        return "[--yes]"
    value = "|".join(parameter.choices) or parameter.name.upper()
    if parameter.is_positional:
        return value if parameter.required else f"[{value}]"
    named = f"{parameter.name} {value}"
    return named if parameter.required else f"[{named}]"


def word(name: str, description: str, *, required: bool = True, **others: object) -> AdminParameter:
    """A single word, such as an id."""
    parameter = AdminParameter(
        name, ParameterType.TEXT, description, required, is_positional=True, is_word=True
    )
    return replace(parameter, **others)


def text(name: str, description: str, *, required: bool = False, **others: object) -> AdminParameter:
    """Words after the parameter's name, or in quotes."""
    parameter = AdminParameter(name, ParameterType.TEXT, description, required)
    return replace(parameter, **others)
