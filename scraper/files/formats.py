"""Parses JSON and CSV as spreadsheets and editors save them."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scraper.files.records import Record, RejectedRecord, field_name, quote_value

_BOM = "\ufeff"
_OTHER_FORMATS = {
    b"PK\x03\x04": "an Excel workbook or another archive: save the sheet as CSV UTF-8 and import that",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV UTF-8 and import that",
    b"%PDF": "a PDF document: Roomie reads CSV and JSON",
    b"BEGIN:VCALENDAR": 'a calendar: name its address as a [[source]] of kind "icalendar" in config.toml',
}


class UnreadableFile(ValueError):
    """The whole file cannot be parsed; the message has the reason and, where known, the line."""


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A JSON document, and the keys that occur twice in one of its objects (the first one counts)."""

    root: object
    duplicate_keys: tuple[RejectedRecord, ...]


def decode(content: bytes) -> str:
    """Decodes UTF-8, or UTF-16 with a byte order mark."""
    for start, kind in _OTHER_FORMATS.items():
        if content.startswith(start):
            raise UnreadableFile(f"this is {kind}")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(f"line {line} is not {encoding[:6].rstrip('-').upper()} text") from error


def parse_json(text: str) -> JsonDocument:
    duplicates: list[RejectedRecord] = []

    def drop_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, value in pairs:
            if name in found:
                duplicates.append(RejectedRecord(quote_value(name), "stands twice in one object"))
            found.setdefault(name, value)
        return found

    try:
        root = json.loads(
            text.removeprefix(_BOM), object_pairs_hook=drop_duplicates, parse_constant=_reject_constant
        )
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"line {error.lineno} is not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"this is not JSON we read: {error}") from error
    return JsonDocument(root, tuple(duplicates))


def read_csv_records(text: str) -> Iterator[Record]:
    """Yields each line below the headings, with fields by lower-case heading; blank lines are skipped.

    The delimiter is comma, semicolon or tab, whichever occurs most in the headings.
    """
    text = text.removeprefix(_BOM)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_detect_delimiter(text), strict=True)
    headings: list[str] | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if headings is None:
                headings = _parse_headings(cells)
            else:
                yield _to_csv_record(rows.line_num, headings, cells)
    except csv.Error as error:
        raise UnreadableFile(f"line {rows.line_num} is not CSV: {error}") from error


def read_csv_headings(text: str) -> frozenset[str]:
    """The lower-case headings: the first line that is not blank."""
    first = next((line for line in text.removeprefix(_BOM).splitlines() if line.strip()), "")
    return frozenset(field_name(cell.strip().strip('"')) for cell in first.split(_detect_delimiter(first)))


def _to_csv_record(line: int, headings: list[str], cells: list[str]) -> Record:
    surplus = any(cells[len(headings) :])
    fields: Mapping[str, object] = dict(zip(headings, cells, strict=False))
    return Record(f"line {line}", fields, "there are more fields than headings" if surplus else "")


def _parse_headings(cells: list[str]) -> list[str]:
    headings = [field_name(cell) for cell in cells]
    if len(set(filter(None, headings))) < len(list(filter(None, headings))):
        raise UnreadableFile("two columns have the same heading")
    return headings


def _detect_delimiter(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=heading.count)


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
