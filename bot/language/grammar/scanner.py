"""Scans tokens from left to right into items of the time grammar."""

from collections.abc import Sequence
from functools import cache

from bot.language.grammar.bounds import BOUND_FIRST_WORDS, parse_bound
from bot.language.grammar.clocks import CLOCK_FIRST_WORDS, parse_clock_time
from bot.language.grammar.dates import DATE_FIRST_WORDS, parse_calendar_day
from bot.language.grammar.day_parts import DAY_PART_RULES, NOW_RULES
from bot.language.grammar.day_ranges import DAY_RANGE_RULES
from bot.language.grammar.durations import DURATION_FIRST_WORDS, parse_duration
from bot.language.grammar.false_positives import skip_false_positive
from bot.language.grammar.iso_dates import is_interval_sign
from bot.language.grammar.opening_times import OPENING_TIME_RULES
from bot.language.grammar.recurrences import RECURRENCE_RULES, parse_occurrence_count, parse_once_a_week
from bot.language.grammar.relative import RELATIVE_DAY_RULES
from bot.language.grammar.rules import DIGITS, RuleTable, single
from bot.language.grammar.timestamps import is_timestamp, parse_timestamp
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_PART_WORDS,
    FILLER_WORDS,
    MONTH_NUMBERS,
    TENS_WORDS,
    WEEKDAY_NUMBERS,
)
from bot.language.model.budget import Budget
from bot.language.model.items import (
    BareNumber,
    Connective,
    DurationItem,
    Item,
    ItemMatch,
    ItemsMatch,
    PlacedItem,
    RecurrenceItem,
    UnknownWord,
)
from bot.language.text.token_cursor import TokenCursor

_CONNECTIVES = {
    "at": Connective.AT,
    "@": Connective.AT,
    "from": Connective.FROM,
    "to": Connective.TO,
    "through": Connective.TO,
    "thru": Connective.TO,
    "until": Connective.UNTIL,
    "between": Connective.BETWEEN,
    "btw": Connective.BETWEEN,
    "btwn": Connective.BETWEEN,
    "and": Connective.AND,
    "&": Connective.AND,
    "after": Connective.AFTER,
    "past": Connective.AFTER,
    "before": Connective.BEFORE,
    "by": Connective.BY,
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
    scanner = _Scanner(cursor)
    index = 0
    while index < len(cursor):
        budget.spend()
        index = max(scanner.step(index), index + 1)
    return scanner.found


class _Scanner:
    """Scans one text; a count of times means something only once a recurrence was found."""

    def __init__(self, cursor: TokenCursor) -> None:
        self.cursor = cursor
        self.found: list[PlacedItem] = []
        self.has_recurrence = False

    def step(self, index: int) -> int:
        """Adds what starts here; the position after it."""
        word = self.cursor.word(index)
        if not word:
            return index + 1
        match = self._parse_before_counts(word, index)
        if match is not None:
            return self._add(index, *match)
        skipped_to = skip_false_positive(self.cursor, index)
        if skipped_to > index:
            return self._add(index, (UnknownWord(word, is_label=True),), skipped_to)
        match = _EXPRESSIONS.parse(self.cursor, index)
        if match is not None:
            return self._add(index, *match)
        return self._add(index, self._word_items(word, index), index + 1)

    def _word_items(self, word: str, index: int) -> Sequence[Item]:
        """What a word that begins no expression is: a connective, an unknown word, or nothing."""
        if is_interval_sign(self.cursor, index):
            return (Connective.TO,)
        if word in _CONNECTIVES:
            return self._connectives(word)
        return (UnknownWord(word),) if word not in FILLER_WORDS and word[0].isalnum() else ()

    def _parse_before_counts(self, word: str, index: int) -> ItemsMatch | None:
        """What would else be taken for a count of things: a timestamp, `once a week`, `x 10`."""
        if word[0] == "<" and is_timestamp(word):
            return (parse_timestamp(word),), index + 1
        recurrence = parse_once_a_week(self.cursor, index) if word == "once" else None
        if recurrence is not None:
            return recurrence
        count = parse_occurrence_count(self.cursor, index) if self.has_recurrence else None
        return ((count[0],), count[1]) if count is not None else None

    def _add(self, index: int, items: Sequence[Item], end_index: int) -> int:
        for item in items:
            self.found.append(PlacedItem(item, index, end_index))
            self.has_recurrence = self.has_recurrence or isinstance(item, RecurrenceItem)
        return end_index

    def _connectives(self, word: str) -> Sequence[Item]:
        """The connective of a word; none for `about` after another one, `until` for a leading `through`."""
        previous = self.found[-1].item if self.found else None
        connective = _CONNECTIVES[word]
        if connective is Connective.AT and word not in {"at", "@"} and isinstance(previous, Connective):
            return ()
        if word in {"through", "thru"} and isinstance(previous, UnknownWord | None):
            connective = Connective.UNTIL
        return (connective,)


def _parse_date(cursor: TokenCursor, index: int) -> ItemMatch | None:
    found = parse_calendar_day(cursor, index)
    return None if found is None or _is_shorter_than_duration(cursor, index, found[1]) else found


def _parse_length(cursor: TokenCursor, index: int) -> ItemMatch | None:
    found = parse_duration(cursor, index)
    return None if found is None or _is_clock_time(cursor, index, found) else found


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


_EXPRESSIONS = RuleTable(
    (
        *DAY_RANGE_RULES,
        *OPENING_TIME_RULES,
        *NOW_RULES,
        *RECURRENCE_RULES,
        *DAY_PART_RULES,
        (single(_parse_date), DATE_FIRST_WORDS),
        *RELATIVE_DAY_RULES,
        (single(_parse_length), DURATION_FIRST_WORDS | {DIGITS}),
        (single(parse_clock_time), CLOCK_FIRST_WORDS),
        (single(parse_bound), BOUND_FIRST_WORDS),
    )
)
"""All expressions of time, in order of precedence."""
EXPRESSION_FIRST_WORDS = _EXPRESSIONS.first_words
"""The words that an expression of time may begin with; they are never corrected."""
