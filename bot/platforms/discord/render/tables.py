"""Tables on a platform that has none: columns in a code block, or a line a row."""

from datetime import tzinfo

from bot.chat.reply import Table, Text, TimeRange, Timestamp
from bot.platforms.discord.render.text import ELLIPSIS, fit, plain, to_markdown

MAX_WIDTH = 56
"""Characters of a code block that a narrow window still shows on one line."""
CELL = 30


def table_text(table: Table, room: int, zone: tzinfo) -> str:
    """A table in at most `room` characters; columns only where they are narrow and hold no times."""
    if not table.rows or not table.columns:
        return ""
    if not _holds_times(table) and (block := _block(table, room, zone)):
        return block
    return _lines(table, room)


def _holds_times(table: Table) -> bool:
    """Times must stay outside of code blocks, where Discord cannot show them in the reader's zone."""
    return any(
        isinstance(inline, Timestamp | TimeRange) for row in table.rows for cell in row for inline in cell
    )


def _block(table: Table, room: int, zone: tzinfo) -> str:
    rows = [[_cell((name,), zone) for name in table.columns]]
    rows += [[_cell(cell, zone) for cell in row] for row in table.rows]
    if len({len(row) for row in rows}) > 1:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > MAX_WIDTH:
        return ""
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    body = _kept(lines, room - len("```\n```") - 40)
    return f"```\n{body}```" if body.strip() else ""


def _cell(cell: Text, zone: tzinfo) -> str:
    return plain(cell, zone, CELL).replace("`", "'")


def _lines(table: Table, room: int) -> str:
    lines = []
    for row in table.rows:
        cells = [" ".join(to_markdown(cell, 200).split()) for cell in row]
        lines.append(" · ".join(cell for cell in cells if cell) or ELLIPSIS)
    heading = " · ".join(" ".join(to_markdown((name,), 60).split()) for name in table.columns)
    return _kept([f"-# {heading}", *lines], room - 40).strip()


def _kept(lines: list[str], room: int) -> str:
    """As many lines as fit, and how many did not."""
    body = fit((f"{line}\n" for line in lines), max(room, 0))
    if (left_out := len(lines) - body.count("\n")) > 0:
        body = body.removesuffix(ELLIPSIS) + f"{ELLIPSIS} and {left_out} more\n"
    return body
