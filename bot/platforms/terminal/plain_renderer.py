"""Renders a reply for pipes and files: one line per item, tables with tabs, no wrapping."""

from collections.abc import Iterable, Iterator
from itertools import count, groupby

from bot.chat.reply import Button, Choice, Form, FormInput, Reply, ReplyItem, Table
from bot.platforms.terminal.text import TerminalContext, flatten, safe_text, strip_unsafe

_MAX_OPTIONS = 6


def render_plain(reply: Reply, context: TerminalContext, first: int = 1) -> str:
    """The reply's lines, its buttons numbered from `first`."""
    numbers = count(first)
    lines = (*_head(reply, context), *_body(reply, context, numbers), *_foot(reply, context))
    return "".join(f"{line}\n" for line in lines)


def _head(reply: Reply, context: TerminalContext) -> Iterator[str]:
    if reply.title:
        yield strip_unsafe(reply.title)
    if reply.text:
        yield safe_text(reply.text, context)
    for field in reply.fields:
        yield f"{strip_unsafe(field.name)}: {safe_text(field.value, context)}"


def _body(reply: Reply, context: TerminalContext, numbers: Iterator[int]) -> Iterator[str]:
    for item in reply.items:
        yield _item(item, context, numbers)
    if reply.table is not None:
        yield from _table(reply.table, context)
    yield from action_lines(reply.actions, numbers)


def _foot(reply: Reply, context: TerminalContext) -> Iterator[str]:
    if reply.footer:
        yield safe_text(reply.footer, context)
    if reply.form is not None:
        yield from form_lines(reply.form, reply)


def _item(item: ReplyItem, context: TerminalContext, numbers: Iterator[int]) -> str:
    parts = (
        safe_text(item.title, context),
        safe_text(item.detail, context),
        button_labels(item.buttons, numbers),
    )
    return "  " + "  ".join(part for part in parts if part)


def action_lines(actions: Iterable[Button | Choice], numbers: Iterator[int]) -> Iterator[str]:
    """Buttons on one line, each link and each menu on its own: `Size: [4] 10+ seats (12 rooms)  [5] …`.

    Numbers follow the order of `numbered_buttons`.
    """
    for is_menu, group in groupby(actions, lambda each: isinstance(each, Choice)):
        if not is_menu:
            for is_link, row in groupby(flatten(group), lambda each: bool(each.url)):
                labels = [button_labels([each], numbers) for each in row]
                yield from labels if is_link else ["  ".join(labels)]
            continue
        for menu in group:
            yield f"{strip_unsafe(menu.label)}: {button_labels(flatten([menu]), numbers)}"


def button_labels(buttons: Iterable[Button], numbers: Iterator[int]) -> str:
    """`[1] Book  [2] Cancel`; links are written out and have no number."""
    return "  ".join(
        f"{strip_unsafe(each.label)}: {strip_unsafe(each.url)}"
        if each.url
        else f"[{next(numbers)}] {strip_unsafe(each.label)}"
        for each in buttons
    )


def _table(table: Table, context: TerminalContext) -> Iterator[str]:
    yield "\t".join(map(strip_unsafe, table.columns))
    for row in table.rows:
        yield "\t".join(safe_text(cell, context) for cell in row)


def _question(each: FormInput) -> str:
    """`Length? 30 minutes, 60 minutes or 2 more (now: 60 minutes)`."""
    current = next((option.label for option in each.options if option.value == each.value), each.value)
    labels = [option.label for option in each.options[:_MAX_OPTIONS]]
    if (left := len(each.options) - _MAX_OPTIONS) > 0:
        labels.append(f"{left} more")
    answers = " or ".join([", ".join(labels[:-1]), labels[-1]]) if len(labels) > 1 else "".join(labels)
    example = f"such as {each.placeholder}" if each.placeholder and not answers else ""
    parts = (
        f"{each.label.removesuffix('?')}?",
        answers or example,
        f"(now: {current})" if current else "" if each.required else "(optional)",
    )
    return " ".join(filter(None, parts))


def form_lines(form: Form, reply: Reply) -> Iterator[str]:
    """Title, a question for each input with the first answers to choose from, and errors below them."""
    yield strip_unsafe(form.title)
    for each in form.inputs:
        yield f"  {strip_unsafe(_question(each))}"
        if error := reply.form_errors.get(each.name):
            yield f"    {strip_unsafe(error)}"
