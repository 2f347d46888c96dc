"""Tables for Slack: its own table where it has one, columns of characters elsewhere."""

from collections.abc import Sequence

from bot.chat.reply import Table
from bot.platforms.slack.render.elements import Block
from bot.platforms.slack.render.markup import RenderContext, clip, escape, plain

_ROWS, _COLUMNS, _CHARACTERS = 99, 20, 9_500
_HEADING, _CELL = 75, 400
_NARROW = 24
_MAX_LINES = 2_600


def native(table: Table, context: RenderContext) -> tuple[Block | None, int]:
    """Slack's table, and how many rows event not fit."""
    heading, rows = _texts(table, context)
    if not heading:
        return None, 0
    shown = _fitting(heading, rows)
    cells = [[{"type": "raw_text", "text": each} for each in row] for row in [heading, *shown]]
    return {"type": "table", "rows": cells}, len(rows) - len(shown)


def _texts(table: Table, context: RenderContext) -> tuple[list[str], list[list[str]]]:
    heading = [_cell(each, _HEADING) for each in table.columns[:_COLUMNS]]
    rows = [[_cell(plain(cell, context), _CELL) for cell in row] for row in table.rows]
    return heading, [(row + ["—"] * len(heading))[: len(heading)] for row in rows]


def _cell(text: str, most: int) -> str:
    return clip(" ".join(text.split()), most) or "—"


def _fitting(heading: Sequence[str], rows: list[list[str]]) -> list[list[str]]:
    left = _CHARACTERS - sum(map(len, heading))
    for index, row in enumerate(rows[:_ROWS]):
        left -= sum(map(len, row))
        if left < 0:
            return rows[:index]
    return rows[:_ROWS]


def monospace_table(table: Table, context: RenderContext) -> tuple[Block | None, int]:
    """Columns of characters in a code fence, for Home and forms, and how many rows event not fit."""
    heading, rows = _texts(table, context)
    if not heading:
        return None, 0
    narrow = [[clip(each.replace("`", "'"), _NARROW) for each in row] for row in [heading, *rows]]
    widths = [max(len(row[column]) for row in narrow) for column in range(len(heading))]
    lines, length = [], 0
    for row in narrow:
        line = escape("  ".join(each.ljust(width) for each, width in zip(row, widths, strict=True)).rstrip())
        length += len(line) + 1
        if length > _MAX_LINES:
            break
        lines.append(line)
    text = "```" + "\n".join(lines) + "```"
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}, len(narrow) - len(lines)
