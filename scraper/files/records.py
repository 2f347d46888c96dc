"""Values read from somebody else's file, and what was refused on the way, with where and why."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from scraper.common.text import is_visible

T = TypeVar("T")

LONGEST_ID = 64
LONGEST_TEXT = 200
_TRUE = frozenset({"true", "yes", "y", "1"})
_FALSE = frozenset({"false", "no", "n", "0", ""})
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


class Refused(ValueError):
    """One record is not as it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not taken over: `where` is a line or a key."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}" if self.where else self.reason


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a file said, in its order. A file that cannot be read at all is one refusal and no values."""

    values: tuple[T, ...]
    refusals: tuple[Refusal, ...] = ()

    def refusing(self, refusals: tuple[Refusal, ...]) -> "Reading[T]":
        """The same with these refusals in front."""
        return Reading(self.values, refusals + self.refusals)


@dataclass(frozen=True, slots=True)
class Record:
    """One line or object of a file. Fields are found by any of their names; blank counts as absent.

    `broken` says why there are no fields to speak of.
    """

    where: str
    fields: Mapping[str, object]
    broken: str = ""

    def get(self, *names: str) -> object:
        for name in names:
            value = self.fields.get(name)
            if value is not None and value != "":
                return value
        return None

    def identifier(self, *names: str) -> str:
        """Text that can be typed and shown in one line: neither empty nor long nor invisible in part."""
        value = self.get(*names)
        if value is None:
            raise Refused(f"{names[0]} is missing")
        return visible(names[0], value, LONGEST_ID)

    def text(self, *names: str, default: str = "") -> str:
        value = self.get(*names)
        if value is None or value == " ":
            return default
        return visible(names[0], value, LONGEST_TEXT)

    def texts(self, *names: str) -> tuple[str, ...]:
        """A list, or in CSV one field with `|` between the items."""
        value = self.get(*names)
        if value is None:
            return ()
        items = value.split("|") if isinstance(value, str) else value
        if not isinstance(items, Sequence):
            raise Refused(f"{names[0]} must be a list")
        return tuple(visible(names[0], item, LONGEST_TEXT) for item in items if item != "")

    def count(self, *names: str, most: int) -> int:
        value = self.get(*names)
        number = _whole(0 if value is None else value)
        if number is None or number > most:
            raise Refused(f"{names[0]} must be a whole number from 0 to {most}, not {shown(value)}")
        return number

    def number(self, *names: str, limit: float) -> float:
        """Between `-limit` and `limit`; 0 when absent."""
        value = self.get(*names)
        if value is None:
            return 0.0
        number = _decimal(value)
        if number is None or not -limit <= number <= limit:
            raise Refused(f"{names[0]} must be a number from {-limit:g} to {limit:g}, not {shown(value)}")
        return number

    def flag(self, *names: str, default: bool) -> bool:
        value = self.get(*names)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        word = str(value).strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise Refused(f"{names[0]} must be true or false, not {shown(value)}")


def visible(name: str, value: object, longest: int) -> str:
    """`value` as trimmed text. Refuses control characters, direction marks and what is too long."""
    if not isinstance(value, str):
        raise Refused(f"{name} must be text, not {shown(value)}")
    text = value.strip()
    if not text:
        raise Refused(f"{name} is empty")
    if len(text) > longest:
        raise Refused(f"{name} is longer than {longest} characters")
    if not is_visible(text):
        raise Refused(f"{name} holds an invisible character: {shown(text)}")
    return text


def shown(value: object) -> str:
    """A value for a message: short, with the invisible escaped."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def read_each(records: Iterable[Record], make: Callable[[Record], T]) -> Reading[T]:
    """A value for each record that `make` does not refuse."""
    values, refusals = [], []
    for record in records:
        try:
            values.append(_made(record, make))
        except Refused as refusal:
            refusals.append(Refusal(record.where, str(refusal)))
    return Reading(tuple(values), tuple(refusals))


def read_unique(
    records: Iterable[Record], make: Callable[[Record], T], key: Callable[[T], Hashable]
) -> Reading[T]:
    """The same, refusing a record whose key was there before."""
    seen: set[Hashable] = set()

    def make_once(record: Record) -> T:
        value = make(record)
        if key(value) in seen:
            raise Refused(f"{key(value)} was there before")
        seen.add(key(value))
        return value

    return read_each(records, make_once)


def _made(record: Record, make: Callable[[Record], T]) -> T:
    if record.broken:
        raise Refused(record.broken)
    return make(record)


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value.strip()):
        return int(value)
    return None


def _decimal(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
