"""Finds numbers of people: `20 seats`, `for 12 ppl`, `seats 20`, `20+`, `the two of us`, `me and 3 mates`."""

from collections.abc import Iterator

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_WORDS,
    FORTNIGHT_WORDS,
    HOUR_WORDS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    MONTH_WORDS,
    NUMBER_WORDS,
    PEOPLE_WORDS,
    WEEK_WORDS,
)
from bot.language.text.token_cursor import CARDINAL_FIRST_WORDS, TokenCursor, parse_cardinal

_TIME_UNITS = MINUTE_WORDS | HOUR_WORDS | DAY_WORDS | WEEK_WORDS | MONTH_WORDS | FORTNIGHT_WORDS
_NOT_A_COUNT = _TIME_UNITS | frozenset(MONTH_NUMBERS) | word_set("am pm a p : / oclock % st nd rd th half")
_QUALIFIERS = word_set(
    """
    at least most up to about around roughly approx approximately over under min minimum max maximum
    more than like circa nearly almost exactly > = < ≥ ~ maybe say 's of for : - is space a
    """
)
_CAPACITY_WORDS = word_set(
    """
    size seats seating seat fits fit fitting holds hold holding accommodates accommodate
    accommodating capacity cap sits sit sleeps takes
    """
)
_GROUP_WORDS = word_set("group party team class crew bunch crowd audience committee")
_SPACE_WORDS = word_set(
    """
    room rooms space spaces spot place lab labs theatre hall auditorium studio classroom table
    tables venue somewhere anywhere library seating library
    """
)
_COUNTED_ADJECTIVES = word_set(
    """
    other of more extra odd ish or so comfy comfortable first year uni new
    """
)
_COUNTED_THINGS = word_set("page pages word words question questions slide slides min mins hour hours")
_NUMBER_LABELS = word_set("year yr level stage week grade row aisle")
_MODAL_VERBS = word_set("can could to will would that must should may")
_LEADING_QUALIFIERS = word_set("least about around roughly > = ≥ ~ over than more minimum min")
_MAX_CAPACITY = 20_000
_MIN_YEAR, _MAX_YEAR = 1950, 2050
_MIN_UNAMBIGUOUS_COUNT = 9


class CapacityMatch(Struct, frozen=True):
    """A number of people and its tokens `[start_index, end_index)`."""

    value: int
    start_index: int
    end_index: int


def find_capacities(cursor: TokenCursor) -> Iterator[CapacityMatch]:
    """Yields the numbers of people from left to right."""
    index = 0
    while index < len(cursor):
        found = _match_capacity(cursor, index) if cursor.word(index) else None
        if found is not None:
            yield found
        index = max(found.end_index if found else 0, index + 1)


