"""Writes rows as CSV, JSON, iCalendar and `.xlsx`, one at a time."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import IO, TYPE_CHECKING

from bot.exporting.cells import Cell, guard_quoted, is_formula, to_json, to_row, to_text, to_wall_time
from core.errors import Invalid

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as WorkbookCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

FORMATS = ("csv", "json", "ics", "xlsx")
_MAX_SHEET_ROWS = 1_048_576
_MAX_CELL_LENGTH = 32_767
"""Of `.xlsx`."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot have."""
_CALENDAR_START = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Roomie//Export//EN\r\n"
_CALENDAR_END = b"END:VCALENDAR\r\n"

Rows = Iterable[Sequence[Cell]]


def write_rows(out: IO[bytes], form: str, kind: str, headings: Sequence[str], rows: Rows) -> int:
    """Writes a table in one of the `FORMATS`; returns the number of rows. `kind` names it."""
    match form:
        case "csv":
            return _write_csv(out, headings, rows)
        case "json":
            return _write_json(out, kind, headings, rows)
        case "xlsx":
            return _write_workbook(out, kind, headings, rows)
        case _:
            return _write_calendar(out, headings, rows)


def _write_csv(out: IO[bytes], headings: Sequence[str], rows: Rows) -> int:
    """UTF-8 with a byte order mark, without which Excel takes it for Windows-1252."""
    text = io.TextIOWrapper(out, "utf-8", newline="", errors="replace")
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(headings)
    count = 0
    for row in rows:
        writer.writerow(to_row(row))
        count += 1
    text.detach()
    return count


def _write_json(out: IO[bytes], kind: str, headings: Sequence[str], rows: Rows) -> int:
    out.write(f'{{"{kind}": ['.encode())
    count = 0
    for row in rows:
        fields = {name: to_json(cell) for name, cell in zip(headings, row, strict=True)}
        line = json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
        out.write((b",\n" if count else b"\n") + line)
        count += 1
    out.write(b"\n]}\n")
    return count


def _write_workbook(out: IO[bytes], kind: str, headings: Sequence[str], rows: Rows) -> int:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(kind)
    sheet.freeze_panes = "A2"
    sheet.append(list(headings))
    count = 0
    for row in rows:
        count += 1
        if count >= _MAX_SHEET_ROWS:
            sheet.close()
            raise Invalid(
                f"A sheet has at most {_MAX_SHEET_ROWS:,} rows, too few for the {kind}. Use csv instead."
            )
        sheet.append([_to_workbook_cell(sheet, each) for each in row])
    workbook.save(out)
    return count


def _to_workbook_cell(
    sheet: "WriteOnlyWorksheet", cell: Cell
) -> "WorkbookCell | bool | int | float | date | None":
    if cell is None or isinstance(cell, int | float):
        return cell
    if isinstance(cell, datetime) and (wall := to_wall_time(cell)) is not None:
        return wall
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    return _to_text_cell(sheet, to_text(cell))


def _to_text_cell(sheet: "WriteOnlyWorksheet", text: str) -> "WorkbookCell | None":
    """A cell of text, whatever it looks like, that also stays text when it is edited."""
    from openpyxl.cell import WriteOnlyCell

    if not text:
        return None
    cell = WriteOnlyCell(sheet, _UNPRINTABLE.sub("\ufffd", guard_quoted(text))[:_MAX_CELL_LENGTH])
    cell.data_type = "s"
    if is_formula(text):
        cell.quotePrefix = True
    return cell


def _write_calendar(out: IO[bytes], headings: Sequence[str], rows: Rows) -> int:
    """Events of bookings."""
    out.write(_CALENDAR_START)
    count = 0
    for row in rows:
        out.write(_event(dict(zip(headings, row, strict=True))))
        count += 1
    out.write(_CALENDAR_END)
    return count


def _event(booking: dict[str, Cell]) -> bytes:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{booking['id']}@roomie")
    for name, heading in (("dtstamp", "created_at"), ("dtstart", "start"), ("dtend", "end")):
        moment = booking[heading]
        if isinstance(moment, datetime):
            event.add(name, moment.astimezone(UTC))
    event.add("summary", to_text(booking["title"]) or to_text(booking["society"]) or "Booked")
    event.add("location", to_text(booking["room"]))
    if notes := to_text(booking["notes"]):
        event.add("description", notes)
    event.add("status", "CONFIRMED" if booking["state"] == "active" else "CANCELLED")
    return bytes(event.to_ical())
