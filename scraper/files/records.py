"""Parses records of foreign files into values, and collects those rejected, with location and reason."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from msgspec import Struct

from scraper.common.text import is_visible
from scraper.files.numbers import parse_decimal, parse_whole_number

T = TypeVar("T")

MAX_ID_LENGTH = 64
MAX_TEXT_LENGTH = 200
MAX_REJECTED = 1_000
"""Rejections after which the rest of a file is not read."""
_TRUE_WORDS = frozenset(
    {
        *("true", "yes", "y", "1", "x", "on", "\u2713", "\u2714"),
        *("ja", "wahr", "oui", "vrai", "si", "s\u00ed", "verdadero", "vero"),
    }
)
_FALSE_WORDS = frozenset(
    {*("false", "no", "n", "0", "", "-", "\u2013", "off"), *("nein", "falsch", "non", "faux", "falso")}
)
_SPREADSHEET_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_LISTED = re.compile(r"(?:[^|\\\n]|\\.?)+")
_ESCAPED = re.compile(r"\\([|\\])")


class InvalidRecord(ValueError):
    """A record is invalid; the message has the reason. `field` is the field at fault, if it is one."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


class RejectedRecord(Struct, frozen=True):
    """A rejected record: `location` is a line, perhaps with a column, or a key."""

    location: str
    reason: str

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}" if self.location else self.reason


@dataclass(frozen=True, slots=True)
class ParsedFile(Generic[T]):
    """The values of a file, in its order. A file that cannot be parsed has one rejection and no values.

    `given` has the fields that the record of each value has: those it lacks say nothing. `records` are the
    records of the values. `remarks` are for the operator who imports the file.
    """

    values: tuple[T, ...]
    rejected: tuple[RejectedRecord, ...] = ()
    given: tuple[frozenset[str], ...] = field(default=(), compare=False)
    remarks: tuple[str, ...] = ()
    records: "tuple[Record, ...]" = field(default=(), compare=False)

    def with_rejected(self, rejected: tuple[RejectedRecord, ...]) -> "ParsedFile[T]":
        """Prepends rejected records."""
        return replace(self, rejected=rejected + self.rejected)

    def with_remarks(self, remarks: tuple[str, ...]) -> "ParsedFile[T]":
        return replace(self, remarks=self.remarks + remarks)

    def located(self, index: int, field_names: Iterable[str], reason: str) -> str:
        """A reason against a value that was read, with its place in the file."""
        record = self.records[index]
        return str(RejectedRecord(record.place_of(record.present(*field_names)), reason))


class Record(Struct, frozen=True):
    """One line or object of a file. Fields are found by any of their names; blank counts as absent.

    `problem` is the reason why there are no fields. `columns` are letters of a table's columns by field.
    """

    location: str
    fields: Mapping[str, object]
    problem: str = ""
    columns: Mapping[str, str] = {}

    def get(self, *names: str) -> object:
        for name in names:
            value = self.fields.get(name)
            if value is not None and value != "":
                if isinstance(value, str) and value in _SPREADSHEET_ERRORS:
                    raise InvalidRecord(
                        f"{names[0]} is the error {value} of a formula; correct it in the spreadsheet", name
                    )
                return value
        return None

    def present(self, *names: str) -> str:
        """The first of these names with a value, or without any, with a column."""
        for name in names:
            if self.fields.get(name) not in (None, ""):
                return name
        return next((name for name in names if name in self.fields), "")

    def place_of(self, name: str) -> str:
        """Line and column of a field."""
        column = self.columns.get(name)
        return f"{self.location}, column {column}" if column else self.location

    def identifier(self, *names: str) -> str:
        """Text that can be typed and displayed: not empty, not too long, without invisible characters."""
        value = self.get(*names)
        if value is None:
            raise self.invalid(f"{names[0]} is missing", names)
        return self._visible(names, value, MAX_ID_LENGTH)

    def text(self, *names: str, default: str = "") -> str:
        value = self.get(*names)
        if value is None or value == " ":
            return default
        return self._visible(names, value, MAX_TEXT_LENGTH)

    def texts(self, *names: str) -> tuple[str, ...]:
        """A list, or in a table one cell with `|` or a line break between the items.

        A `|` or backslash that belongs to an item has a backslash before it.
        """
        value = self.get(*names)
        if value is None:
            return ()
        items = split_list(value) if isinstance(value, str) else value
        if not isinstance(items, Sequence):
            raise self.invalid(f"{names[0]} must be a list", names)
        return tuple(self._visible(names, item, MAX_TEXT_LENGTH) for item in items if item != "")

    def words(self, *names: str) -> tuple[str, ...]:
        """A list of words, also with commas, semicolons or spaces between them."""
        value = self.get(*names)
        if not isinstance(value, str):
            return self.texts(*names)
        return tuple(
            self._visible(names, each, MAX_TEXT_LENGTH) for each in re.split(r"[|,;\s]+", value) if each
        )

    def count(self, *names: str, maximum: int) -> int:
        """A whole number, perhaps with a word as in `24 seats`; 0 when absent."""
        value = self.get(*names)
        number = parse_whole_number(0 if value is None else value)
        if number is None or number > maximum:
            raise self.invalid(
                f"{names[0]} must be a whole number from 0 to {maximum}, not {quote_value(value)}", names
            )
        return number

    def number(self, *names: str, limit: float) -> float:
        """Between `-limit` and `limit`; 0 when absent."""
        value = self.get(*names)
        if value is None:
            return 0.0
        number = parse_decimal(value)
        if number is None or not -limit <= number <= limit:
            raise self.invalid(
                f"{names[0]} must be a number from {-limit:g} to {limit:g}, not {quote_value(value)}", names
            )
        return number

    def flag(self, *names: str, default: bool) -> bool:
        value = self.get(*names)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        word = str(value).strip().lower()
        if word in _TRUE_WORDS | _FALSE_WORDS:
            return word in _TRUE_WORDS
        raise self.invalid(f"{names[0]} must be true or false, not {quote_value(value)}", names)

    def invalid(self, reason: str, names: Sequence[str]) -> InvalidRecord:
        """An error about a field, to raise."""
        return InvalidRecord(reason, self.present(*names))

    def _visible(self, names: Sequence[str], value: object, max_length: int) -> str:
        try:
            return require_visible_text(names[0], value, max_length)
        except InvalidRecord as error:
            raise self.invalid(str(error), names) from error


