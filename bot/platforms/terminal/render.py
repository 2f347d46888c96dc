"""From a reply to lines of text: tables and colours at a terminal, plain when piped.

Actions become numbers to type. Total: any reply can be shown; control characters never reach the terminal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from bot.reply import (
    Bold,
    Button,
    Choice,
    Code,
    Form,
    Inline,
    Item,
    Mention,
    Moment,
    Reply,
    Stretch,
    Style,
    Table,
    Text,
    Tone,
)

_COLOURS = {
    Tone.INFO: "",
    Tone.DONE: "green",
    Tone.REFUSED: "yellow",
    Tone.CONFUSED: "yellow",
    Tone.BROKEN: "red",
}


@dataclass(frozen=True, slots=True)
class Page:
    """Where a reply is shown: the zone times are written in, the width in columns, and whether in colour."""

    zone: ZoneInfo
    now: datetime
    width: int = 100
    colour: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply as text, and what each number stands for, in order."""

    text: str
    buttons: tuple[Button, ...]


def render(reply: Reply, page: Page, before: tuple[Button, ...] = ()) -> Shown:
    """The reply as text, its buttons numbered from 1, or on from those that are shown already."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(20, page.width),
        force_terminal=page.colour,
        no_color=not page.colour,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not page.colour,
    )
    buttons: list[Button] = [*before]
    for part in _parts(reply, page, buttons):
        console.print(part)
    return Shown(out.getvalue(), tuple(buttons))


def written(text: Text, page: Page) -> str:
    """A text in plain characters."""
    return "".join(_inline(each, page) for each in text)


def _parts(reply: Reply, page: Page, buttons: list[Button]) -> Iterator[RichText | RichTable]:
    if reply.title:
        yield RichText(_safe(reply.title), "bold")
    if reply.text:
        yield _styled(reply.text, page, _COLOURS[reply.tone])
    for field in reply.fields:
        yield RichText.assemble((f"{_safe(field.name)}: ", "bold"), _styled(field.value, page))
    for item in reply.items:
        yield from _item(item, page, buttons)
    yield from _below(reply, page, buttons)


def _below(reply: Reply, page: Page, buttons: list[Button]) -> Iterator[RichText | RichTable]:
    if reply.table is not None:
        yield _table(reply.table, page)
    if reply.actions:
        yield _numbered(_flat(reply.actions), buttons)
    if reply.footer:
        yield _styled(reply.footer, page, "dim")
    if reply.form is not None:
        yield from _form(reply.form, reply)


def _item(item: Item, page: Page, buttons: list[Button]) -> Iterator[RichText]:
    line = RichText("  ") + _styled(item.title, page)
    if item.detail:
        line += RichText("  ") + _styled(item.detail, page, "dim")
    if item.buttons:
        line += RichText("  ") + _numbered(item.buttons, buttons)
    yield line


def _numbered(new: Iterable[Button], buttons: list[Button]) -> RichText:
    labels = []
    for button in new:
        if button.url:
            labels.append(f"{_safe(button.label)}: {_safe(button.url)}")
            continue
        buttons.append(button)
        labels.append(f"[{len(buttons)}] {_safe(button.label)}")
    return RichText("  ".join(labels), "cyan")


def _flat(actions: Iterable[Button | Choice]) -> Iterator[Button]:
    for action in actions:
        if isinstance(action, Button):
            yield action
        else:
            yield from (Button(action.action, option.label, option.value) for option in action.options)


def _table(table: Table, page: Page) -> RichTable | RichText:
    if not page.colour:
        rows = [table.columns, *(tuple(written(cell, page) for cell in row) for row in table.rows)]
        return RichText("\n".join("\t".join(map(_safe, row)) for row in rows))
    drawn = RichTable(*map(_safe, table.columns), box=SIMPLE_HEAD, pad_edge=False)
    for row in table.rows:
        drawn.add_row(*(_styled(cell, page) for cell in row))
    return drawn


def _form(form: Form, reply: Reply) -> Iterator[RichText]:
    yield RichText(_safe(form.title), "bold")
    for each in form.inputs:
        problem = reply.form_errors.get(each.name)
        choices = (
            f" ({', '.join(_safe(option.label) for option in each.options[:6])})" if each.options else ""
        )
        yield RichText(f"  {_safe(each.label)}{choices}: {_safe(each.value)}")
        if problem:
            yield RichText(f"    {_safe(problem)}", "yellow")


def _styled(text: Text, page: Page, style: str = "") -> RichText:
    line = RichText(style=style)
    for each in text:
        emphasis = "bold" if isinstance(each, Bold) else "cyan" if isinstance(each, Code) else ""
        line.append(_inline(each, page), emphasis or None)
    return line


def _inline(each: Inline, page: Page) -> str:
    match each:
        case str():
            return _safe(each)
        case Bold(text) | Code(text):
            return _safe(text)
        case Mention(name):
            return _safe(name)
        case Moment():
            return _moment(each, page)
        case Stretch(interval):
            return stretch(interval.start.astimezone(page.zone), interval.end.astimezone(page.zone))


def _moment(moment: Moment, page: Page) -> str:
    local = moment.at.astimezone(page.zone)
    match moment.style:
        case Style.TIME:
            return f"{local:%H:%M}"
        case Style.DATE:
            return day(local)
        case Style.RELATIVE:
            return _relative(int((moment.at - page.now).total_seconds()) // 60)
        case _:
            return f"{day(local)}, {local:%H:%M}"


def _relative(minutes: int) -> str:
    count, unit = (abs(minutes), "minute") if abs(minutes) < 120 else (abs(minutes) // 60, "hour")
    said = f"{count} {unit}" + ("" if count == 1 else "s")
    return f"in {said}" if minutes >= 0 else f"{said} ago"


def day(local: datetime) -> str:
    """`Thu 12 Mar`."""
    return f"{local:%a} {local.day} {local:%b}"


def stretch(start: datetime, end: datetime) -> str:
    """`Thu 12 Mar, 15:00–17:00`; the second date too where the days differ."""
    if start.date() == end.date():
        return f"{day(start)}, {start:%H:%M}–{end:%H:%M}"
    return f"{day(start)}, {start:%H:%M} – {day(end)}, {end:%H:%M}"


def _safe(text: str) -> str:
    """Without control characters and marks that reorder a line."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)
