"""A reply for other programs and files: a line for each thing, tables with tabs, nothing wrapped."""

from collections.abc import Iterable, Iterator
from itertools import count

from bot.chat.reply import Button, Form, Reply, ReplyItem, Table
from bot.platforms.terminal.text import TerminalContext, flat, safe, written


def render_plain(reply: Reply, context: TerminalContext, first: int = 1) -> str:
    """The reply's lines, its buttons numbered from `first`."""
    numbers = count(first)
    lines = (*_above(reply, context), *_middle(reply, context, numbers), *_below(reply, context))
    return "".join(f"{line}\n" for line in lines)


def _above(reply: Reply, context: TerminalContext) -> Iterator[str]:
    if reply.title:
        yield safe(reply.title)
    if reply.text:
        yield written(reply.text, context)
    for field in reply.fields:
        yield f"{safe(field.name)}: {written(field.value, context)}"


def _middle(reply: Reply, context: TerminalContext, numbers: Iterator[int]) -> Iterator[str]:
    for item in reply.items:
        yield _item(item, context, numbers)
    if reply.table is not None:
        yield from _table(reply.table, context)
    if reply.actions:
        yield labels(flat(reply.actions), numbers)


def _below(reply: Reply, context: TerminalContext) -> Iterator[str]:
    if reply.footer:
        yield written(reply.footer, context)
    if reply.form is not None:
        yield from form_lines(reply.form, reply)


def _item(item: ReplyItem, context: TerminalContext, numbers: Iterator[int]) -> str:
    parts = (written(item.title, context), written(item.detail, context), labels(item.buttons, numbers))
    return "  " + "  ".join(part for part in parts if part)


def labels(buttons: Iterable[Button], numbers: Iterator[int]) -> str:
    """`[1] Book  [2] Cancel`; a link is written out."""
    return "  ".join(
        f"{safe(each.label)}: {safe(each.url)}" if each.url else f"[{next(numbers)}] {safe(each.label)}"
        for each in buttons
    )


def _table(table: Table, context: TerminalContext) -> Iterator[str]:
    yield "\t".join(map(safe, table.columns))
    for row in table.rows:
        yield "\t".join(written(cell, context) for cell in row)


def form_lines(form: Form, reply: Reply) -> Iterator[str]:
    yield safe(form.title)
    for each in form.inputs:
        choices = f" ({', '.join(safe(option.label) for option in each.options[:6])})" if each.options else ""
        yield f"  {safe(each.label)}{choices}: {safe(each.value)}"
        if problem := reply.form_errors.get(each.name):
            yield f"    {safe(problem)}"
