"""Reads by how much a booking is to change in length, and which words beside that name the booking."""

import re
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from bot.language import find_lengths

_MORE = re.compile(
    r"\b(\d+|an?|one|two|three|ten|fifteen|twenty|thirty) (?:more|extra|further) (?=[a-z])", re.IGNORECASE
)
_LESS = re.compile(r"\b(?:less|fewer|earlier|sooner|shorter|shorten)\b", re.IGNORECASE)
_TOTAL_BEFORE = re.compile(r"\bto\s+(?:be\s+)?$", re.IGNORECASE)
_TOTAL_AFTER = re.compile(r"\s+(?:long|in total|overall)\b", re.IGNORECASE)
_BEFORE = re.compile(r"(?:\b(?:by|for|about)\s+)?(?:(?<!\S)(?P<minus>[-−]|less)\s*|\+\s*)?$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:\b(?:by|for|another)\s+|^|(?<=\s))(?P<minus>[-−]\s?|less\s)?\+?(?P<minutes>\d{1,3})"
    r"(?=\s*(?:more|longer|less|shorter|earlier|sooner)?\s*$)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till?|(?:so )?(?:that )?(?:it )?ends? at|to)\s+(?P<end>\S.*)$|(?:^|\s)-\s*(?P<to>\d\S*:.*)$",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(
    r"\b(?:more|longer|less|fewer|earlier|sooner|shorter|shorten|long|in total|overall)\b", re.IGNORECASE
)
_LOOSE_ENDS = re.compile(r"^(?:by|for|to|and|,|\s)+|(?:\b(?:by|for|to|and)|,|\s)+$", re.IGNORECASE)

_MAX_END_WORDS = 6


class LengthChange(Struct, frozen=True):
    """The words for a booking, and one of: a `change`, the `total` length, or the words for its new `end`.

    `is_guess`: it holds only if the words name a booking by its title or room.
    """

    booking: str
    change: timedelta | None = None
    total: timedelta | None = None
    end: str = ""
    is_guess: bool = False


def length_changes(text: str) -> Iterator[LengthChange]:
    """The ways to read a text, the likeliest first: `committee by 30 minutes`, `until 5pm`, `-15 min`."""
    text = _MORE.sub(r"\1 ", " ".join(text.split()))
    until = _UNTIL.search(text)
    if until is not None and not until.start():
        yield from _end(text, until)
    for found in reversed(find_lengths(text)):
        yield _by_length(text, found.start, found.end, found.length)
    for number in _NUMBER.finditer(text):
        minutes = int(number["minutes"])
        is_less = bool(number["minus"] or _LESS.search(text))
        change = timedelta(minutes=-minutes if is_less else minutes)
        yield LengthChange(_without(text, number.start(), number.end()), change)
    if until is not None and until.start():
        yield from _end(text, until)


def words_for_booking(text: str) -> str:
    """A text that says no length, without the words that only ask for more or less."""
    return _without(text, len(text), len(text))


def _end(text: str, until: re.Match[str]) -> Iterator[LengthChange]:
    end = until["end"] or until["to"]
    if not any(each.start == 0 for each in find_lengths(end)):
        words = end.split()
        for count in range(1, min(len(words), _MAX_END_WORDS)):
            yield LengthChange(" ".join(words[count:]), end=" ".join(words[:count]), is_guess=True)
        yield LengthChange(_without(text, until.start(), len(text)), end=end)


def _by_length(text: str, start: int, end: int, length: timedelta) -> LengthChange:
    if (total := _TOTAL_BEFORE.search(text, 0, start)) is not None or _TOTAL_AFTER.match(text, end):
        return LengthChange(_without(text, total.start() if total else start, end), total=length)
    before = _BEFORE.search(text, 0, start)
    first = before.start() if before is not None else start
    is_less = (before is not None and before["minus"]) or _LESS.search(text)
    return LengthChange(_without(text, first, end), -length if is_less else length)


def _without(text: str, start: int, end: int) -> str:
    """The text without a span, and without the words that say more or less."""
    rest = _LEFT_OVER.sub(" ", f"{text[:start]} {text[end:]}")
    return " ".join(_LOOSE_ENDS.sub(" ", " ".join(rest.split())).split())
