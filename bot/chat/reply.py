"""What Roomie says, before any platform gives it a face.

A `Reply` is plain data made of a closed set of parts. Each platform's renderer turns every possible reply
into something its platform accepts; buttons carry an action and an opaque value and come back through the
dispatcher.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from core.interval import Interval
from core.model.entities import Identity


class TimestampStyle(StrEnum):
    """How a moment is written: `15:00`, `Thu 12 Mar`, `Thu 12 Mar, 15:00`, `in 20 minutes`."""

    TIME = "time"
    DATE = "date"
    DATETIME = "datetime"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An instant, written in the reader's own zone by platforms that know it."""

    at: datetime
    style: TimestampStyle = TimestampStyle.DATETIME


@dataclass(frozen=True, slots=True)
class TimeRange:
    """An interval, written with its date: `Thu 12 Mar, 15:00–17:00`."""

    interval: Interval


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type or copy, word for word."""

    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person, by name; platforms that know the identity may make it a link, and ping nobody."""

    name: str
    identity: Identity | None = None


Inline: TypeAlias = str | Timestamp | TimeRange | Bold | Code | Mention
Text: TypeAlias = tuple[Inline, ...]
"""Never platform mark-up: plain strings are shown as they are, whatever characters they hold."""


class ButtonStyle(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press.

    `action` names what it does (at most 20 characters), `value` is opaque to platforms (at most 70 characters
    of ASCII). `confirm` is asked before a press counts. `opens` says that the answer will be a form. `url`,
    when set, makes it a link instead.
    """

    action: str
    label: str
    value: str = ""
    style: ButtonStyle = ButtonStyle.PLAIN
    confirm: str = ""
    opens: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, picked from a menu; the picked option's value comes back as the action's value."""

    action: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ReplyField:
    name: str
    value: Text


@dataclass(frozen=True, slots=True)
class ReplyItem:
    """One thing of a list, a free room say, with what can be done with it."""

    title: Text
    detail: Text = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; every row is as long as `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]


class FormInputKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    WHEN = "when"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class FormInput:
    """One line of a form. `value` is what it holds at first, in the shape it comes back in.

    WHEN is free text; DATE is `YYYY-MM-DD` and TIME `HH:MM`, both campus wall time. `refreshes` asks for the
    form to be built anew when this input changes (the free rooms follow the time).
    """

    name: str
    label: str
    kind: FormInputKind = FormInputKind.TEXT
    value: str = ""
    options: tuple[Option, ...] = ()
    placeholder: str = ""
    hint: str = ""
    required: bool = True
    refreshes: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Something to fill in.

    It comes back as the action `id` with `state` as its value and the inputs by name.
    """

    id: str
    title: str
    inputs: tuple[FormInput, ...]
    submit: str = "Book"
    state: str = ""


class Tone(StrEnum):
    INFO = "info"
    DONE = "done"
    REFUSED = "refused"
    UNCLEAR = "confused"
    FAILED = "broken"


class Audience(StrEnum):
    """Who sees a reply: the asker alone, or everybody in the channel."""

    REQUESTER = "asker"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Order on the page: title, text, fields, items, table, actions, footer. `form` asks the platform to open a
    form (terminals ask line by line); `form_errors` (by input name) go with the form that was sent in.
    `replaces` says that the message whose button was pressed is out of date and this takes its place.
    `code` names the refusal, when it is one, for platforms that can help on.
    """

    text: Text = ()
    title: str = ""
    tone: Tone = Tone.INFO
    fields: tuple[ReplyField, ...] = ()
    items: tuple[ReplyItem, ...] = ()
    table: Table | None = None
    actions: tuple[Button | Choice, ...] = ()
    footer: Text = ()
    audience: Audience = Audience.REQUESTER
    replaces: bool = False
    form: Form | None = None
    form_errors: Mapping[str, str] = field(default_factory=dict)
    code: str = ""

    @property
    def is_refusal(self) -> bool:
        return self.tone in {Tone.REFUSED, Tone.UNCLEAR, Tone.FAILED}
