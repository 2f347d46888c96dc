"""Renders any reply as a Discord message within Discord's limits; pure, never raises.

Items become sections with a button each. Items beyond the limits become options of a menu; those that the
menu cannot hold are counted in a last line.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import tzinfo

from msgspec import Struct, field

from bot.chat.reply import (
    Audience,
    Button,
    ButtonStyle,
    Choice,
    Option,
    Reply,
    ReplyField,
    ReplyItem,
    Text,
    Tone,
)
from bot.platforms.discord.render import components as parts
from bot.platforms.discord.render.components import Component
from bot.platforms.discord.render.custom_id import MAX_LENGTH, CustomId
from bot.platforms.discord.render.tables import table_text
from bot.platforms.discord.render.text import fit, to_markdown
from bot.platforms.text import clip_line, plain_text

MAX_HEAD, MAX_FIELDS, MAX_ITEM, MAX_FOOTER = 1500, 900, 500, 300
"""Shares of the message's 4,000 characters."""
MAX_LABEL, MAX_PLACEHOLDER, MAX_OPTION, MAX_URL = 80, 150, 100, 512
MAX_ACTION_ROWS = 4
_MENU_COMPONENTS = 2
"""A row and a select."""
_OVERFLOW_COMPONENTS, _OVERFLOW_CHARACTERS = _MENU_COMPONENTS + 1, 100
"""Reserved for the menu and the line that follow items without room."""
COLOURS = {
    Tone.INFO: 0x5865F2,
    Tone.DONE: 0x2D7D46,
    Tone.REFUSED: 0xE67E22,
    Tone.UNCLEAR: 0xF0B232,
    Tone.FAILED: 0xDA373C,
}
STYLES = {ButtonStyle.PLAIN: 2, ButtonStyle.PRIMARY: 1, ButtonStyle.DANGER: 4}
LINK = 5
_CLOCK = re.compile(r"\d:\d\d", re.ASCII)


class RenderedMessage(Struct, frozen=True):
    """Message in components (version 2); `private` if only the requester may see it.

    `questions` holds confirmation questions by the custom id of their button.
    """

    components: tuple[Component, ...]
    private: bool = True
    questions: tuple[tuple[str, str], ...] = ()


def render(reply: Reply, zone: tzinfo, mark: int | None = None) -> RenderedMessage:
    """Render a reply. `zone` is for labels and code blocks, where Discord shows no times of its own;
    `mark` (1 to 2**31 - 1) identifies the message in the channel's history.
    """
    builder = _MessageBuilder(zone)
    actions = builder.actions(reply.actions)
    notes = (to_markdown(reply.footer, MAX_FOOTER).strip(), _zone_note(reply, zone))
    footer = " · ".join(filter(None, notes))
    later = (1 if footer else 0) + (1 if reply.picture is not None else 0)
    builder.reserve(parts.count(actions) + later, len(footer) + 3)
    builder.add_text(_head(reply, builder.text_left if _is_text_only(reply) else MAX_HEAD))
    builder.add_text(_fields(reply.fields))
    builder.items(reply.items)
    if reply.table is not None:
        builder.add_text(table_text(reply.table, builder.text_left, zone))
    small_print = [parts.text(f"-# {_one_line(footer)}")] if footer else []
    components = [*builder.components, *actions, *small_print]
    container: Component = {
        "type": parts.CONTAINER,
        "accent_color": COLOURS[reply.tone],
        "components": components or [parts.text("…")],
    }
    if mark is not None:
        container["id"] = mark
    return RenderedMessage((container,), reply.audience is Audience.REQUESTER, tuple(builder.questions))


def _zone_note(reply: Reply, zone: tzinfo) -> str:
    """The zone of times on buttons: unlike those in texts, Discord does not convert them."""
    buttons = [*(each for item in reply.items for each in item.buttons), *reply.actions]
    has_times = any(_CLOCK.search(each.label) for each in buttons)
    return f"Times on buttons: {zone}" if has_times else ""


def _is_text_only(reply: Reply) -> bool:
    return not (reply.fields or reply.items or reply.table)


def _head(reply: Reply, limit: int) -> str:
    title = _one_line(to_markdown((reply.title,), 250))
    heading = f"### {title}\n" if title else ""
    return heading + to_markdown(reply.text, limit - len(heading))


