"""Giving a reply its face on Discord: pure, for every possible reply, always inside Discord's limits.

Items become sections with a button each. Those that find no place move into a menu; what finds none there
either is counted. Nothing is lost without a word, and nothing raises.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

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
from bot.platforms.discord.render.text import clip, fit, plain, to_markdown

HEAD, FIELDS, ITEM, FOOTER = 1500, 900, 500, 300
"""Characters that these may take of the message."""
LABEL, PLACEHOLDER, OPTION, URL = 80, 150, 100, 512
ROWS_OF_ACTIONS = 4
COLOURS = {
    Tone.INFO: 0x5865F2,
    Tone.DONE: 0x2D7D46,
    Tone.REFUSED: 0xE67E22,
    Tone.UNCLEAR: 0xF0B232,
    Tone.FAILED: 0xDA373C,
}
STYLES = {ButtonStyle.PLAIN: 2, ButtonStyle.PRIMARY: 1, ButtonStyle.DANGER: 4}
LINK = 5


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message in components (version 2), and whether only the asker may see it.

    `questions` holds what to ask before a press counts, by the custom id of its button.
    """

    components: tuple[Component, ...]
    private: bool = True
    questions: tuple[tuple[str, str], ...] = ()


def render(reply: Reply, zone: tzinfo, mark: int | None = None) -> RenderedMessage:
    """A reply as a message. `zone` is for the few places where Discord cannot show each reader his own;
    `mark` (1 to 2**31 - 1) can be found again in the message's history.
    """
    page = _MessageBuilder(zone)
    actions, spare = page.actions(reply.actions), to_markdown(reply.footer, FOOTER).strip()
    page.reserve(parts.count(actions) + (1 if spare else 0), len(spare) + 3)
    page.add_text(_head(reply, page.text_left if _is_all_text(reply) else HEAD))
    page.add_text(_fields(reply.fields))
    page.items(reply.items)
    if reply.table is not None:
        page.add_text(table_text(reply.table, page.text_left, zone))
    inside = [*page.inside, *actions, *([parts.text(f"-# {_one_line(spare)}")] if spare else [])]
    frame: Component = {
        "type": parts.CONTAINER,
        "accent_color": COLOURS[reply.tone],
        "components": inside or [parts.text("…")],
    }
    if mark is not None:
        frame["id"] = mark
    return RenderedMessage((frame,), reply.audience is Audience.REQUESTER, tuple(page.questions))


def _is_all_text(reply: Reply) -> bool:
    return not (reply.fields or reply.items or reply.table)


def _head(reply: Reply, room: int) -> str:
    title = _one_line(to_markdown((reply.title,), 250))
    heading = f"### {title}\n" if title else ""
    return heading + to_markdown(reply.text, room - len(heading))


def _fields(fields: Sequence[ReplyField]) -> str:
    lines = (
        f"**{_one_line(to_markdown((each.name,), 100)) or '·'}**  {to_markdown(each.value, 500)}\n"
        for each in fields
    )
    return fit(lines, FIELDS).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass(slots=True)
