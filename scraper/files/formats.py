"""Parses JSON, and text as spreadsheets and editors save it."""

import json

from msgspec import Struct

from scraper.files.records import RejectedRecord, quote_value

MAX_FILE_BYTES = 200_000_000
"""Of an imported file. Half a million timetable entries are 40 MB."""
BOM = "\ufeff"
WORKBOOK_START = b"PK\x03\x04"
_WORKBOOK_PART = b"[Content_Types].xml"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_FORMATS = {
    b"\xd0\xcf\x11\xe0": "an old or protected Excel workbook:"
    " save it as .xlsx without a password, or save the sheet as CSV UTF-8",
    b"%PDF": "a PDF document: Roomie reads CSV, .xlsx and JSON",
    b"BEGIN:VCALENDAR": 'a calendar: name its address as a [[source]] of kind "icalendar" in config.toml,'
    " or for holidays write: roomie closure import FILE",
}


class UnreadableFile(ValueError):
    """The whole file cannot be parsed; the message has the reason and, where known, the line."""


class JsonDocument(Struct, frozen=True):
    """A JSON document, and the keys that occur twice in one of its objects (the first one counts)."""

    root: object
    duplicate_keys: tuple[RejectedRecord, ...] = ()


def decode(content: bytes) -> str:
    """Decodes UTF-8, UTF-16, or Windows-1252 where nothing in it is UTF-8."""
    return decode_with_remarks(content)[0]


def decode_with_remarks(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, and a remark where the encoding was guessed."""
    check_size(content)
    for start, kind in _OTHER_FORMATS.items():
        if content.startswith(start):
            raise UnreadableFile(f"this is {kind}")
    if content.startswith(WORKBOOK_START):
        raise UnreadableFile(
            "this is an Excel workbook or another archive: save the sheet as CSV UTF-8 and use that"
        )
    if _WORKBOOK_PART in content:
        raise UnreadableFile(
            "this was an Excel workbook, but the file is damaged;"
            " open it in Excel, save it again and import that"
        )
    if encoding := _utf16(content):
        return _decode_utf16(content, encoding), ()
    remarks: tuple[str, ...] = ()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _decode_windows(content, error)
        remarks = ("it was read as Windows-1252; if letters look wrong, save it as CSV UTF-8",)
    if "\0" in text:
        raise UnreadableFile(
            f"line {_line(text, text.index(chr(0)))} holds a NUL character; save the file as CSV UTF-8 again"
        )
    return text, remarks


def looks_like_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def check_size(content: bytes) -> None:
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFile(f"the file is larger than {MAX_FILE_BYTES // 1_000_000} MB; import it in parts")


def _utf16(content: bytes) -> str:
    """The name of the UTF-16 that a text is in, with a mark or without (Latin letters have a zero byte)."""
    if content[:2] in _UTF16_MARKS:
        return "utf-16"
    start = content[:200]
    if len(start) >= 4 and len(content) % 2 == 0:
        for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            zeros, others = start[offset::2].count(0), start[1 - offset :: 2].count(0)
            if zeros > len(start) // 3 and not others:
                return encoding
    return ""


def _decode_utf16(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        text = content[: error.start].decode(encoding, "ignore")
        raise UnreadableFile(f"line {_line(text, len(text))} is not UTF-16 text") from error
    if "\0" in text:
        raise UnreadableFile(
            f"line {_line(text, text.index(chr(0)))} holds a NUL character; save it as CSV UTF-8 again"
        )
    return text


def _decode_windows(content: bytes, error: UnicodeDecodeError) -> str:
    """Windows-1252. A file that is UTF-8 elsewhere is damaged, and so is JSON, which is always UTF-8."""
    is_damaged = not content.decode("utf-8", "ignore").isascii()
    if not is_damaged and content.lstrip()[:1] not in {b"{", b"["}:
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError:
            pass
    line = content.count(b"\n", 0, error.start) + 1
    raise UnreadableFile(f"line {line} is not UTF-8 text; save the file as CSV UTF-8 again") from error


def _line(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1


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
            text.removeprefix(BOM), object_pairs_hook=drop_duplicates, parse_constant=_reject_constant
        )
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"line {error.lineno} is not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"this is not JSON we read: {error}") from error
    return JsonDocument(root, tuple(duplicates))


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