def _match_capacity(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    word = cursor.word(index)
    if word not in _FIRST_WORDS and not word.isdecimal():
        return None
    for rule in _RULES:
        found = rule(cursor, index)
        if found is not None and 0 < found.value <= _MAX_CAPACITY:
            return found
    return None


def _match_of_us(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`the two of us`, `both of us`, `6 of us`, `just me`, `me and 3 mates`."""
    if cursor.matches(index, "both", "of", "us"):
        return CapacityMatch(2, index, index + 3)
    number = parse_cardinal(cursor, index)
    if (
        number is not None
        and cursor.word(index - 1) != "/"
        and cursor.word(number.end_index) == "of"
        and cursor.word(number.end_index + 1) in {"us", "them", "you"}
    ):
        return CapacityMatch(number.value, index, number.end_index + 2)
    return _match_me(cursor, index)


def _group_by_first_word(*phrases: str) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return found


_ALONE_PHRASES = _group_by_first_word(
    "just me",
    "just myself",
    "only me",
    "by myself",
    "on my own",
    "on me own",
    "for myself",
    "myself",
    "solo",
)
_MINIMUM_PHRASES = _group_by_first_word(
    "at least",
    "min .",
    "min",
    "minimum of",
    "minimum",
    "no less than",
    "no fewer than",
    "> =",
    "≥",
    ">",
    "more than",
    "enough for",
    "big enough for",
)


def _match_me(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    for words in _ALONE_PHRASES.get(cursor.word(index), ()):
        if cursor.matches(index, *words) and not _has_conjunction(cursor, index + len(words)):
            return CapacityMatch(1, index, index + len(words))
    at = cursor.skip(index, {"just"})
    if cursor.word(at) not in {"me", "myself", "i"} or not _has_conjunction(cursor, at + 1):
        return None
    number = parse_cardinal(cursor, cursor.skip(at + 2, {"my"}))
    if number is None:
        return (
            CapacityMatch(2, index, at + 4)
            if cursor.matches(at + 2, "a") and cursor.word(at + 3) in _COMPANION_WORDS
            else None
        )
    counted = cursor.skip(number.end_index, _COUNTED_ADJECTIVES)
    if cursor.word(counted) in PEOPLE_WORDS | {"others", "more"} or (
        counted > number.end_index and cursor.word(counted - 1) == "other"
    ):
        return CapacityMatch(
            number.value + 1, index, counted + (cursor.word(counted) in PEOPLE_WORDS | {"others", "more"})
        )
    return None


_COMPANION_WORDS = word_set("friend mate colleague partner classmate")


def _has_conjunction(cursor: TokenCursor, index: int) -> bool:
    return cursor.word(index) in {"and", "n", "+", "plus", "with"}


def _match_counted_people(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`20 seats`, `20-30 people`, `20+`, `a dozen people`, `20 or so people`, `8 person room`."""
    number = parse_cardinal(cursor, index)
    if number is None or _is_inside_number(cursor, index) or _is_labelled(cursor, index):
        return None
    if cursor.word(number.end_index - 1) == "dozen" and cursor.word(number.end_index) not in _TIME_UNITS:
        return CapacityMatch(
            number.value, index, number.end_index + (cursor.word(number.end_index) in PEOPLE_WORDS)
        )
    after = _skip_upper_bound(cursor, number.end_index)
    if cursor.word(after) == "+" and (cursor.is_attached(after) or cursor.word(after + 1) in PEOPLE_WORDS):
        after += 1
        if cursor.word(after) in _COUNTED_THINGS:
            return None
        if cursor.number(after) is None or not cursor.is_attached(after):
            return CapacityMatch(number.value, index, after + (cursor.word(after) in PEOPLE_WORDS))
        return None
    counted = cursor.skip(after, _COUNTED_ADJECTIVES | {"-"})
    if cursor.word(counted) in PEOPLE_WORDS and not (cursor.word(counted) == "strong" and counted > after):
        return CapacityMatch(number.value, _include_qualifiers(cursor, index), counted + 1)
    return None


def _is_labelled(cursor: TokenCursor, index: int) -> bool:
    """`week 5`, `year 2`; in `next week 20 seats` the week is a time."""
    return cursor.word(index - 1) in _NUMBER_LABELS and cursor.word(index - 2) not in {"next", "this", "per"}


def _is_inside_number(cursor: TokenCursor, index: int) -> bool:
    """Whether these digits end a time or a date (`2:30 people`)."""
    return (
        cursor.is_attached(index)
        and cursor.word(index - 1) in {":", ".", "/", ","}
        and cursor.word(index - 2).isdecimal()
    )


def _skip_upper_bound(cursor: TokenCursor, index: int) -> int:
    """Skips the second number of `20-30 people`, `5 or 6 of us`, `10 to 12 people`."""
    if cursor.word(index) not in {"-", "to", "or"}:
        return index
    number = parse_cardinal(cursor, index + 1)
    if number is None:
        return index
    counted = cursor.skip(number.end_index, _COUNTED_ADJECTIVES | {"-", "+"})
    return number.end_index if cursor.word(counted) in PEOPLE_WORDS or cursor.word(counted) == "us" else index


def _include_qualifiers(cursor: TokenCursor, index: int) -> int:
    """The position of the first qualifier before a number (`at least about 20`)."""
    while cursor.word(index - 1) in _LEADING_QUALIFIERS and cursor.number(index - 2) is None:
        index -= 1
    return index - 1 if cursor.word(index) == "least" and cursor.word(index - 1) == "at" else index


def _match_capacity_word(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`seats 20`, `capacity of 30`, `fits 12`, `seating for 8`, `cap: 40`."""
    if cursor.word(index) not in _CAPACITY_WORDS or (
        cursor.word(index) == "seat" and cursor.word(index - 1) not in _MODAL_VERBS
    ):
        return None
    at = cursor.skip(index + 1, _QUALIFIERS)
    return _match_number(cursor, at, index)


def _match_label(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`ppl: 22`, `attendees - 30`, as a form would say it."""
    if cursor.word(index) not in PEOPLE_WORDS or cursor.word(index + 1) not in {":", "="}:
        return None
    return _match_number(cursor, index + 2, index)


def _match_number(cursor: TokenCursor, at: int, start_index: int) -> CapacityMatch | None:
    number = parse_cardinal(cursor, at)
    if number is None or _is_followed_by_unit(cursor, number.end_index):
        return None
    after = _skip_range(cursor, number.end_index)
    after += cursor.word(after) == "+"
    return CapacityMatch(number.value, start_index, after + (cursor.word(after) in PEOPLE_WORDS))


def _skip_range(cursor: TokenCursor, index: int) -> int:
    if (
        cursor.word(index) == "-"
        and cursor.number(index + 1) is not None
        and cursor.word(index + 2) not in _NOT_A_COUNT
    ):
        return index + 2
    return index


def _match_group(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`group of six`, `party of 8`, `we are 5`, `there's 6 of us`."""
    if cursor.word(index) in _GROUP_WORDS and cursor.word(index + 1) == "of":
        found = _match_number(cursor, cursor.skip(index + 2, _QUALIFIERS), index)
        return None if found is not None and _MIN_YEAR <= found.value <= _MAX_YEAR else found
    if cursor.word(index) in {"we", "were", "weare"}:
        at = cursor.skip(index + 1, {"are", "re", "be", "about", "around", "will", "have"})
        number = parse_cardinal(cursor, at)
        stands_alone = number is not None and cursor.word(number.end_index) in {
            "",
            ",",
            ".",
            "people",
            "so",
            "and",
            "!",
            "total",
            "in",
        }
        return (
            CapacityMatch(number.value, index, number.end_index)
            if number and stands_alone and (at > index + 1 or cursor.word(index) == "were")
            else None
        )
    return None


def _match_space_for(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`room for 8`, `a lab for about 30`; `room for 2 hours` and `room for 3pm` are times."""
    if cursor.word(index) not in _SPACE_WORDS or cursor.word(index + 1) != "for":
        return None
    return _match_unambiguous_count(cursor, cursor.skip(index + 2, _QUALIFIERS), index + 1)


def _is_followed_by_unit(cursor: TokenCursor, index: int) -> bool:
    """Whether the next word makes a number a time; a single letter does so only when attached to it."""
    word = cursor.word(index)
    if word == "/":
        return cursor.is_attached(index + 1)
    return word in _NOT_A_COUNT and (len(word) > 1 or not word.isalpha() or cursor.is_attached(index))


def _match_unambiguous_count(cursor: TokenCursor, at: int, start_index: int) -> CapacityMatch | None:
    number = parse_cardinal(cursor, at)
    if (
        number is None
        or _is_followed_by_unit(cursor, number.end_index)
        or cursor.word(number.end_index) in {"-", "to", "until", "."}
    ):
        return None
    if number.value > 99 and len(cursor.word(at)) == 4:
        return None
    if number.is_spelled_out and cursor.word(number.end_index) in NUMBER_WORDS:
        return None  # `for ten fifteen`
    counted = cursor.skip(number.end_index, _COUNTED_ADJECTIVES)
    return CapacityMatch(
        number.value, start_index, counted + 1 if cursor.word(counted) in PEOPLE_WORDS else number.end_index
    )


def _match_minimum(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`at least 20`, `min 20`, `≥ 20`, `>=20`, `more than 20`."""
    for words in _MINIMUM_PHRASES.get(cursor.word(index), ()):
        if cursor.matches(index, *words) and _may_lead_count(cursor, index - 1):
            return _match_unambiguous_count(cursor, index + len(words), index)
    return None


def _may_lead_count(cursor: TokenCursor, index: int) -> bool:
    """Whether no hour is meant, as in `until at least 5`."""
    return cursor.number(index) is None and cursor.word(index) not in {"until", "from", "to"}


def _match_large_count(cursor: TokenCursor, index: int) -> CapacityMatch | None:
    """`for 20`, too large to be hours; `for 1530` and `for 20 minutes` are times."""
    if cursor.word(index) != "for":
        return None
    at = cursor.skip(index + 1, _QUALIFIERS)
    found = _match_unambiguous_count(cursor, at, index)
    return found if found is not None and found.value >= _MIN_UNAMBIGUOUS_COUNT else None


_FIRST_WORDS = (
    CARDINAL_FIRST_WORDS
    | _ALONE_PHRASES.keys()
    | _MINIMUM_PHRASES.keys()
    | _CAPACITY_WORDS
    | _GROUP_WORDS
    | _SPACE_WORDS
    | PEOPLE_WORDS
    | word_set("both just me myself i we were weare for")
)
"""The words that a number of people may begin with."""
_RULES = (
    _match_of_us,
    _match_counted_people,
    _match_capacity_word,
    _match_label,
    _match_group,
    _match_space_for,
    _match_minimum,
    _match_large_count,
)