class _MessageBuilder:
    """A message in the making, with what is left of its limits."""

    zone: tzinfo
    inside: list[Component] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    left: int = parts.MAX_COMPONENTS - 1
    text_left: int = parts.MAX_TEXT
    _ids: Counter[CustomId] = field(default_factory=Counter)

    def reserve(self, components: int, characters: int) -> None:
        self.left -= components
        self.text_left -= characters

    def add_text(self, content: str) -> bool:
        """Add a text, unless it is blank or there is no room for it."""
        if not content.strip() or len(content) > self.text_left or self.left < 1:
            return False
        return self._add([parts.text(content)], len(content))

    def _add(self, new: Sequence[Component], characters: int) -> bool:
        self.inside += new
        self.left -= parts.count(new)
        self.text_left -= characters
        return True

    # Buttons and menus.

    def actions(self, actions: Sequence[Button | Choice]) -> list[Component]:
        """The rows of buttons and menus beneath a message, as many as there may be."""
        buttons = [drawn for each in actions if isinstance(each, Button) and (drawn := self.button(each))]
        menus = [drawn for each in actions if isinstance(each, Choice) and (drawn := self._choice(each))]
        menus = menus[: ROWS_OF_ACTIONS - 1]
        most = (ROWS_OF_ACTIONS - len(menus)) * parts.BUTTONS_A_ROW
        return [*parts.rows(buttons[:most]), *menus]

    def button(self, button: Button) -> Component | None:
        """A button; one that Discord could not bring back is shown but cannot be pressed."""
        label = clip(button.label, LABEL) or clip(button.action, LABEL) or "…"
        drawn: Component = {"type": parts.BUTTON, "label": label}
        if button.url:
            return drawn | {"style": LINK, "url": button.url} if _is_link(button.url) else None
        wish = CustomId(
            button.action, button.value, opens=button.opens, needs_confirmation=bool(button.confirm)
        )
        custom_id = self._id(wish)
        if custom_id is None:
            unusable = f"-:{sum(self._ids.values())}"
            self._ids[CustomId("-")] += 1
            return drawn | {"style": STYLES[ButtonStyle.PLAIN], "custom_id": unusable, "disabled": True}
        if button.confirm:
            self.questions.append((custom_id, button.confirm))
        return drawn | {"style": STYLES[button.style], "custom_id": custom_id}

    def _id(self, wish: CustomId) -> str | None:
        self._ids[wish] += 1
        return wish.encode(self._ids[wish] - 1)

    def _choice(self, choice: Choice) -> Component | None:
        custom_id = self._id(CustomId(choice.action, is_menu=True))
        options = self._options(choice.options)
        if custom_id is None or not options:
            return None
        return parts.menu(custom_id, clip(choice.label, PLACEHOLDER), options)

    def _options(self, options: Iterable[Option]) -> list[Component]:
        able = {each.value: each for each in options if each.value.strip() and len(each.value) <= OPTION}
        return [_option(each) for each in list(able.values())[: parts.MAX_OPTIONS]]

    # Items.

    def items(self, items: Sequence[ReplyItem]) -> None:
        """A section each, as long as there is room; then a menu, then a count."""
        for index, item in enumerate(items):
            rest = items[index:]
            spare = 0 if len(rest) == 1 else 3
            if not self._item(item, spare):
                self._rest(rest)
                return

    def _item(self, item: ReplyItem, spare: int) -> bool:
        content = _item_text(item)
        if len(content) > self.text_left - (100 if spare else 0):
            return False
        drawn = self._drawn(content, item)
        if parts.count(drawn) > self.left - spare:
            return False
        return self._add(drawn, len(content))

    def _drawn(self, content: str, item: ReplyItem) -> list[Component]:
        buttons = [drawn for each in item.buttons[:10] if (drawn := self.button(each))]
        if not buttons:
            return [parts.text(content)]
        return [parts.section(content, buttons[0]), *parts.rows(buttons[1:])]

    def _rest(self, items: Sequence[ReplyItem]) -> None:
        """What found no place: in a menu where one action serves all, and a line that counts the hidden."""
        listed = self._menu_of(items) if self.left >= 3 else 0
        if hidden := len(items) - listed:
            self.add_text(f"-# … and {hidden} more. Narrow it down to see them.")

    def _menu_of(self, items: Sequence[ReplyItem]) -> int:
        able = [(item, item.buttons[0]) for item in items if item.buttons and _fits_menu(item.buttons[0])]
        if not able:
            return 0
        first = able[0][1]
        same = [
            (item, button)
            for item, button in able
            if (button.action, button.opens) == (first.action, first.opens)
        ]
        options = self._options(
            Option(plain(item.title, self.zone), button.value, plain(item.detail, self.zone))
            for item, button in same
        )
        custom_id = self._id(CustomId(first.action, is_menu=True, opens=first.opens))
        if custom_id is None or not options:
            return 0
        label = clip(f"{first.label}: {len(options)} more", PLACEHOLDER)
        self._add([parts.menu(custom_id, label, options)], 0)
        return len(options)


def _item_text(item: ReplyItem) -> str:
    title = _one_line(to_markdown(item.title, ITEM // 2))
    detail = to_markdown(item.detail, ITEM // 2).strip()
    return (
        "\n".join(
            part for part in (f"**{title}**" if _is_bare(item.title) and title else title, detail) if part
        )
        or "…"
    )


def _is_bare(title: Text) -> bool:
    """Whether a title may be set in bold as a whole: no mark-up of its own."""
    return all(isinstance(inline, str) for inline in title)


def _option(option: Option) -> Component:
    drawn: Component = {
        "label": clip(option.label, OPTION) or clip(option.value, OPTION),
        "value": option.value,
    }
    detail = clip(option.detail, OPTION)
    return drawn | {"description": detail} if detail else drawn


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
        and len(url) <= URL
        and not any(map(str.isspace, url))
    )
