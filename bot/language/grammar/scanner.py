"""Every turn of speech about time in a text, in its order."""

from collections.abc import Sequence
from functools import cache

from bot.language.grammar.clocks import clock
from bot.language.grammar.dates import calendar_day
from bot.language.grammar.day_parts import occasion
from bot.language.grammar.durations import length
from bot.language.grammar.false_positives import skipped
from bot.language.grammar.relative import relative
from bot.language.lexicon.vocabulary import FILLERS, MONTHS, PART_WORDS, TENS, TIMELY, WEEKDAYS
from bot.language.lexicon.wordlist import wordset
from bot.language.model.budget import Budget
from bot.language.model.items import Bare, Item, Length, Link, Other, Piece
from bot.language.text.token_cursor import Line

_LINKS = {
    "at": Link.AT,
    "@": Link.AT,
    "from": Link.FROM,
    "starting": Link.FROM,
    "start": Link.FROM,
    "beginning": Link.FROM,
    "to": Link.TO,
    "through": Link.TO,
    "thru": Link.TO,
    "until": Link.UNTIL,
    "ending": Link.UNTIL,
    "finishing": Link.UNTIL,
    "between": Link.BETWEEN,
    "btw": Link.BETWEEN,
    "btwn": Link.BETWEEN,
    "and": Link.AND,
    "&": Link.AND,
    "after": Link.AFTER,
    "past": Link.AFTER,
    "before": Link.BEFORE,
    "by": Link.BEFORE,
    "for": Link.FOR,
    "or": Link.OR,
    "/": Link.OR,
    "in": Link.IN,
    "around": Link.AT,
    "about": Link.AT,
    "approx": Link.AT,
    "approximately": Link.AT,
    "roughly": Link.AT,
    "circa": Link.AT,
    "-": Link.DASH,
    "on": Link.ON,
}


_ALSO_SPELLABLE = wordset(
    """
    seats people students whiteboard whiteboards projector projectors printer printers printing
    wheelchair accessible computer computers theatre lecture tutorial auditorium studio library
    classroom seminar meeting capacity equipment society campus building coffee laboratory lunchtime
    today tomorrow tonight weekend fortnight minutes midnight midday quarter until between thirty
    """
)


@cache
def spellable() -> frozenset[str]:
    """The words that a slip may be put right to, whatever the names of the campus."""
    words = frozenset(WEEKDAYS) | frozenset(MONTHS) | frozenset(PART_WORDS) | TENS.keys() | _ALSO_SPELLABLE
    return frozenset(word for word in words if len(word) >= 5) - {"march", "april", "mornings"}


def pieces(line: Line, budget: Budget) -> list[Piece]:
    """The text from left to right; words without a meaning for time come as `Other`, fillers not at all."""
    found: list[Piece] = []
    index = 0
    while index < len(line):
        budget.spend()
        after = _step(line, index, found)
        index = max(after, index + 1)
    return found


def _step(line: Line, index: int, found: list[Piece]) -> int:
    word = line.word(index)
    if not word:
        return index + 1
    trapped = skipped(line, index)
    if trapped > index:
        found.append(Piece(Other(word), index, trapped))
        return trapped
    said = _said(line, index) if word in TIMELY or word.isdecimal() else None
    if said is not None:
        items, after = said
        found.extend(Piece(item, index, after) for item in items)
        return after
    if word in _LINKS:
        found.append(Piece(_LINKS[word], index, index + 1))
    elif word not in FILLERS and word[0].isalnum():
        found.append(Piece(Other(word), index, index + 1))
    return index + 1


def _said(line: Line, index: int) -> tuple[Sequence[Item], int] | None:
    told = occasion(line, index) if line.number(index) is None else None
    if told is not None:
        return told
    dated = calendar_day(line, index)
    if dated is not None and not _is_shorter(line, index, dated[1]):
        return (dated[0],), dated[1]
    told = relative(line, index)
    if told is not None:
        return told
    long = length(line, index)
    if long is not None and not _is_clock_first(line, index, long):
        return (long[0],), long[1]
    if line.word(index) in {"in", "a", "the", "for"}:
        return None
    face = clock(line, index)
    return ((face[0],), face[1]) if face is not None else None


def _is_shorter(line: Line, index: int, after: int) -> bool:
    """Whether a length says more than the date found (`1/2 hour`)."""
    long = length(line, index)
    return long is not None and long[1] > after


def _is_clock_first(line: Line, index: int, long: tuple[Length, int]) -> bool:
    """Whether `14h` is a time of day rather than fourteen hours."""
    face = clock(line, index)
    return face is not None and not isinstance(face[0], Bare) and face[1] >= long[1]
