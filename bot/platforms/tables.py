"""Monospace tables for platforms without tables of their own."""

from collections.abc import Sequence

COLUMN_GAP = "  "


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line per row, the columns padded to equal width. All rows must have the same length."""
    widths = column_widths(rows)
    return [COLUMN_GAP.join(map(str.ljust, row, widths)).rstrip() for row in rows]


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def take_lines(lines: Sequence[str], limit: int) -> list[str]:
    """The first lines that fit into `limit` characters, line breaks included."""
    length = 0
    for index, line in enumerate(lines):
        length += len(line) + 1
        if length > limit:
            return list(lines[:index])
    return list(lines)
