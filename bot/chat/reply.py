"""Replies as data, independent of the platform.

A `Reply` consists of a closed set of parts. Each platform's renderer turns every possible reply into a
payload that the platform accepts. Buttons carry an action and an opaque value, which come back through the
dispatcher.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

from bot.chat.picture import Picture
from core.errors import RoomieError
from core.interval import Interval
from core.model import Identity


class TimestampStyle(StrEnum):
    """`15:00`, `Thu 12 Mar`, `Thu 12 Mar, 15:00` or `in 20 minutes`."""

    TIME = "time"
    DATE = "date"
    DATETIME = "datetime"
    RELATIVE = "relative"


class Timestamp(Struct, frozen=True):
    """Instant, shown in the reader's own time zone where the platform knows it."""

    at: datetime
    style: TimestampStyle = TimestampStyle.DATETIME


class TimeRange(Struct, frozen=True):
    """Interval, shown with its date: `Thu 12 Mar, 15:00–17:00`."""

    interval: Interval


class Bold(Struct, frozen=True):
    text: str


class Code(Struct, frozen=True):
    """Text to type or copy verbatim."""

    text: str


class Mention(Struct, frozen=True):
    """Person, by name. Platforms that know the identity may link it, without a notification.

    `name` is empty for somebody without an account.
    """

    name: str
    identity: Identity | None = None


Inline: TypeAlias = str | Timestamp | TimeRange | Bold | Code | Mention
Text: TypeAlias = tuple[Inline, ...]
"""Never platform mark-up: renderers escape plain strings."""


class ButtonStyle(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


class Button(Struct, frozen=True):
    """Button, or a link when `url` is set.

    `action` names its handler (at most 20 characters), `value` is opaque to platforms (at most 70 characters
    of ASCII). `confirm` is the question of a confirmation dialog. `opens` says that the reply will be a form.
    """

    action: str
    label: str
    value: str = ""
    style: ButtonStyle = ButtonStyle.PLAIN
    confirm: str = ""
    opens: bool = False
    url: str = ""


class Option(Struct, frozen=True):
    label: str
    value: str
    detail: str = ""


class Choice(Struct, frozen=True):
    """Select menu; the chosen option's value comes back as the action's value."""

    action: str
    label: str
    options: tuple[Option, ...]


class ReplyField(Struct, frozen=True):
    name: str
    value: Text


class ReplyItem(Struct, frozen=True):
    """List item, such as a free room, with its buttons."""

    title: Text
    detail: Text = ()
    buttons: tuple[Button, ...] = ()


class Table(Struct, frozen=True):
    """Table; every row is as long as `columns`."""

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
    SEARCH = "search"


class FormInput(Struct, frozen=True):
    """Input of a form. `value` is its initial value, in the format in which it is submitted.

    WHEN is free text; DATE is `YYYY-MM-DD` and TIME `HH:MM`, both campus wall time. A change of an input that
    `refreshes` rebuilds the form (the free rooms depend on the time).

    SEARCH is an option out of more than a menu shows: `options` are the best matches of what `source` names
    (`rooms`), and `Autocompleter.search` finds others by typed text. Platforms that cannot search while
    somebody types submit the typed text as the value; where it has several matches, the form comes back with
    a CHOICE of these.
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
    source: str = ""


class Form(Struct, frozen=True):
    """Form. It is submitted as the action `id`, with `state` as the value and the inputs by name."""

    id: str
    title: str
    inputs: tuple[FormInput, ...]
    submit: str = "Book"
    state: str = ""


class Subject(Struct, frozen=True):
    """What later words may refer to (`an hour later`), beside the buttons of a reply. It is never shown.

    `search` and `slot` are values of buttons. `request` is a command that lacks what the reply asks for, with
    `{}` in its place.
    """

    search: str = ""
    slot: str = ""
    booking_id: str = ""
    request: str = ""


class Tone(StrEnum):
    INFO = "info"
    DONE = "done"
    REFUSED = "refused"
    UNCLEAR = "confused"
    FAILED = "broken"


class Audience(StrEnum):
    """Who sees a reply: the requester alone, or everybody in the channel."""

    REQUESTER = "asker"
    CHANNEL = "channel"


class ReplyFile(Struct, frozen=True):
    """File that is attached to a reply where the platform can."""

    name: str
    content: bytes


class Reply(Struct, frozen=True):
    """Reply to a request, or a notification.

    Shown in this order: title, text, fields, items, picture, table, actions, footer. The words say all that
    the picture shows, and no reply waits until it is drawn. `form` makes the platform open a
    form (terminals ask line by line); `form_errors` (by input name) belong to the submitted form. With
    `replaces`, the reply takes the place of the message whose button was pressed. `code` is the error code
    of a refusal.
    """

    text: Text = ()
    title: str = ""
    tone: Tone = Tone.INFO
    fields: tuple[ReplyField, ...] = ()
    items: tuple[ReplyItem, ...] = ()
    table: Table | None = None
    picture: Picture | None = None
    actions: tuple[Button | Choice, ...] = ()
    footer: Text = ()
    audience: Audience = Audience.REQUESTER
    replaces: bool = False
    form: Form | None = None
    form_errors: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    subject: Subject | None = None
    file: ReplyFile | None = None
    refusal: RoomieError | None = None
    """The refusal that the reply words; the dispatcher records it."""

    @property
    def is_refusal(self) -> bool:
        return self.tone in {Tone.REFUSED, Tone.UNCLEAR, Tone.FAILED}