def field_name(heading: str) -> str:
    """A heading as fields are named: `Room ID`, `room-id:` and `Room ID (short)` are `room_id`."""
    words = re.sub(r"\s*\([^)]*\)\s*$", "", heading) or heading
    return "_".join(words.lower().replace("-", " ").rstrip(":* ").split())


def split_list(text: str) -> list[str]:
    """Items between `|` or line breaks; the inverse of how lists are exported."""
    return [_ESCAPED.sub(r"\1", item).strip() for item in _LISTED.findall(text)]


def require_visible_text(name: str, value: object, max_length: int) -> str:
    """Strips text. Raises `InvalidRecord` for control characters, direction marks and what is too long."""
    if not isinstance(value, str):
        raise InvalidRecord(f"{name} must be text, not {quote_value(value)}")
    text = value.strip()
    if not text:
        raise InvalidRecord(f"{name} is empty")
    if len(text) > max_length:
        raise InvalidRecord(f"{name} is longer than {max_length} characters: {quote_value(text)}")
    if not is_visible(text):
        raise InvalidRecord(f"{name} holds an invisible character: {quote_value(text)}")
    return text


def quote_value(value: object) -> str:
    """Quotes a value for a message: clipped, with invisible characters escaped."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def parse_records(records: Iterable[Record], build: Callable[[Record], T]) -> ParsedFile[T]:
    """Builds a value from each record; those for which `build` raises `InvalidRecord` are rejected."""
    values, read, rejected = [], [], []
    for record in records:
        try:
            values.append(_build(record, build))
            read.append(record)
        except InvalidRecord as error:
            rejected.append(RejectedRecord(record.place_of(error.field), str(error)))
            if len(rejected) >= MAX_REJECTED:
                rejected.append(
                    RejectedRecord(record.location, "too much was rejected; the rest was not read")
                )
                break
    return ParsedFile(tuple(values), tuple(rejected), records=tuple(read))


def _build(record: Record, build: Callable[[Record], T]) -> T:
    if record.problem:
        raise InvalidRecord(record.problem)
    return build(record)


def parse_unique_records(
    records: Iterable[Record], build: Callable[[Record], T], key: Callable[[T], Hashable]
) -> ParsedFile[T]:
    """Like `parse_records`, and rejects records with the key of an earlier one; with the fields given."""
    seen: dict[Hashable, str] = {}

    def build_unique(record: Record) -> T:
        value = build(record)
        if key(value) in seen:
            raise InvalidRecord(f"{key(value)} was there before, in {seen[key(value)]}; keep one of the two")
        seen[key(value)] = record.location
        return value

    parsed = parse_records(records, build_unique)
    return replace(parsed, given=tuple(frozenset(map(str.lower, each.fields)) for each in parsed.records))