def _fields(fields: Sequence[ReplyField]) -> str:
    lines = (
        f"**{_one_line(to_markdown((each.name,), 100)) or '·'}**  {to_markdown(each.value, 500)}\n"
        for each in fields
    )
    return fit(lines, MAX_FIELDS).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _MessageBuilder(Struct):
    """Builds one message and tracks what is left of its limits."""

    zone: tzinfo
    components: list[Component] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    components_left: int = parts.MAX_COMPONENTS - 1
    text_left: int = parts.MAX_TEXT
    _ids: Counter[CustomId] = field(default_factory=Counter)

    def reserve(self, components: int, characters: int) -> None:
        self.components_left -= components
        self.text_left -= characters

    def add_text(self, content: str) -> bool:
        """Add a text unless it is blank or exceeds the limits; returns whether it was added."""
        if not content.strip() or len(content) > self.text_left or self.components_left < 1:
            return False
        return self._add([parts.text(content)], 1, len(content))

    def _add(self, new: Sequence[Component], count: int, characters: int) -> bool:
        self.components += new
        self.components_left -= count
        self.text_left -= characters
        return True

    # Buttons and menus.

    def actions(self, actions: Sequence[Button | Choice]) -> list[Component]:
        """Rows of buttons and menus below the message; those beyond the limits are dropped."""
        buttons = [
            component for each in actions if isinstance(each, Button) and (component := self.button(each))
        ]
        menus = [
            component for each in actions if isinstance(each, Choice) and (component := self._choice(each))
        ]
        menus = menus[: MAX_ACTION_ROWS - 1]
        max_buttons = (MAX_ACTION_ROWS - len(menus)) * parts.MAX_BUTTONS_IN_ROW
        return [*parts.rows(buttons[:max_buttons]), *menus]

    def button(self, button: Button) -> Component | None:
        """A button; disabled when its value does not fit into a custom id, None for an invalid link."""
        label = clip_line(button.label, MAX_LABEL) or clip_line(button.action, MAX_LABEL) or "…"
        component: Component = {"type": parts.BUTTON, "label": label}
        if button.url:
            return component | {"style": LINK, "url": button.url} if _is_link(button.url) else None
        decoded = CustomId(
            button.action, button.value, opens=button.opens, needs_confirmation=bool(button.confirm)
        )
        custom_id = self._encode(decoded)
        if custom_id is None:
            unusable = f"-:{sum(self._ids.values())}"
            self._ids[CustomId("-")] += 1
            return component | {"style": STYLES[ButtonStyle.PLAIN], "custom_id": unusable, "disabled": True}
        if button.confirm:
            self.questions.append((custom_id, button.confirm))
        return component | {"style": STYLES[button.style], "custom_id": custom_id}

    def _encode(self, custom_id: CustomId) -> str | None:
        self._ids[custom_id] += 1
        return custom_id.encode(self._ids[custom_id] - 1)

    def _choice(self, choice: Choice) -> Component | None:
        custom_id = self._encode(CustomId(choice.action, is_menu=True))
        options = self._options(choice.options)
        if custom_id is None or not options:
            return None
        return parts.menu(custom_id, clip_line(choice.label, MAX_PLACEHOLDER), options)

    def _options(self, options: Iterable[Option]) -> list[Component]:
        usable = {
            each.value: each for each in options if each.value.strip() and len(each.value) <= MAX_OPTION
        }
        return [_option(each) for each in list(usable.values())[: parts.MAX_OPTIONS]]

    # Items.

    def items(self, items: Sequence[ReplyItem]) -> None:
        """Add a section per item; the items from the first without room on become a menu and a count."""
        for index, item in enumerate(items):
            rest = items[index:]
            if not self._item(item, is_last=len(rest) == 1):
                self._overflow(rest)
                return

    def _item(self, item: ReplyItem, *, is_last: bool) -> bool:
        content = _item_text(item)
        if len(content) > self.text_left - (0 if is_last else _OVERFLOW_CHARACTERS):
            return False
        components = self._item_components(content, item)
        count = parts.count(components)
        if count > self.components_left - (0 if is_last else _OVERFLOW_COMPONENTS):
            return False
        return self._add(components, count, len(content))

    def _item_components(self, content: str, item: ReplyItem) -> list[Component]:
        buttons = [component for each in item.buttons[:10] if (component := self.button(each))]
        if not buttons:
            return [parts.text(content)]
        return [parts.section(content, buttons[0]), *parts.rows(buttons[1:])]

    def _overflow(self, items: Sequence[ReplyItem]) -> None:
        """Add a menu of the items with the same action, and a line that counts the others."""
        listed = self._menu_of(items) if self.components_left >= _OVERFLOW_COMPONENTS else 0
        if hidden := len(items) - listed:
            self.add_text(f"-# … and {hidden} more. Narrow it down to see them.")

    def _menu_of(self, items: Sequence[ReplyItem]) -> int:
        usable = [(item, item.buttons[0]) for item in items if item.buttons and _fits_menu(item.buttons[0])]
        if not usable:
            return 0
        first = usable[0][1]
        same = [
            (item, button)
            for item, button in usable
            if (button.action, button.opens) == (first.action, first.opens)
        ]
        options = self._options(
            Option(plain_text(item.title, self.zone), button.value, plain_text(item.detail, self.zone))
            for item, button in same
        )
        custom_id = self._encode(CustomId(first.action, is_menu=True, opens=first.opens))
        if custom_id is None or not options:
            return 0
        label = clip_line(f"{first.label}: {len(options)} more", MAX_PLACEHOLDER)
        self._add([parts.menu(custom_id, label, options)], _MENU_COMPONENTS, 0)
        return len(options)


def _item_text(item: ReplyItem) -> str:
    title = _one_line(to_markdown(item.title, MAX_ITEM // 2))
    detail = to_markdown(item.detail, MAX_ITEM // 2).strip()
    return (
        "\n".join(
            part for part in (f"**{title}**" if _is_bare(item.title) and title else title, detail) if part
        )
        or "…"
    )


def _is_bare(title: Text) -> bool:
    """Whether a title has no mark-up of its own, so that it can be bold as a whole."""
    return all(isinstance(inline, str) for inline in title)


def _option(option: Option) -> Component:
    component: Component = {
        "label": clip_line(option.label, MAX_OPTION) or clip_line(option.value, MAX_OPTION),
        "value": option.value,
    }
    detail = clip_line(option.detail, MAX_OPTION)
    return component | {"description": detail} if detail else component


def _fits_menu(button: Button) -> bool:
    return (
        not button.confirm
        and not button.url
        and bool(button.value.strip())
        and len(button.value) <= MAX_LENGTH
    )


def _is_link(url: str) -> bool:
    scheme, found, rest = url.partition("://")
    return (
        bool(found and rest)
        and scheme in {"http", "https"}
        and len(url) <= MAX_URL
        and not any(map(str.isspace, url))
    )
