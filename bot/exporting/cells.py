"""Cells of exported tables as text that no spreadsheet runs as a formula, and that imports read as it was."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TypeAlias

Cell: TypeAlias = (
    "str | int | float | bool | date | datetime | tuple[str, ...] | Mapping[str, str | int] | None"
)
"""Datetimes are aware, in campus time."""

_FORMULA = re.compile(r"[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_QUOTED_FORMULA = re.compile(r"'[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_ESCAPED = re.compile(r"[|\\]")


def to_text(cell: Cell) -> str:
    """Lists have `|` between the items; times are ISO 8601 with the offset from UTC."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case tuple():
            return "|".join(_ESCAPED.sub(r"\\\g<0>", each) for each in cell)
        case Mapping():
            return json.dumps(dict(cell), ensure_ascii=False) if cell else ""
        case _:
            return str(cell)


def guard(cell: Cell) -> str:
    """The text for CSV. Where a spreadsheet would run it as a formula, a `'` before it prevents that."""
    text = to_text(cell)
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return f"'{text}" if not is_number and _FORMULA.match(text) else text


def guard_quoted(text: str) -> str:
    """The text for a cell that is text anyway: imports take a `'` before a formula away, so one is added."""
    return f"'{text}" if _QUOTED_FORMULA.match(text) else text


def is_formula(text: str) -> bool:
    return bool(_FORMULA.match(text))


def to_json(cell: Cell) -> object:
    """A value that JSON has."""
    if isinstance(cell, date):
        return to_text(cell)
    if isinstance(cell, Mapping):
        return dict(cell)
    return list(cell) if isinstance(cell, tuple) else cell


def to_wall_time(moment: datetime) -> datetime | None:
    """Without its zone, as spreadsheets have times.

    None for a time that occurs twice on its day, and for midnight, which would be read as a whole day.
    """
    wall = moment.replace(tzinfo=None)
    if wall.time() == time():
        return None
    first, second = (wall.replace(tzinfo=moment.tzinfo, fold=fold).astimezone(UTC) for fold in (0, 1))
    return wall if first == second else None


def to_row(cells: Sequence[Cell]) -> list[str]:
    """A row of CSV."""
    return [guard(each) for each in cells]
