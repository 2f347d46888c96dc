"""Rows of `.xlsx` workbooks, read one at a time: values of formulas, dates as dates, nothing that expands."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from scraper.files.formats import UnreadableFile
from scraper.files.sheets import MAX_COLUMNS, MAX_ROWS, Progress, Sheet, collect_rows

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 600_000_000
"""Of all parts of a workbook together. A sheet of half a million rows is 150 MB."""
_MAX_RATIO = 200
"""Of a part's unpacked to its packed size, beyond 10 MB; sheets of equal rows reach 60."""
_SMALL_BYTES = 10_000_000
_MAX_SHEET_ROWS = 1_048_576
"""Of `.xlsx`, blank ones included."""
_CHUNK_BYTES = 1 << 20
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_HALF_SECOND = timedelta(milliseconds=500)
_SPAN = 16
"""Bytes by which chunks overlap, so that nothing sought is cut in two."""
_BROKEN = "this is no workbook that can be read ({}); save the sheet as CSV UTF-8 and import that"


def read_workbook(content: bytes, name: str = "", progress: Progress = lambda _done: None) -> Sheet:
    """The first visible sheet, or the one called `name`."""
    has_formulas = _check_archive(content)
    try:
        values = _open(content, has_values=True)
        sheet = _choose(values, name)
        rows: Iterable[tuple[int, Sequence[str]]] = _rows(sheet)
        if has_formulas:
            rows = _check_formulas(rows, _rows(_choose(_open(content, has_values=False), name)))
        found = collect_rows(rows, f"sheet {sheet.title!r}, row", progress)
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl raises anything at a file it does not understand
        raise UnreadableFile(_BROKEN.format(type(error).__name__)) from error
    return Sheet(found, sheet.title, _remark_on_others(values, sheet, name))


def _check_archive(content: bytes) -> bool:
    """Refuses what unpacks to too much or declares XML entities; returns whether there are formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {each.filename for each in parts}
            if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:100]:
                raise UnreadableFile("this is an OpenDocument file: save it as .xlsx or as CSV UTF-8")
            if "xl/workbook.xml" not in names:
                raise UnreadableFile(
                    "this is an archive but no Excel workbook: save the sheet as CSV UTF-8 and import that"
                )
            _check_sizes(parts)
            with_formulas = [_has_formulas(archive, each) for each in parts if _is_xml(each)]
            return any(with_formulas)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(_BROKEN.format("the archive is damaged")) from error


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.endswith((".xml", ".rels"))


def _check_sizes(parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS:
        raise UnreadableFile(
            f"the workbook has more than {MAX_PARTS:,} parts; save the sheet alone and import that"
        )
    unpacked = sum(each.file_size for each in parts)
    is_bomb = any(each.file_size > max(_SMALL_BYTES, _MAX_RATIO * each.compress_size) for each in parts)
    if unpacked > MAX_UNPACKED_BYTES or is_bomb:
        raise UnreadableFile(
            f"the workbook unpacks to {unpacked / 1e6:,.0f} MB, more than is read;"
            " save the sheet as CSV UTF-8 and import that"
        )


def _has_formulas(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part has formulas. Refuses declarations: workbooks have none, and entities can expand."""
    found, before = False, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            window = before + chunk
            upper = window.replace(b"\0", b"").upper()
            if any(each in upper for each in _DECLARATIONS):
                raise UnreadableFile(
                    "the workbook declares XML entities, which Excel never does; it was not read"
                )
            found = found or b"<f>" in window or b"<f " in window
            before = window[-_SPAN:]
    return found


def _open(content: bytes, *, has_values: bool) -> "Workbook":
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content), read_only=True, data_only=has_values, keep_links=False)


def _choose(workbook: "Workbook", name: str) -> "ReadOnlyWorksheet":
    sheets: list[ReadOnlyWorksheet] = [
        each for each in workbook.worksheets if hasattr(each, "reset_dimensions")
    ]
    wanted = (
        [each for each in sheets if each.title.casefold() == name.casefold()]
        if name
        else [*(each for each in sheets if each.sheet_state == "visible"), *sheets]
    )
    if not wanted:
        names = ", ".join(repr(each.title) for each in sheets) or "none"
        raise UnreadableFile(f"there is no sheet {name!r}; the sheets are {names}")
    return wanted[0]


def _remark_on_others(workbook: "Workbook", sheet: "ReadOnlyWorksheet", name: str) -> tuple[str, ...]:
    others = [repr(each.title) for each in workbook.worksheets if each.title != sheet.title]
    if name or not others:
        return ()
    return (
        f"only the sheet {sheet.title!r} was read; for another, such as {others[0]}, add --sheet {others[0]}",
    )


def _rows(sheet: "ReadOnlyWorksheet") -> Iterator[tuple[int, list[str]]]:
    """All rows, whatever size the sheet claims to have."""
    sheet.reset_dimensions()
    rows: Iterable[tuple[object, ...]] = sheet.iter_rows(values_only=True)  # type: ignore[misc]  # inherited
    for number, cells in enumerate(rows, 1):
        if number > _MAX_SHEET_ROWS:
            raise UnreadableFile(
                f"the sheet {sheet.title!r} has more than {MAX_ROWS:,} rows; import it in parts"
            )
        yield number, [_to_text(each) for each in (cells if len(cells) <= MAX_COLUMNS else _trim(cells))]


def _trim(cells: Sequence[object]) -> Sequence[object]:
    last = next((index for index in range(len(cells), 0, -1) if cells[index - 1] is not None), 0)
    return cells[:last]


def _check_formulas(
    rows: Iterable[tuple[int, Sequence[str]]], formulas: Iterable[tuple[int, Sequence[str]]]
) -> Iterator[tuple[int, Sequence[str]]]:
    """Refuses formulas without a value, which would otherwise be read as blank cells."""
    for (number, cells), (_, written) in zip(rows, formulas, strict=False):
        for index, (cell, formula) in enumerate(zip_longest(cells, written, fillvalue="")):
            if formula.startswith("=") and not cell:
                raise UnreadableFile(
                    f"row {number}, column {column_letter(index)}: the formula {formula[:40]!r} has no stored"
                    " value; open the workbook in Excel or LibreOffice, save it and import it again"
                )
        yield number, cells


def _to_text(value: object) -> str:
    """A cell as it would stand in CSV: whole numbers without a point, dates and times as in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return _time_to_text(value)


def _time_to_text(value: object) -> str:
    """Rounded to seconds: spreadsheets count in fractions of days."""
    if isinstance(value, datetime):
        rounded = (value + _HALF_SECOND).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat(" ")
    if isinstance(value, time):
        return (datetime.combine(date.min, value) + _HALF_SECOND).time().isoformat("seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def column_letter(index: int) -> str:
    """The letters of a column in a spreadsheet: `A` for 0, `AA` for 26."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
