"""Tokens by position, and the numbers that stand there in digits or words."""

from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from fractions import Fraction
from functools import wraps
from typing import TypeVar, cast

from msgspec import Struct

from bot.language.lexicon.vocabulary import (
    NUMBER_WORDS,
    ORDINAL_SUFFIXES,
    ORDINAL_WORDS,
    SMALL_NUMBER_WORDS,
    TENS_WORDS,
)
from bot.language.text.tokenizer import Token

_PADDING = ("",) * 64
_NO_NUMBERS = (None,) * 64
CARDINAL_FIRST_WORDS = NUMBER_WORDS.keys() | {"a", "half", "hundred", "dozen", "couple", "pair"}
"""The words that a number in words may begin with."""
ORDINAL_FIRST_WORDS = ORDINAL_WORDS.keys() | TENS_WORDS.keys()
_MAX_SKIPPED = 8
_MAX_DIGITS = 4
_Found = TypeVar("_Found")


class TokenCursor:
    """Random access to the words of a text. Marked tokens and positions past the ends are empty."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.chart: defaultdict[object, dict[int, object]] = defaultdict(dict)
        self._count = len(tokens)
        words = [token.word if token.field is None else "" for token in tokens]
        self._words = (*words, *_PADDING)
        self._numbers = (*map(_to_number, words), *_NO_NUMBERS)
        self._free = self._count - words.count("")

    def __len__(self) -> int:
        return self._count

    def word(self, index: int) -> str:
        """The word at a position; empty just before the first and after the last."""
        return self._words[index]

    def any_word(self, index: int) -> str:
        """The word at a position, whether it is marked or not."""
        return self.tokens[index].word if 0 <= index < self._count else ""

    def number(self, index: int) -> int | None:
        """The number at a position, of four digits at most."""
        return self._numbers[index]

    def is_attached(self, index: int) -> bool:
        return 0 <= index < self._count and self.tokens[index].is_attached

    def matches(self, index: int, *words: str) -> bool:
        """Whether these words stand at the position."""
        return self._words[index] == words[0] and self._words[index : index + len(words)] == words

    def is_only_word(self, index: int) -> bool:
        """Whether every other token is marked."""
        return self._free == bool(self._words[index])

    def skip(self, index: int, words: Container[str]) -> int:
        """The first position from `index` on whose word is none of these, at most 8 words on."""
        for at in range(index, index + _MAX_SKIPPED):
            if not self._words[at] or self._words[at] not in words:
                return at
        return index + _MAX_SKIPPED


def memoize_rule(rule: Callable[[TokenCursor, int], _Found]) -> Callable[[TokenCursor, int], _Found]:
    """Decorator: memoises a rule per position in the cursor's chart (packrat parsing).

    So a rule runs once at each position, however many others are built on it.
    """

    @wraps(rule)
    def lookup(cursor: TokenCursor, index: int) -> _Found:
        results = cursor.chart[rule]
        if index in results:
            return cast(_Found, results[index])
        found = results[index] = rule(cursor, index)
        return found

    return lookup


def _to_number(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) <= _MAX_DIGITS and word.isascii() else None


class ParsedNumber(Struct, frozen=True):
    """A number and the position after it."""

    value: int
    end_index: int
    is_spelled_out: bool = False


def parse_cardinal(cursor: TokenCursor, index: int) -> ParsedNumber | None:
    """`20`, `1,000`, `twenty five`, `a hundred and ten`, `a dozen`, `a couple (of)`."""
    if cursor.number(index) is not None:
        return _parse_digits(cursor, index)
    word = cursor.word(index)
    if word in CARDINAL_FIRST_WORDS:
        return _parse_spelled_out(cursor, index)
    return None


def _parse_digits(cursor: TokenCursor, index: int) -> ParsedNumber:
    value = int(cursor.word(index))
    grouped = (
        cursor.word(index + 1) == "," and cursor.is_attached(index + 1) and cursor.is_attached(index + 2)
    )
    if grouped and len(cursor.word(index + 2)) == 3 and cursor.number(index + 2) is not None:
        return ParsedNumber(value * 1000 + int(cursor.word(index + 2)), index + 3)
    return ParsedNumber(value, index + 1)


def _parse_spelled_out(cursor: TokenCursor, index: int) -> ParsedNumber | None:
    if cursor.matches(index, "half", "a", "dozen"):
        return ParsedNumber(6, index + 3, is_spelled_out=True)
    start = index + (cursor.word(index) == "a")
    word = cursor.word(start)
    if word in {"couple", "pair"}:
        return ParsedNumber(2, start + 1 + (cursor.word(start + 1) == "of"), is_spelled_out=True)
    if word == "dozen":
        return ParsedNumber(12, start + 1, is_spelled_out=True)
    if word == "hundred":
        return _parse_hundreds(cursor, start, 1)
    if start != index:
        return None
    small = parse_below_hundred(cursor, index)
    if small is None:
        return None
    if cursor.word(small.end_index) == "dozen":
        return ParsedNumber(small.value * 12, small.end_index + 1, is_spelled_out=True)
    return (
        _parse_hundreds(cursor, small.end_index, small.value)
        if cursor.word(small.end_index) == "hundred"
        else small
    )


def _parse_hundreds(cursor: TokenCursor, index: int, hundreds: int) -> ParsedNumber:
    rest = index + 1 + (cursor.word(index + 1) == "and")
    more = parse_below_hundred(cursor, rest)
    if more is None:
        return ParsedNumber(hundreds * 100, index + 1, is_spelled_out=True)
    return ParsedNumber(hundreds * 100 + more.value, more.end_index, is_spelled_out=True)


def parse_below_hundred(cursor: TokenCursor, index: int) -> ParsedNumber | None:
    word = cursor.word(index)
    if word in TENS_WORDS:
        unit = SMALL_NUMBER_WORDS.get(cursor.word(index + 1), 0)
        if 0 < unit < 10:
            return ParsedNumber(TENS_WORDS[word] + unit, index + 2, is_spelled_out=True)
        return ParsedNumber(TENS_WORDS[word], index + 1, is_spelled_out=True)
    return (
        ParsedNumber(SMALL_NUMBER_WORDS[word], index + 1, is_spelled_out=True)
        if word in SMALL_NUMBER_WORDS
        else None
    )


def parse_ordinal(cursor: TokenCursor, index: int) -> ParsedNumber | None:
    """`12th`, `twelfth`, `twenty first`."""
    number = cursor.number(index)
    if number is not None:
        return ParsedNumber(number, index + 2) if cursor.word(index + 1) in ORDINAL_SUFFIXES else None
    word = cursor.word(index)
    if word in ORDINAL_WORDS:
        return ParsedNumber(ORDINAL_WORDS[word], index + 1, is_spelled_out=True)
    unit = ORDINAL_WORDS.get(cursor.word(index + 1), 0)
    if word in TENS_WORDS and 0 < unit < 10:
        return ParsedNumber(TENS_WORDS[word] + unit, index + 2, is_spelled_out=True)
    return None


def parse_fraction(cursor: TokenCursor, index: int) -> tuple[Fraction, int] | None:
    """`2`, `1.5`, `1 1/2`, `1/2`, `one and a half`, `two and a quarter`."""
    count = parse_cardinal(cursor, index)
    if count is None or count.value > 999:
        return None
    part = _parse_digit_fraction(cursor, index)
    if part is not None:
        return part
    return _add_fraction(cursor, count)


def _parse_digit_fraction(cursor: TokenCursor, index: int) -> tuple[Fraction, int] | None:
    whole, below = cursor.number(index), cursor.number(index + 2)
    if whole is None:
        return None
    if cursor.word(index + 1) in {".", ","} and below is not None and cursor.is_attached(index + 2):
        return Fraction(whole) + Fraction(below, 10 ** len(cursor.word(index + 2))), index + 3
    if cursor.word(index + 1) == "/" and below in {2, 3, 4} and whole < 4:
        return Fraction(whole, below), index + 3
    over, under = cursor.number(index + 1), cursor.number(index + 3)
    if over is not None and cursor.word(index + 2) == "/" and under in {2, 3, 4}:
        return whole + Fraction(over, under), index + 4
    return None


def _add_fraction(cursor: TokenCursor, count: ParsedNumber) -> tuple[Fraction, int]:
    after = count.end_index
    if cursor.word(after) not in {"and", "n"}:
        return Fraction(count.value), after
    for words, more in (
        (("a", "half"), Fraction(1, 2)),
        (("half",), Fraction(1, 2)),
        (("a", "quarter"), Fraction(1, 4)),
        (("three", "quarter"), Fraction(3, 4)),
        (("three", "quarters"), Fraction(3, 4)),
    ):
        if cursor.matches(after + 1, *words):
            return count.value + more, after + 1 + len(words)
    return Fraction(count.value), after
