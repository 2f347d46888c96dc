"""Parses records of foreign files into values, and collects those rejected, with location and reason."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from scraper.common.text import is_visible

T = TypeVar("T")

MAX_ID_LENGTH = 64
MAX_TEXT_LENGTH = 200
_TRUE_WORDS = frozenset({"true", "yes", "y", "1"})
_FALSE_WORDS = frozenset({"false", "no", "n", "0", ""})
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


class InvalidRecord(ValueError):
    """A record is invalid; the message has the reason."""


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A rejected record: `location` is a line or a key."""

    location: str
    reason: str

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}" if self.location else self.reason


@dataclass(frozen=True, slots=True)
class ParsedFile(Generic[T]):
    """The values of a file, in its order. A file that cannot be parsed has one rejection and no values.

    `given` has the fields that the record of each value has: those it lacks say nothing. `remarks` are for
    the operator who imports the file.
    """

    values: tuple[T, ...]
    rejected: tuple[RejectedRecord, ...] = ()
    given: tuple[frozenset[str], ...] = field(default=(), compare=False)
    remarks: tuple[str, ...] = ()

    def with_rejected(self, rejected: tuple[RejectedRecord, ...]) -> "ParsedFile[T]":
        """Prepends rejected records."""
        return replace(self, rejected=rejected + self.rejected)

    def with_remarks(self, remarks: tuple[str, ...]) -> "ParsedFile[T]":
        return replace(self, remarks=self.remarks + remarks)


@dataclass(frozen=True, slots=True)
class Record:
    """One line or object of a file. Fields are found by any of their names; blank counts as absent.

    `problem` is the reason why there are no fields.
    """

    location: str
    fields: Mapping[str, object]
    problem: str = ""

    def get(self, *names: str) -> object:
        for name in names:
            value = self.fields.get(name)
            if value is not None and value != "":
                return value
        return None

    def identifier(self, *names: str) -> str:
        """Text that can be typed and displayed: not empty, not too long, without invisible characters."""
        value = self.get(*names)
        if value is None:
            raise InvalidRecord(f"{names[0]} is missing")
        return require_visible_text(names[0], value, MAX_ID_LENGTH)

    def text(self, *names: str, default: str = "") -> str:
        value = self.get(*names)
        if value is None or value == " ":
            return default
        return require_visible_text(names[0], value, MAX_TEXT_LENGTH)

    def texts(self, *names: str) -> tuple[str, ...]:
        """A list, or in CSV one field with `|` between the items."""
        value = self.get(*names)
        if value is None:
            return ()
        items = value.split("|") if isinstance(value, str) else value
        if not isinstance(items, Sequence):
            raise InvalidRecord(f"{names[0]} must be a list")
        return tuple(require_visible_text(names[0], item, MAX_TEXT_LENGTH) for item in items if item != "")

    def count(self, *names: str, maximum: int) -> int:
        value = self.get(*names)
        number = _parse_whole_number(0 if value is None else value)
        if number is None or number > maximum:
            raise InvalidRecord(
                f"{names[0]} must be a whole number from 0 to {maximum}, not {quote_value(value)}"
            )
        return number

    def number(self, *names: str, limit: float) -> float:
        """Between `-limit` and `limit`; 0 when absent."""
        value = self.get(*names)
        if value is None:
            return 0.0
        number = _parse_decimal(value)
        if number is None or not -limit <= number <= limit:
            raise InvalidRecord(
                f"{names[0]} must be a number from {-limit:g} to {limit:g}, not {quote_value(value)}"
            )
        return number

    def flag(self, *names: str, default: bool) -> bool:
        value = self.get(*names)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        word = str(value).strip().lower()
        if word in _TRUE_WORDS | _FALSE_WORDS:
            return word in _TRUE_WORDS
        raise InvalidRecord(f"{names[0]} must be true or false, not {quote_value(value)}")


def field_name(heading: str) -> str:
    """A heading as fields are named: `Room ID` is `room_id`."""
    return "_".join(heading.lower().replace("-", " ").split())


def require_visible_text(name: str, value: object, max_length: int) -> str:
    """Strips text. Raises `InvalidRecord` for control characters, direction marks and what is too long."""
    if not isinstance(value, str):
        raise InvalidRecord(f"{name} must be text, not {quote_value(value)}")
    text = value.strip()
    if not text:
        raise InvalidRecord(f"{name} is empty")
    if len(text) > max_length:
        raise InvalidRecord(f"{name} is longer than {max_length} characters")
    if not is_visible(text):
        raise InvalidRecord(f"{name} holds an invisible character: {quote_value(text)}")
    return text


def quote_value(value: object) -> str:
    """Quotes a value for a message: clipped, with invisible characters escaped."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def parse_records(records: Iterable[Record], build: Callable[[Record], T]) -> ParsedFile[T]:
    """Builds a value from each record; those for which `build` raises `InvalidRecord` are rejected."""
    values, given, rejected = [], [], []
    for record in records:
        try:
            values.append(_build_value(record, build))
            given.append(frozenset(map(str.lower, record.fields)))
        except InvalidRecord as error:
            rejected.append(RejectedRecord(record.location, str(error)))
    return ParsedFile(tuple(values), tuple(rejected), tuple(given))


def parse_unique_records(
    records: Iterable[Record], build: Callable[[Record], T], key: Callable[[T], Hashable]
) -> ParsedFile[T]:
    """Like `parse_records`, and rejects records with the key of an earlier one."""
    seen: set[Hashable] = set()

    def build_unique(record: Record) -> T:
        value = build(record)
        if key(value) in seen:
            raise InvalidRecord(f"{key(value)} was there before")
        seen.add(key(value))
        return value

    return parse_records(records, build_unique)


def _build_value(record: Record, build: Callable[[Record], T]) -> T:
    if record.problem:
        raise InvalidRecord(record.problem)
    return build(record)


def _parse_whole_number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value.strip()):
        return int(value)
    return None


def _parse_decimal(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
