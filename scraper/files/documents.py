"""Opens files as documents: JSON, CSV or `.xlsx`, with the kind of what they hold and their records."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from msgspec import Struct

from scraper.files.fields import CLOSURE_FIELDS
from scraper.files.formats import (
    WORKBOOK_START,
    JsonDocument,
    UnreadableFile,
    check_size,
    decode_with_remarks,
    looks_like_json,
    parse_json,
)
from scraper.files.kind import FileKind, describe_headings, is_heading, kind_of_headings, kind_of_json
from scraper.files.records import ParsedFile, Record, RejectedRecord, quote_value
from scraper.files.sheets import Progress, Sheet, read_csv
from scraper.files.tables import FileTable, find_table
from scraper.files.workbooks import read_workbook

T = TypeVar("T")


class Document(Struct, frozen=True):
    """A table, or JSON."""

    kind: FileKind
    content: FileTable | JsonDocument

    @property
    def fields(self) -> frozenset[str]:
        """The fields of a table."""
        return frozenset(self.content.fields) if isinstance(self.content, FileTable) else frozenset()

    def records(self, name: str) -> Iterator[Record]:
        """A table's records, or those under the top-level key `name` of JSON; `UnreadableFile`."""
        if isinstance(self.content, FileTable):
            return self.content.records()
        root = self.content.root
        return _to_records(root[name] if isinstance(root, Mapping) and name in root else root, name)

    def complete(self, parsed: ParsedFile[T]) -> ParsedFile[T]:
        """What was parsed, with the remarks on a table and the duplicate keys of JSON."""
        if isinstance(self.content, FileTable):
            return parsed.with_remarks(self.content.remarks)
        return parsed.with_rejected(self.content.duplicate_keys)


def open_document(content: bytes, sheet: str = "", progress: Progress = lambda _done: None) -> Document:
    """Raises `UnreadableFile` when it is nothing of a known kind. `sheet` names one of a workbook."""
    check_size(content)
    if content.startswith(WORKBOOK_START):
        return _open_table(read_workbook(content, sheet, progress))
    text, remarks = decode_with_remarks(content)
    if sheet:
        raise UnreadableFile(f"only an .xlsx workbook has sheets such as {sheet!r}; leave out --sheet")
    return open_text(text, remarks, progress)


def open_closures(content: bytes) -> Document:
    """Opens a table of closures, which needs no more than a column for the start."""
    check_size(content)
    if content.startswith(WORKBOOK_START):
        sheet = read_workbook(content)
    else:
        text, remarks = decode_with_remarks(content)
        if looks_like_json(text):
            return Document(FileKind.CLOSURES, parse_json(text))
        sheet = Sheet(read_csv(text).rows, "", remarks)
    return Document(FileKind.CLOSURES, find_table(sheet, _has_start))


def _has_start(names: frozenset[str]) -> bool:
    return not names.isdisjoint(CLOSURE_FIELDS["start"])


def open_text(text: str, remarks: tuple[str, ...] = (), progress: Progress = lambda _done: None) -> Document:
    if looks_like_json(text):
        document = parse_json(text)
        return Document(kind_of_json(document.root), document)
    sheet = read_csv(text, progress)
    return _open_table(Sheet(sheet.rows, sheet.name, remarks))


def _open_table(sheet: Sheet) -> Document:
    table = find_table(sheet, is_heading)
    kind = kind_of_headings(frozenset(table.fields))
    if kind is None:
        raise UnreadableFile(describe_headings(frozenset(table.fields)))
    return Document(kind, table)


def document_of(text: str, kind: FileKind, parse: Callable[[Document], ParsedFile[T]]) -> ParsedFile[T]:
    """Parses text as a kind that is known; a file that cannot be read is one rejection."""
    try:
        if looks_like_json(text):
            return parse(Document(kind, parse_json(text)))
        return parse(Document(kind, find_table(read_csv(text), is_heading)))
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))


def _to_records(members: object, name: str) -> Iterator[Record]:
    if isinstance(members, Mapping):
        return (_to_keyed_record(name, str(key), value) for key, value in members.items())
    if isinstance(members, list):
        return (_to_record(f"{name}[{index}]", value) for index, value in enumerate(members))
    raise UnreadableFile(f"{name} must be a list or an object")


def _to_keyed_record(name: str, key: str, value: object) -> Record:
    record = _to_record(f"{name}.{quote_value(key)[1:-1]}", value)
    inner = record.fields.get("id") or record.fields.get("room_id")
    if inner is not None and inner != key:
        return Record(record.location, {}, f"the key says {quote_value(key)}, the id {quote_value(inner)}")
    return Record(record.location, {"id": key, **record.fields}, record.problem)


def _to_record(where: str, value: object) -> Record:
    if isinstance(value, Mapping):
        return Record(where, value)
    return Record(where, {}, f"must be an object, not {quote_value(value)}")
