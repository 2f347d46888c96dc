"""A reply on a screen: colours, tables that fit its width, and a number before whatever can be chosen."""

from collections.abc import Iterator
from io import StringIO
from itertools import count

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from bot.chat.reply import Bold, Code, Reply, ReplyItem, Table, Text, Tone
from bot.platforms.terminal.plain import form_lines, labels
from bot.platforms.terminal.text import TerminalContext, flat, inline, safe

_COLOURS = {
    Tone.INFO: "",
    Tone.DONE: "green",
    Tone.REFUSED: "yellow",
    Tone.UNCLEAR: "yellow",
    Tone.FAILED: "red",
}
_MIN_WIDTH = 20
_WIDE = 120
"""From so many columns on, what is said about a thing stands beside it rather than beneath."""


def render_rich(reply: Reply, context: TerminalContext, first: int = 1) -> str:
    """The reply as it fits a screen, its buttons numbered from `first`."""
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
        console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _parts(reply: Reply, context: TerminalContext, first: int) -> Iterator[RenderableType]:
    yield from _above(reply, context)
    numbers = count(first)
    if reply.items:
        yield _items(reply, context, numbers)
    if reply.table is not None:
        yield _table(reply.table, context)
    if reply.actions:
        yield RichText(labels(flat(reply.actions), numbers), "cyan")
    if reply.footer:
        yield _styled(reply.footer, context, "dim")
    if reply.form is not None:
        yield from map(RichText, form_lines(reply.form, reply))


def _above(reply: Reply, context: TerminalContext) -> Iterator[RenderableType]:
    if reply.title:
        yield RichText(safe(reply.title), "bold")
    if reply.text:
        yield _styled(reply.text, context, _COLOURS[reply.tone])
    for field in reply.fields:
        yield RichText.assemble((f"{safe(field.name)}: ", "bold"), _styled(field.value, context))


def _items(reply: Reply, context: TerminalContext, numbers: Iterator[int]) -> RenderableType:
    """What can be chosen in front; behind or beneath, what there is to say."""
    rows = [_item(item, context, numbers) for item in reply.items]
    is_wide = (context.width or 0) >= _WIDE or not any(item.buttons for item in reply.items)
    has_front = any(front for front, _, _ in rows)
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    if has_front:
        grid.add_column(no_wrap=True)
    for _ in range(2 if is_wide else 1):
        grid.add_column(overflow="fold")
    for front, title, detail in rows:
        said = (title, detail) if is_wide else (_beneath(title, detail),)
        grid.add_row(*((front,) if has_front else ()), *said)
    return Padding(grid, (0, 0, 0, 2))


def _item(
    item: ReplyItem, context: TerminalContext, numbers: Iterator[int]
) -> tuple[RichText, RichText, RichText]:
    """Its only choice, its title, and what is said about it, with its choices where there are several."""
    choices = RichText(labels(item.buttons, numbers), "cyan")
    title, detail = _styled(item.title, context), _styled(item.detail, context, "dim")
    if len(item.buttons) == 1:
        return choices, title, detail
    return RichText(), title, _beneath(detail, choices) if detail else choices


def _beneath(title: RichText, detail: RichText) -> RichText:
    return RichText.assemble(title, "\n", detail) if detail else title


def _table(table: Table, context: TerminalContext) -> RichTable:
    grid = RichTable(*map(safe, table.columns), box=SIMPLE_HEAD, pad_edge=False)
    for row in table.rows:
        grid.add_row(*(_styled(cell, context) for cell in row))
    return grid


def _styled(text: Text, context: TerminalContext, style: str = "") -> RichText:
    line = RichText(style=style)
    for each in text:
        emphasis = "bold" if isinstance(each, Bold) else "cyan" if isinstance(each, Code) else ""
        line.append(inline(each, context), emphasis or None)
    return line
