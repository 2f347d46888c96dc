"""Renders tables: Slack's table block in messages, monospace columns elsewhere."""

from collections.abc import Sequence

from bot.chat.reply import Table
from bot.platforms.slack.render.elements import Block
from bot.platforms.slack.render.markup import RenderContext, escape, plain
from bot.platforms.tables import align_columns, take_lines
from bot.platforms.text import clip, clip_line

_MAX_ROWS, _MAX_COLUMNS, _MAX_CHARACTERS = 99, 20, 9_500
"""Slack's limits of a table block, the heading apart and with a margin."""
_MAX_HEADING, _MAX_CELL = 75, 400
_MAX_NARROW_CELL = 24
"""Characters of a cell that a phone still shows on one line with its neighbours."""
_MAX_BLOCK_CHARACTERS = 2_600
"""Of a section's 3,000."""


def native_table(table: Table, context: RenderContext) -> tuple[Block | None, int]:
    """Slack's table block, and how many rows did not fit."""
    heading, rows = _texts(table, context)
    if not heading:
        return None, 0
    shown = _take_rows(heading, rows)
    cells = [[{"type": "raw_text", "text": each} for each in row] for row in [heading, *shown]]
    return {"type": "table", "rows": cells}, len(rows) - len(shown)


def _texts(table: Table, context: RenderContext) -> tuple[list[str], list[list[str]]]:
    heading = [_cell(each, _MAX_HEADING) for each in table.columns[:_MAX_COLUMNS]]
    rows = [[_cell(plain(cell, context), _MAX_CELL) for cell in row] for row in table.rows]
    return heading, [(row + ["—"] * len(heading))[: len(heading)] for row in rows]


def _cell(text: str, limit: int) -> str:
    return clip_line(text, limit) or "—"


def _take_rows(heading: Sequence[str], rows: list[list[str]]) -> list[list[str]]:
    left = _MAX_CHARACTERS - sum(map(len, heading))
    for index, row in enumerate(rows[:_MAX_ROWS]):
        left -= sum(map(len, row))
        if left < 0:
            return rows[:index]
    return rows[:_MAX_ROWS]


def monospace_table(table: Table, context: RenderContext) -> tuple[Block | None, int]:
    """Monospace columns in a code fence, for App Home and modals, and how many rows did not fit."""
    heading, rows = _texts(table, context)
    if not heading:
        return None, 0
    cells = [[clip(each.replace("`", "'"), _MAX_NARROW_CELL) for each in row] for row in [heading, *rows]]
    lines = [escape(line) for line in align_columns(cells)]
    shown = take_lines(lines, _MAX_BLOCK_CHARACTERS)
    text = "```" + "\n".join(shown) + "```"
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}, len(lines) - len(shown)
