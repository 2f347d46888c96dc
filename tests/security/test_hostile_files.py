"""Hostile files: what would fill the memory or the time of an import is refused in a sentence, at once."""

import io
import tracemalloc
import zipfile

import pytest

from scraper.files import sheets, workbooks
from scraper.files.documents import open_document
from scraper.files.formats import UnreadableFile
from scraper.files.sheets import MAX_CELL_LENGTH, MAX_COLUMNS
from tests.scraper.workbooks import part_of, rewrite, workbook_of

SHEET = "xl/worksheets/sheet1.xml"
ROOMS = workbook_of(["id", "capacity"], ["A-1", 9])
LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>"""


def refusal_of(content: bytes) -> str:
    """The sentence; the memory on the way stays below 200 MB, whatever the file."""
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile) as refusal:
            open_document(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200_000_000
    return str(refusal.value)


def test_an_archive_that_unpacks_to_gigabytes_is_refused():
    bomb = rewrite(ROOMS, {SHEET: b"<worksheet>" + b" " * 40_000_000})

    assert "unpacks to" in refusal_of(bomb)
    assert len(bomb) < 100_000


def test_many_small_parts_that_are_much_together_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(2_001):
            archive.writestr(f"xl/part{number}.xml", "")

    assert "more than 2,000 parts" in refusal_of(out.getvalue())


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_expand_are_refused(part: str, encoding: str):
    laughs = LAUGHS.decode().replace('version="1.0"', f'version="1.0" encoding="{encoding}"').encode(encoding)

    assert "declares XML entities" in refusal_of(rewrite(ROOMS, {part: laughs}))


def test_a_declaration_across_two_chunks_is_seen():
    padded = b"<worksheet>" + bytes(range(1, 60)) * 18_000
    at = (1 << 20) - 4
    sheet = padded[:at] + b"<!DOCTYPE x>" + padded[at:]

    assert "declares XML entities" in refusal_of(rewrite(ROOMS, {SHEET: sheet}))


def test_a_line_of_a_million_columns_is_refused():
    content = b"id," + b",".join([b"x"] * 1_000_000)

    assert refusal_of(content) == f"line 1 has 1,000,001 columns; at most {MAX_COLUMNS} are read"


def test_blank_columns_that_spreadsheets_add_are_no_columns():
    assert open_document(b"id,name" + b"," * 16_382 + b"\nA-1,One" + b"," * 16_382).kind == "rooms"


def test_a_workbook_with_too_many_columns_is_refused():
    content = workbook_of([f"column {number}" for number in range(MAX_COLUMNS + 1)])

    assert f"at most {MAX_COLUMNS} are read" in refusal_of(content)


def test_a_cell_far_away_does_not_cost_the_cells_between():
    sheet = part_of(ROOMS, SHEET).replace(
        b"</sheetData>",
        b'<row r="100000"><c r="XFD100000" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
    )

    assert f"row 100000 has 16,384 columns; at most {MAX_COLUMNS} are read" in refusal_of(
        rewrite(ROOMS, {SHEET: sheet})
    )


def test_a_row_far_away_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbooks, "_MAX_SHEET_ROWS", 100_000)
    sheet = part_of(ROOMS, SHEET).replace(b'<row r="2"', b'<row r="99999999999"')

    assert "more than 1,000,000 rows" in refusal_of(rewrite(ROOMS, {SHEET: sheet}))


@pytest.mark.parametrize("reference", [b"AAAAAA1", b"1A", b"-"])
def test_a_cell_in_no_place_is_refused(reference: bytes):
    sheet = part_of(ROOMS, SHEET).replace(b'r="A2"', b'r="%s"' % reference)

    assert "save the sheet as CSV UTF-8" in refusal_of(rewrite(ROOMS, {SHEET: sheet}))


@pytest.mark.parametrize("content", [b"id,name\nA-1,On\0e\n", "id,name\nA-1,On\0e\n".encode("utf-16")])
def test_a_null_character_is_refused_by_its_line(content: bytes):
    assert "line 2 holds a NUL character" in refusal_of(content)


def test_a_cell_that_is_a_book_is_refused():
    content = b"id,name\nA-1," + b"x" * (MAX_CELL_LENGTH + 1)

    assert "line 2 has a cell of 32,768 characters" in refusal_of(content)


def test_a_quotation_mark_that_is_never_closed_is_refused():
    content = b'id,name\nA-1,"' + b"x\n" * 200_000

    assert "is a quotation mark missing?" in refusal_of(content)


def test_a_file_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "MAX_ROWS", 50_000)

    assert "more than 50,000 rows" in refusal_of(b"id\n" + b"A\n" * 50_001)


@pytest.mark.parametrize("size", [4, 100, 1_000])
def test_a_workbook_that_was_cut_off_is_refused(size: int):
    assert "save the sheet as CSV UTF-8" in refusal_of(ROOMS[:size])


def test_another_archive_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")

    assert "no Excel workbook" in refusal_of(out.getvalue())


def test_an_opendocument_file_is_refused_with_advice():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    assert "save it as .xlsx" in refusal_of(out.getvalue())
