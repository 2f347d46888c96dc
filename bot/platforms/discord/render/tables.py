"""Renders tables, which Discord lacks: columns in a code block, or one line per row."""

from datetime import tzinfo

from bot.chat.reply import Table, Text, TimeRange, Timestamp
from bot.platforms.discord.render.text import to_markdown
from bot.platforms.tables import COLUMN_GAP, align_columns, column_widths, take_lines
from bot.platforms.text import ELLIPSIS, clip_line, plain_text

MAX_WIDTH = 56
"""Characters of a code block that a narrow window shows without wrapping."""
MAX_CELL = 30
_MAX_LINE_CELL, _MAX_LINE_HEADING = 200, 60
_RESERVED = 40
"""Characters kept free for the line that counts what was left out."""


def table_text(table: Table, limit: int, zone: tzinfo) -> str:
    """A table in at most `limit` characters; in columns where they are narrow and hold no times."""
    if not table.rows or not table.columns:
        return ""
    if not _has_times(table) and (block := _code_block(table, limit, zone)):
        return block
    return _lines(table, limit)


def _has_times(table: Table) -> bool:
    """Code blocks cannot show times in the reader's zone."""
    return any(
        isinstance(inline, Timestamp | TimeRange) for row in table.rows for cell in row for inline in cell
    )


def _code_block(table: Table, limit: int, zone: tzinfo) -> str:
    rows = [[_cell((name,), zone) for name in table.columns]]
    rows += [[_cell(cell, zone) for cell in row] for row in table.rows]
    if len({len(row) for row in rows}) > 1:
        return ""
    widths = column_widths(rows)
    if sum(widths) + len(COLUMN_GAP) * (len(widths) - 1) > MAX_WIDTH:
        return ""
    lines = align_columns(rows)
    lines.insert(1, COLUMN_GAP.join("─" * width for width in widths))
    body = _take(lines, limit - len("```\n```") - _RESERVED)
    return f"```\n{body}```" if body.strip() else ""


def _cell(cell: Text, zone: tzinfo) -> str:
    return clip_line(plain_text(cell, zone), MAX_CELL).replace("`", "'")


def _lines(table: Table, limit: int) -> str:
    lines = []
    for row in table.rows:
        cells = [" ".join(to_markdown(cell, _MAX_LINE_CELL).split()) for cell in row]
        lines.append(" · ".join(cell for cell in cells if cell) or ELLIPSIS)
    names = (" ".join(to_markdown((name,), _MAX_LINE_HEADING).split()) for name in table.columns)
    return _take([f"-# {' · '.join(names)}", *lines], limit - _RESERVED).strip()


def _take(lines: list[str], limit: int) -> str:
    """As many lines as fit, and a count of the others."""
    taken = take_lines(lines, limit)
    body = "".join(f"{line}\n" for line in taken)
    hidden = len(lines) - len(taken)
    return f"{body}{ELLIPSIS} and {hidden} more\n" if hidden else body
