"""Tables: the headings of a sheet, wherever they begin, and the records below them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from scraper.files.formats import UnreadableFile
from scraper.files.records import Record, field_name, quote_value
from scraper.files.sheets import Row, Sheet
from scraper.files.workbooks import column_letter

_ROWS_ABOVE = 15
"""Rows with titles and notes that there may be above the headings."""
_TOTAL = re.compile(
    r"(?:grand |sub)?totals?|sum|average|mean|count|number of \w+|\d+ \w+ in total|summe|gesamt|anzahl",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9][0-9.,' ]*")
_MARKS = ("x", "X", "\u2713", "\u2714", "", None)

IsHeading = Callable[[frozenset[str]], bool]
"""Whether these fields are enough to know what a table has."""


class FileTable(Struct, frozen=True):
    """A table's fields in the order of its columns (empty: no heading), and its rows."""

    fields: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: Sheet
    remarks: tuple[str, ...] = ()

    def records(self) -> Iterator[Record]:
        columns = {name: column_letter(index) for index, name in enumerate(self.fields) if name}
        for row in self.rows:
            where, surplus = self.sheet.location(row.number), row.cells[len(self.fields) :]
            if any(surplus):
                yield Record(where, {}, _explain_surplus(len(self.fields), surplus))
            else:
                yield Record(where, dict(zip(self.fields, row.cells, strict=False)), "", columns)


def find_table(sheet: Sheet, is_heading: IsHeading) -> FileTable:
    """Finds the headings among the first rows; leaves out titles, repeated headings and totals."""
    rows = sheet.rows
    if not rows:
        raise UnreadableFile("the file is empty; for an example write: roomie import --template rooms")
    top, fields = _find_headings(rows, is_heading)
    heads = {rows[index].cells for index in range(top)} | {rows[top - 1].cells}
    body = [row for row in rows[top:] if row.cells not in heads]
    remarks, skipped = list(sheet.remarks), len(rows) - top - len(body)
    if skipped:
        remarks.append(f"{skipped} repeated line{'' if skipped == 1 else 's'} of headings left out")
    while body and _is_total(body[-1], fields):
        row = body.pop()
        remarks.append(f"{sheet.location(row.number)} looks like a total and was left out")
    return FileTable(fields, tuple(body), sheet, tuple(remarks))


def _find_headings(rows: Sequence[Row], is_heading: IsHeading) -> tuple[int, tuple[str, ...]]:
    """The number of rows down to the last of the headings, and the fields."""
    for index, row in enumerate(rows[:_ROWS_ABOVE]):
        names = _names(row)
        if not is_heading(frozenset(names)):
            continue
        if index + 1 < len(rows) and (joined := _continue(names, rows[index + 1])):
            return index + 2, _check_unique(joined)
        return index + 1, _check_unique(names)
    for index in range(1, min(len(rows), _ROWS_ABOVE)):
        joined = _join(_names(rows[index - 1]), _names(rows[index]))
        if is_heading(frozenset(joined)):
            return index + 1, _check_unique(joined)
    return 1, _names(rows[0])


def _names(row: Row) -> tuple[str, ...]:
    return tuple(field_name(cell) for cell in row.cells)


def _continue(names: tuple[str, ...], row: Row) -> tuple[str, ...]:
    """The headings, with those of a second line below merged ones; empty if the row is no such line.

    Of cells merged across, the second to last are blank; below cells merged down there is nothing.
    """
    below = _names(row)
    if not names[0] or below[0] or "" not in names or any(map(_NUMBER.fullmatch, row.cells)):
        return ()
    under_blank = [each for index, each in enumerate(below) if each and names[index : index + 1] == ("",)]
    return _join(names, below) if under_blank else ()


def _join(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    width = max(len(above), len(below))
    pairs = zip([*above, *[""] * (width - len(above))], [*below, *[""] * (width - len(below))], strict=True)
    return tuple(lower or upper for upper, lower in pairs)


def _check_unique(fields: tuple[str, ...]) -> tuple[str, ...]:
    columns: dict[str, list[str]] = {}
    for index, name in enumerate(fields):
        columns.setdefault(name, []).append(column_letter(index))
    for name, letters in columns.items():
        if name and len(letters) > 1:
            both = " and ".join(letters)
            raise UnreadableFile(
                f"two columns have the same heading: {both} are {quote_value(name)}; rename or delete one"
            )
    last = max((index for index, name in enumerate(fields) if name), default=-1)
    return fields[: last + 1]


def _is_total(row: Row, fields: Sequence[str]) -> bool:
    """Whether a last row sums up those above: it says so, or has nothing but numbers and no first cell."""
    filled = [cell for cell in row.cells if cell]
    if _TOTAL.fullmatch(filled[0].rstrip(": ")) and len(filled) < max(3, len(fields)):
        return True
    return not row.cells[0] and len(fields) > 2 and len(filled) < 3 and all(map(_NUMBER.fullmatch, filled))


def _explain_surplus(width: int, surplus: Sequence[str]) -> str:
    index, value = next((index, cell) for index, cell in enumerate(surplus) if cell)
    return (
        "there are more fields than headings:"
        f" column {column_letter(width + index)} has {quote_value(value)}; give it a heading or empty it"
    )


def fill_marks(table_fields: Mapping[str, Sequence[str]], records: Sequence[Record]) -> list[Record]:
    """Records in which a blank cell of a column of marks (`x`) means no."""
    names = chain.from_iterable(table_fields.values())
    marked = [name for name in names if _has_marks_only([each.fields.get(name) for each in records])]
    if not marked:
        return list(records)
    return [each if each.problem else _fill(each, marked) for each in records]


def _has_marks_only(cells: Sequence[object]) -> bool:
    """Whether cells, which in JSON may be anything, are marks and blanks, and not all blank."""
    return any(cells) and all(each in _MARKS for each in cells)


def _fill(record: Record, marked: Iterable[str]) -> Record:
    filled = {name: record.fields.get(name) or "no" for name in marked}
    return replace(record, fields={**record.fields, **filled})
