"""Scans tokens from left to right into items of the time grammar."""

from collections.abc import Sequence
from functools import cache

from bot.language.grammar.clocks import parse_clock_time
from bot.language.grammar.dates import parse_calendar_day
from bot.language.grammar.day_parts import parse_day_part
from bot.language.grammar.day_ranges import parse_day_range
from bot.language.grammar.durations import parse_duration
from bot.language.grammar.false_positives import skip_false_positive
from bot.language.grammar.iso_dates import is_interval_sign
from bot.language.grammar.relative import parse_relative_day
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_PART_WORDS,
    FILLER_WORDS,
    MONTH_NUMBERS,
    TENS_WORDS,
    TIME_FIRST_WORDS,
    WEEKDAY_NUMBERS,
)
from bot.language.model.budget import Budget
from bot.language.model.items import BareNumber, Connective, DurationItem, Item, PlacedItem, UnknownWord
from bot.language.text.token_cursor import TokenCursor

_CONNECTIVES = {
    "at": Connective.AT,
    "@": Connective.AT,
    "from": Connective.FROM,
    "starting": Connective.FROM,
    "start": Connective.FROM,
    "beginning": Connective.FROM,
    "to": Connective.TO,
    "through": Connective.TO,
    "thru": Connective.TO,
    "until": Connective.UNTIL,
    "ending": Connective.UNTIL,
    "finishing": Connective.UNTIL,
    "between": Connective.BETWEEN,
    "btw": Connective.BETWEEN,
    "btwn": Connective.BETWEEN,
    "and": Connective.AND,
    "&": Connective.AND,
    "after": Connective.AFTER,
    "past": Connective.AFTER,
    "before": Connective.BEFORE,
    "by": Connective.BEFORE,
    "for": Connective.FOR,
    "or": Connective.OR,
    "/": Connective.OR,
    "in": Connective.IN,
    "around": Connective.AT,
    "about": Connective.AT,
    "approx": Connective.AT,
    "approximately": Connective.AT,
    "roughly": Connective.AT,
    "circa": Connective.AT,
    "-": Connective.DASH,
    "on": Connective.ON,
}


_EXTRA_CORRECTABLE_WORDS = word_set(
    """
    seats people students whiteboard whiteboards projector projectors printer printers printing
    wheelchair accessible computer computers theatre lecture tutorial auditorium studio library
    classroom seminar meeting capacity equipment society campus building coffee laboratory lunchtime
    today tomorrow tonight weekend fortnight minutes midnight midday quarter until between thirty
    """
)


@cache
def correctable_time_words() -> frozenset[str]:
    """The words that a misspelt one may be corrected to, whatever the names of the campus."""
    words = (
        frozenset(WEEKDAY_NUMBERS)
        | frozenset(MONTH_NUMBERS)
        | frozenset(DAY_PART_WORDS)
        | TENS_WORDS.keys()
        | _EXTRA_CORRECTABLE_WORDS
    )
    return frozenset(word for word in words if len(word) >= 5) - {"march", "april", "mornings"}


def scan(cursor: TokenCursor, budget: Budget) -> list[PlacedItem]:
    """Scans the text into items. Words that mean no time become `UnknownWord`; fillers are skipped."""
    found: list[PlacedItem] = []
    index = 0
    while index < len(cursor):
        budget.spend()
        after = _scan_step(cursor, index, found)
        index = max(after, index + 1)
    return found


def _scan_step(cursor: TokenCursor, index: int, found: list[PlacedItem]) -> int:
    word = cursor.word(index)
    if not word:
        return index + 1
    skipped_to = skip_false_positive(cursor, index)
    if skipped_to > index:
        found.append(PlacedItem(UnknownWord(word, is_label=True), index, skipped_to))
        return skipped_to
    match = _parse_items(cursor, index) if word in TIME_FIRST_WORDS or word.isdecimal() else None
    if match is not None:
        items, after = match
        found.extend(PlacedItem(item, index, after) for item in items)
        return after
    if is_interval_sign(cursor, index):
        found.append(PlacedItem(Connective.TO, index, index + 1))
    elif word in _CONNECTIVES:
        found.append(PlacedItem(_CONNECTIVES[word], index, index + 1))
    elif word not in FILLER_WORDS and word[0].isalnum():
        found.append(PlacedItem(UnknownWord(word), index, index + 1))
    return index + 1


def _parse_items(cursor: TokenCursor, index: int) -> tuple[Sequence[Item], int] | None:
    match = parse_day_range(cursor, index)
    if match is None and cursor.number(index) is None:
        match = parse_day_part(cursor, index)
    if match is not None:
        return match
    date_match = parse_calendar_day(cursor, index)
    if date_match is not None and not _is_shorter_than_duration(cursor, index, date_match[1]):
        return (date_match[0],), date_match[1]
    match = parse_relative_day(cursor, index)
    if match is not None:
        return match
    duration_match = parse_duration(cursor, index)
    if duration_match is not None and not _is_clock_time(cursor, index, duration_match):
        return (duration_match[0],), duration_match[1]
    if cursor.word(index) in {"in", "a", "the", "for"}:
        return None
    clock_match = parse_clock_time(cursor, index)
    return ((clock_match[0],), clock_match[1]) if clock_match is not None else None


def _is_shorter_than_duration(cursor: TokenCursor, index: int, end_index: int) -> bool:
    """Whether a duration spans more tokens than the date (`1/2 hour`)."""
    duration_match = parse_duration(cursor, index)
    return duration_match is not None and duration_match[1] > end_index


def _is_clock_time(cursor: TokenCursor, index: int, duration: tuple[DurationItem, int]) -> bool:
    """Whether `14h` is a time of day rather than fourteen hours."""
    clock_match = parse_clock_time(cursor, index)
    return (
        clock_match is not None
        and not isinstance(clock_match[0], BareNumber)
        and clock_match[1] >= duration[1]
    )
