"""Renders a reply for a screen with rich: colours, tables of its width, numbered buttons."""

from collections.abc import Iterator
from io import StringIO
from itertools import count

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from bot.chat.reply import Bold, Code, Reply, ReplyItem, Table, Text, Tone
from bot.platforms.terminal.bars import picture_bars
from bot.platforms.terminal.plain_renderer import action_lines, button_labels, form_lines
from bot.platforms.terminal.text import TerminalContext, safe_inline, strip_unsafe

_COLOURS = {
    Tone.INFO: "",
    Tone.DONE: "green",
    Tone.REFUSED: "yellow",
    Tone.UNCLEAR: "yellow",
    Tone.FAILED: "red",
}
_MIN_WIDTH = 20
_WIDE_SCREEN = 120
"""Columns from which an item's detail stands beside its title rather than below."""


def render_rich(reply: Reply, context: TerminalContext, first: int = 1) -> str:
    """The reply within the width of the screen, its buttons numbered from `first`."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(_MIN_WIDTH, context.width or 0),
        force_terminal=context.colour,
        no_color=not context.colour,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in _parts(reply, context, first):
        console.print(part, soft_wrap=isinstance(part, RichText) and bool(part.no_wrap))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _parts(reply: Reply, context: TerminalContext, first: int) -> Iterator[RenderableType]:
    yield from _head(reply, context)
    numbers = count(first)
    if reply.items:
        yield _items(reply, context, numbers)
    if reply.picture is not None:
        yield from picture_bars(reply.picture, context.width or 0, has_colour=context.colour)
    if reply.table is not None:
        yield _table(reply.table, context)
    yield from (_whole_urls(RichText(line, "cyan")) for line in action_lines(reply.actions, numbers))
    if reply.footer:
        yield _styled(reply.footer, context, "dim")
    if reply.form is not None:
        yield from map(RichText, form_lines(reply.form, reply))


def _head(reply: Reply, context: TerminalContext) -> Iterator[RenderableType]:
    if reply.title:
        yield RichText(strip_unsafe(reply.title), "bold")
    if reply.text:
        yield _styled(reply.text, context, _COLOURS[reply.tone])
    for field in reply.fields:
        name = f"{strip_unsafe(field.name)}: "
        yield _whole_urls(RichText.assemble((name, "bold"), _styled(field.value, context)))


def _whole_urls(line: RichText) -> RichText:
    """The line, left to the terminal to wrap if it has a URL: one with a line end in it cannot be copied."""
    line.no_wrap = "://" in line.plain
    return line


def _items(reply: Reply, context: TerminalContext, numbers: Iterator[int]) -> RenderableType:
    """A grid: buttons in front, then titles; details beside or below them."""
    rows = [_item(item, context, numbers) for item in reply.items]
    is_wide = (context.width or 0) >= _WIDE_SCREEN or not any(item.buttons for item in reply.items)
    has_buttons = any(buttons for buttons, _, _ in rows)
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    if has_buttons:
        grid.add_column(no_wrap=True)
    for _ in range(2 if is_wide else 1):
        grid.add_column(overflow="fold")
    for buttons, title, detail in rows:
        text = (title, detail) if is_wide else (_stack(title, detail),)
        grid.add_row(*((buttons,) if has_buttons else ()), *text)
    return Padding(grid, (0, 0, 0, 2))


def _item(
    item: ReplyItem, context: TerminalContext, numbers: Iterator[int]
) -> tuple[RichText, RichText, RichText]:
    """Columns of an item: its only button, title, detail. Links and several buttons go below the detail."""
    buttons = RichText(button_labels(item.buttons, numbers), "cyan")
    title, detail = _styled(item.title, context), _styled(item.detail, context, "dim")
    if _is_front_button(item, buttons, context):
        return buttons, title, detail
    return RichText(), title, _stack(detail, buttons) if detail else buttons


def _is_front_button(item: ReplyItem, label: RichText, context: TerminalContext) -> bool:
    """Whether an item has one button, narrow enough to leave room for the title."""
    max_width = max(_MIN_WIDTH, context.width or 0) // 2
    return len(item.buttons) == 1 and not item.buttons[0].url and label.cell_len <= max_width


def _stack(upper: RichText, lower: RichText) -> RichText:
    return RichText.assemble(upper, "\n", lower) if lower else upper


def _table(table: Table, context: TerminalContext) -> RichTable:
    grid = RichTable(*map(strip_unsafe, table.columns), box=SIMPLE_HEAD, pad_edge=False)
    for row in table.rows:
        grid.add_row(*(_styled(cell, context) for cell in row))
    return grid


def _styled(text: Text, context: TerminalContext, style: str = "") -> RichText:
    line = RichText(style=style)
    for each in text:
        emphasis = "bold" if isinstance(each, Bold) else "cyan" if isinstance(each, Code) else ""
        line.append(safe_inline(each, context), emphasis or None)
    return line
