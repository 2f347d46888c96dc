"""Renders replies of the conversation as HTML: a pure function from any reply to what templates show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup, escape
from msgspec import Struct, field

from bot.chat.reply import (
    Bold,
    Button,
    Choice,
    Code,
    Form,
    Inline,
    Mention,
    Reply,
    ReplyItem,
    Text,
    TimeRange,
    Timestamp,
)
from bot.login.links import BROWSER_LOGIN_PATH
from bot.platforms.text import plain_inline

ASK_PATH = "/ask"
PRESS_PATH = "/press"
_SCHEMES = {"http", "https", "webcal"}


class ReplyContext(Struct, frozen=True):
    """Time zone of the reader, and the time at which relative times are told."""

    zone: tzinfo
    now: datetime
    places: Mapping[str, str] = field(default_factory=dict)
    """Paths of the pages of rooms and buildings by name."""
    picture_path: Callable[[str], str] = lambda _: ""
    """The path of a picture's file by its content; empty: none is shown."""


def html_text(text: Text, context: ReplyContext) -> Markup:
    """The text with its emphasis; commands in it are links to what they answer."""
    return Markup("").join(_inline(each, context) for each in text)


def _inline(inline: Inline, context: ReplyContext) -> Markup:
    plain = escape(plain_inline(inline, context.zone, context.now))
    match inline:
        case Bold(text) if text in context.places:
            return Markup('<a class="place" href="{}">{}</a>').format(context.places[text], plain)
        case Bold():
            return Markup("<strong>{}</strong>").format(plain)
        case Code(text) if is_command(text):
            return Markup('<a class="command" href="{}">{}</a>').format(search_url(text), plain)
        case Code():
            return Markup("<code>{}</code>").format(plain)
        case Timestamp(at):
            return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), plain)
        case TimeRange(interval):
            start = interval.start.isoformat()
            return Markup('<time datetime="{}">{}</time>').format(start, plain)
        case Mention() | str():
            return plain


def is_command(text: str) -> bool:
    """Whether it can be typed as it stands: a command without placeholders such as `ROOM`."""
    words = text.removeprefix("/").split()
    has_placeholder = any(word.isupper() and word.isalpha() for word in words) or "[" in text
    return text.startswith("/") and bool(words) and not has_placeholder


def search_url(text: str) -> str:
    """The address of the answer to a search line."""
    return f"/?{urlencode({'q': text})}"


def ask_url(action: str, value: str, back: str) -> str:
    """The address of the answer to a button that changes nothing."""
    return f"{ASK_PATH}?{urlencode({'action': action, 'value': value, 'back': back})}"


def link_of(button: Button, path: str) -> str:
    """Where a button with an address leads; a login leads back to `path`. Empty for other schemes."""
    if button.url == BROWSER_LOGIN_PATH:
        return f"{BROWSER_LOGIN_PATH}?{urlencode({'next': path})}"
    return button.url if urlsplit(button.url).scheme in _SCHEMES else ""


class ButtonView(Struct, frozen=True):
    """A button as a template shows it: a link if `href` is set, else a form that is sent with POST."""

    label: str
    action: str = ""
    value: str = ""
    style: str = ""
    confirm: str = ""
    href: str = ""


class ChoiceView(Struct, frozen=True):
    """A menu; `href` is where it is sent with GET, empty if with POST."""

    label: str
    action: str
    options: tuple[tuple[str, str], ...]
    is_link: bool


class ItemView(Struct, frozen=True):
    title: Markup
    detail: Markup
    buttons: tuple[ButtonView, ...]


class ReplyView(Struct, frozen=True):
    """A reply as the template `reply.html` shows it."""

    tone: str
    title: str
    text: Markup
    fields: tuple[tuple[str, Markup], ...]
    items: tuple[ItemView, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]
    buttons: tuple[ButtonView, ...]
    choices: tuple[ChoiceView, ...]
    footer: Markup
    picture: str
    picture_text: str
    form: Form | None
    form_errors: dict[str, str]


class ButtonRules(Struct, frozen=True):
    """How buttons are shown on one page.

    `read_only` are actions that links may carry; `path` is the page, to which a login leads back.
    """

    path: str
    is_logged_in: bool
    read_only: frozenset[str]

    def view(self, button: Button) -> ButtonView:
        style = str(button.style)
        if button.url:
            return ButtonView(button.label, style=style, href=link_of(button, self.path))
        if button.action in self.read_only:
            return ButtonView(button.label, style=style, href=ask_url(button.action, button.value, self.path))
        if not self.is_logged_in:
            login = f"{BROWSER_LOGIN_PATH}?{urlencode({'next': self.path})}"
            return ButtonView(button.label, style=style, href=login)
        return ButtonView(button.label, button.action, button.value, style, button.confirm)


def view_reply(reply: Reply, context: ReplyContext, rules: ButtonRules) -> ReplyView:
    """Everything that a reply shows, escaped."""
    return ReplyView(
        tone=str(reply.tone),
        title=reply.title,
        text=html_text(reply.text, context),
        fields=tuple((each.name, html_text(each.value, context)) for each in reply.fields),
        items=tuple(_item(each, context, rules) for each in reply.items),
        columns=reply.table.columns if reply.table else (),
        rows=tuple(
            tuple(html_text(cell, context) for cell in row)
            for row in (reply.table.rows if reply.table else ())
        ),
        buttons=tuple(_buttons([each for each in reply.actions if isinstance(each, Button)], rules)),
        choices=tuple(_choice(each, rules) for each in reply.actions if isinstance(each, Choice)),
        footer=html_text(reply.footer, context),
        picture=context.picture_path(reply.picture.content) if reply.picture else "",
        picture_text=reply.picture.alternative if reply.picture else "",
        form=reply.form,
        form_errors=dict(reply.form_errors),
    )


def _item(item: ReplyItem, context: ReplyContext, rules: ButtonRules) -> ItemView:
    buttons = tuple(_buttons(item.buttons, rules))
    return ItemView(html_text(item.title, context), html_text(item.detail, context), buttons)


def _buttons(buttons: Sequence[Button], rules: ButtonRules) -> Iterator[ButtonView]:
    for button in buttons:
        view = rules.view(button)
        if view.href or view.action:
            yield view


def _choice(choice: Choice, rules: ButtonRules) -> ChoiceView:
    options = tuple(
        (f"{each.label} – {each.detail}" if each.detail else each.label, each.value)
        for each in choice.options
    )
    return ChoiceView(choice.label, choice.action, options, choice.action in rules.read_only)
