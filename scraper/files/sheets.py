"""Rows of text: CSV as spreadsheets save it, within limits of size, columns and cells."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct

from scraper.files.formats import BOM, UnreadableFile

MAX_ROWS = 1_000_000
MAX_COLUMNS = 256
MAX_CELL_LENGTH = 32_767
"""Characters, as in Excel."""
_DELIMITERS = ",;\t"
_LINES_SEEN = 20
"""Lines in which the delimiter is looked for."""
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_GUARDED = re.compile(r"'(?=[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20])")


class Row(Struct, frozen=True):
    """A row that is not blank: its number in the file, from 1 on, and its cells, stripped."""

    number: int
    cells: tuple[str, ...]


class Sheet(Struct, frozen=True):
    """The rows of a file. `name` is the workbook's name of the sheet; empty for CSV."""

    rows: tuple[Row, ...]
    name: str = ""
    remarks: tuple[str, ...] = ()

    def location(self, number: int) -> str:
        return f"sheet {self.name!r}, row {number}" if self.name else f"line {number}"


Progress = Callable[[int], None]
"""Called with the number of rows that were read."""


def read_csv(text: str, progress: Progress = lambda _done: None) -> Sheet:
    """The delimiter is comma, semicolon or tab, whichever more of the first lines have."""
    text = text.removeprefix(BOM)
    delimiter, start, skipped = _detect_delimiter(text), 0, 0
    if separator := _SEPARATOR_LINE.match(text):
        delimiter, start, skipped = separator[1], separator.end(), 1
    lines = io.StringIO(text, newline="")
    lines.seek(start)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        numbered = ((rows.line_num + skipped, cells) for cells in rows)
        return Sheet(collect_rows(numbered, "line", progress))
    except csv.Error as error:
        raise UnreadableFile(_explain(rows.line_num + skipped, error)) from error


def collect_rows(
    rows: Iterable[tuple[int, Sequence[str]]], what: str, progress: Progress = lambda _done: None
) -> tuple[Row, ...]:
    """Rows that are not blank, with stripped, interned cells. `what` is what rows are called."""
    clean = _CleanCells()
    return tuple(_collect(rows, clean, what, progress))


def _collect(
    rows: Iterable[tuple[int, Sequence[str]]], clean: "_CleanCells", what: str, progress: Progress
) -> Iterator[Row]:
    found = 0
    for number, raw in rows:
        try:
            if len(raw) > MAX_COLUMNS:
                raw = _without_blank_end(raw)
            cells = tuple(map(clean.__getitem__, raw))
        except ValueError as error:
            raise UnreadableFile(f"{what} {number} {error}") from error
        if any(cells):
            found += 1
            if found > MAX_ROWS:
                raise UnreadableFile(f"there are more than {MAX_ROWS:,} rows; import the file in parts")
            if found % 10_000 == 0:
                progress(found)
            yield Row(number, cells)


class _CleanCells(dict[str, str]):
    """Cells as they are read, by cells as they are written."""

    def __missing__(self, raw: str) -> str:
        if len(raw) > MAX_CELL_LENGTH:
            raise ValueError(f"has a cell of {len(raw):,} characters; at most {MAX_CELL_LENGTH:,} are read")
        cell = raw.strip()
        cell = cell[1:] if _GUARDED.match(cell) else cell
        self[raw] = cell
        return cell


def _without_blank_end(raw: Sequence[str]) -> Sequence[str]:
    """Without blank cells at the end, which spreadsheets add; `ValueError` for still too many."""
    last = next((index for index in range(len(raw), 0, -1) if raw[index - 1]), 0)
    if last > MAX_COLUMNS:
        raise ValueError(f"has {last:,} columns; at most {MAX_COLUMNS} are read")
    return raw[:last]


def _detect_delimiter(text: str) -> str:
    """The one in the most of the first lines; of several, the most frequent."""
    lines = list(islice(io.StringIO(text), _LINES_SEEN))
    return max(
        _DELIMITERS,
        key=lambda each: (sum(each in line for line in lines), sum(line.count(each) for line in lines)),
    )


def _explain(line: int, error: csv.Error) -> str:
    if "field larger than" in str(error):
        return f"line {line} has a cell that never ends; is a quotation mark missing?"
    return f"line {line} is not CSV: {error}"
