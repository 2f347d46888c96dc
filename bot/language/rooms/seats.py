"""How many people: `20 seats`, `for 12 ppl`, `seats 20`, `20+`, `the two of us`, `me and 3 mates`."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.lexicon.vocabulary import (
    DAY_WORDS,
    FORTNIGHT_WORDS,
    HOUR_WORDS,
    MINUTE_WORDS,
    MONTH_WORDS,
    MONTHS,
    PEOPLE_WORDS,
    WEEK_WORDS,
)
from bot.language.lexicon.wordlist import wordset
from bot.language.text.token_cursor import Line, cardinal

_TIME_UNITS = MINUTE_WORDS | HOUR_WORDS | DAY_WORDS | WEEK_WORDS | MONTH_WORDS | FORTNIGHT_WORDS
_NOT_A_COUNT = _TIME_UNITS | frozenset(MONTHS) | wordset("am pm a p : / oclock % st nd rd th half")
_MORE = wordset(
    """
    at least most up to about around roughly approx approximately over under min minimum max maximum
    more than like circa nearly almost exactly > = < ≥ ~ maybe say 's of for : - is space a
    """
)
_HOLDS = wordset(
    """
    size seats seating seat fits fit fitting holds hold holding accommodates accommodate
    accommodating capacity cap sits sit sleeps takes
    """
)
_GROUPS = wordset("group party team class crew bunch crowd audience committee")
_OPEN = wordset(
    """
    room rooms space spaces spot place lab labs theatre hall auditorium studio classroom table
    tables venue somewhere anywhere library seating library
    """
)
_COUNTED_ADJECTIVES = wordset(
    """
    other of more extra odd ish or so comfy comfortable first year uni new
    """
)
_COUNTED_THINGS = wordset("page pages word words question questions slide slides min mins hour hours")
_LABELS = wordset("year yr level stage week grade")
_ABLE = wordset("can could to will would that must should may")
_LEADS = wordset("least about around roughly > = ≥ ~ over than more minimum min")
_LARGEST = 20_000
_FIRST_YEAR, _LAST_YEAR = 1950, 2050
_SURELY_PEOPLE = 9


@dataclass(frozen=True, slots=True)
class Seats:
    """A number of people and the tokens `[first, after)` that said it."""

    value: int
    first: int
    after: int


def seats(line: Line) -> Iterator[Seats]:
    """Every number of people that the text tells, from left to right."""
    index = 0
    while index < len(line):
        found = _seats_at(line, index) if line.word(index) else None
        if found is not None:
            yield found
        index = max(found.after if found else 0, index + 1)


def _seats_at(line: Line, index: int) -> Seats | None:
    for way in _WAYS:
        found = way(line, index)
        if found is not None and 0 < found.value <= _LARGEST:
            return found
    return None


def _of_us(line: Line, index: int) -> Seats | None:
    """`the two of us`, `both of us`, `6 of us`, `just me`, `me and 3 mates`."""
    if line.reads(index, "both", "of", "us"):
        return Seats(2, index, index + 3)
    many = cardinal(line, index)
    if (
        many is not None
        and line.word(many.after) == "of"
        and line.word(many.after + 1) in {"us", "them", "you"}
    ):
        return Seats(many.value, index, many.after + 2)
    return _me(line, index)


def _by_first_word(*phrases: str) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return found


_ALONE = _by_first_word(
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
_MINIMUM = _by_first_word(
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


def _me(line: Line, index: int) -> Seats | None:
    for words in _ALONE.get(line.word(index), ()):
        if line.reads(index, *words) and not _joined(line, index + len(words)):
            return Seats(1, index, index + len(words))
    at = line.past(index, {"just"})
    if line.word(at) not in {"me", "myself", "i"} or not _joined(line, at + 1):
        return None
    many = cardinal(line, line.past(at + 2, {"my"}))
    if many is None:
        return Seats(2, index, at + 4) if line.reads(at + 2, "a") and line.word(at + 3) in _ONE_MORE else None
    counted = line.past(many.after, _COUNTED_ADJECTIVES)
    if line.word(counted) in PEOPLE_WORDS | {"others", "more"} or (
        counted > many.after and line.word(counted - 1) == "other"
    ):
        return Seats(
            many.value + 1, index, counted + (line.word(counted) in PEOPLE_WORDS | {"others", "more"})
        )
    return None


_ONE_MORE = wordset("friend mate colleague partner classmate")


def _joined(line: Line, index: int) -> bool:
    return line.word(index) in {"and", "n", "+", "plus", "with"}


def _counted(line: Line, index: int) -> Seats | None:
    """`20 seats`, `20-30 people`, `20+`, `a dozen people`, `20 or so people`, `8 person room`."""
    many = cardinal(line, index)
    if many is None or _inside_a_number(line, index) or line.word(index - 1) in _LABELS:
        return None
    if line.word(many.after - 1) == "dozen" and line.word(many.after) not in _TIME_UNITS:
        return Seats(many.value, index, many.after + (line.word(many.after) in PEOPLE_WORDS))
    after = _upper_end(line, many.after)
    if line.word(after) == "+" and (line.is_glued(after) or line.word(after + 1) in PEOPLE_WORDS):
        after += 1
        if line.word(after) in _COUNTED_THINGS:
            return None
        if line.number(after) is None or not line.is_glued(after):
            return Seats(many.value, index, after + (line.word(after) in PEOPLE_WORDS))
        return None
    counted = line.past(after, _COUNTED_ADJECTIVES | {"-"})
    if line.word(counted) in PEOPLE_WORDS and not (line.word(counted) == "strong" and counted > after):
        return Seats(many.value, _with_lead(line, index), counted + 1)
    return None


def _inside_a_number(line: Line, index: int) -> bool:
    """Whether these figures end a time or a date (`2:30 people`) or follow a letter."""
    return (
        line.is_glued(index)
        and line.word(index - 1) in {":", ".", "/", ","}
        and line.word(index - 2).isdecimal()
    )


def _upper_end(line: Line, index: int) -> int:
    """Past the second number of `20-30 people`, `5 or 6 of us`, `10 to 12 people`."""
    if line.word(index) not in {"-", "to", "or"}:
        return index
    many = cardinal(line, index + 1)
    if many is None:
        return index
    counted = line.past(many.after, _COUNTED_ADJECTIVES | {"-", "+"})
    return many.after if line.word(counted) in PEOPLE_WORDS or line.word(counted) == "us" else index


def _with_lead(line: Line, index: int) -> int:
    """The first of the words before a number that only say how sure it is."""
    while line.word(index - 1) in _LEADS and line.number(index - 2) is None:
        index -= 1
    return index - 1 if line.word(index) == "least" and line.word(index - 1) == "at" else index


def _holding(line: Line, index: int) -> Seats | None:
    """`seats 20`, `capacity of 30`, `fits 12`, `seating for 8`, `cap: 40`."""
    if line.word(index) not in _HOLDS or (line.word(index) == "seat" and line.word(index - 1) not in _ABLE):
        return None
    at = line.past(index + 1, _MORE)
    return _number_at(line, at, index)


def _number_at(line: Line, at: int, first: int) -> Seats | None:
    many = cardinal(line, at)
    if many is None or _is_measured(line, many.after):
        return None
    after = _past_range(line, many.after)
    after += line.word(after) == "+"
    return Seats(many.value, first, after + (line.word(after) in PEOPLE_WORDS))


def _past_range(line: Line, index: int) -> int:
    if (
        line.word(index) == "-"
        and line.number(index + 1) is not None
        and line.word(index + 2) not in _NOT_A_COUNT
    ):
        return index + 2
    return index


def _group(line: Line, index: int) -> Seats | None:
    """`group of six`, `party of 8`, `we are 5`, `there's 6 of us`."""
    if line.word(index) in _GROUPS and line.word(index + 1) == "of":
        found = _number_at(line, line.past(index + 2, _MORE), index)
        return None if found is not None and _FIRST_YEAR <= found.value <= _LAST_YEAR else found
    if line.word(index) in {"we", "were", "weare"}:
        at = line.past(index + 1, {"are", "re", "be", "about", "around", "will", "have"})
        many = cardinal(line, at)
        alone = many is not None and line.word(many.after) in {
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
            Seats(many.value, index, many.after)
            if many and alone and (at > index + 1 or line.word(index) == "were")
            else None
        )
    return None


def _open_for(line: Line, index: int) -> Seats | None:
    """`room for 8`, `a lab for about 30`; `room for 2 hours` and `room for 3pm` are times."""
    if line.word(index) not in _OPEN or line.word(index + 1) != "for":
        return None
    return _sure_count(line, line.past(index + 2, _MORE), index + 1)


def _is_measured(line: Line, index: int) -> bool:
    """Whether what follows a number makes it a time; a lone letter does so only when it is written to it."""
    word = line.word(index)
    return word in _NOT_A_COUNT and (len(word) > 1 or not word.isalpha() or line.is_glued(index))


def _sure_count(line: Line, at: int, first: int) -> Seats | None:
    many = cardinal(line, at)
    if many is None or _is_measured(line, many.after) or line.word(many.after) in {"-", "to", "until", "."}:
        return None
    if many.value > 99 and len(line.word(at)) == 4:
        return None
    counted = line.past(many.after, _COUNTED_ADJECTIVES)
    return Seats(many.value, first, counted + 1 if line.word(counted) in PEOPLE_WORDS else many.after)


def _at_least(line: Line, index: int) -> Seats | None:
    """`at least 20`, `min 20`, `≥ 20`, `>=20`, `more than 20`."""
    for words in _MINIMUM.get(line.word(index), ()):
        if line.reads(index, *words) and line.number(index - 1) is None:
            return _sure_count(line, index + len(words), index)
    return None


def _for_many(line: Line, index: int) -> Seats | None:
    """`for 20`, too many to be hours; `for 1530` and `for 20 minutes` are times."""
    if line.word(index) != "for":
        return None
    at = line.past(index + 1, _MORE)
    found = _sure_count(line, at, index)
    return found if found is not None and found.value >= _SURELY_PEOPLE else None


_WAYS = (_of_us, _counted, _holding, _group, _open_for, _at_least, _for_many)
