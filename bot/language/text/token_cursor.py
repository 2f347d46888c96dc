"""The tokens of a text seen by position, and the numbers that stand there in figures or words."""

from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from typing import TypeVar, cast

from bot.language.lexicon.vocabulary import NUMBERS, ORDINAL_ENDINGS, ORDINALS, TENS, UNITS
from bot.language.text.tokenizer import Token

_PADDING = ("",) * 64
_NO_NUMBERS = (None,) * 64
_FURTHEST = 8
_Found = TypeVar("_Found")


class Line:
    """A row of tokens; those taken for something else read as empty, and so does everything past its ends."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.chart: defaultdict[object, dict[int, object]] = defaultdict(dict)
        self._count = len(tokens)
        words = [token.word if token.field is None else "" for token in tokens]
        self._words = (*words, *_PADDING)
        self._numbers = (*map(_figures_of, words), *_NO_NUMBERS)
        self._free = self._count - words.count("")

    def __len__(self) -> int:
        return self._count

    def word(self, index: int) -> str:
        """The word at a position; just before the first stands nothing, as after the last."""
        return self._words[index]

    def number(self, index: int) -> int | None:
        """The digits at a position, four of them at most."""
        return self._numbers[index]

    def is_glued(self, index: int) -> bool:
        return 0 <= index < self._count and self.tokens[index].glued

    def reads(self, index: int, *words: str) -> bool:
        """Whether these words stand there."""
        return self._words[index] == words[0] and self._words[index : index + len(words)] == words

    def is_alone(self, index: int) -> bool:
        """Whether every other token was taken for something else."""
        return self._free == bool(self._words[index])

    def past(self, index: int, words: Container[str]) -> int:
        """The first position from `index` on whose word is none of these, looking a few words far."""
        for at in range(index, index + _FURTHEST):
            if not self._words[at] or self._words[at] not in words:
                return at
        return index + _FURTHEST


def charted(rule: Callable[[Line, int], _Found]) -> Callable[[Line, int], _Found]:
    """Memoise a rule that others are built on: what it finds at a position is kept in the line's chart.

    Then a rule is tried once at each position, however many others ask for it there.
    """

    @wraps(rule)
    def look_up(line: Line, index: int) -> _Found:
        row = line.chart[rule]
        if index in row:
            return cast(_Found, row[index])
        found = row[index] = rule(line, index)
        return found

    return look_up


def _figures_of(word: str) -> int | None:
    return int(word) if 0 < len(word) <= 4 and word.isdecimal() and word.isascii() else None


@dataclass(frozen=True, slots=True)
class Count:
    """A number, the position after it, and whether it was spelled out."""

    value: int
    after: int
    spelled: bool = False


_TEENS_AND_UNITS = {word: value for word, value in UNITS.items() if value}


def cardinal(line: Line, index: int) -> Count | None:
    """`20`, `1,000`, `twenty five`, `a hundred and ten`, `a dozen`, `a couple (of)`."""
    if line.number(index) is not None:
        return _figures(line, index)
    word = line.word(index)
    if word in NUMBERS or word in {"a", "half", "hundred", "dozen", "couple", "pair"}:
        return _spelled(line, index)
    return None


def _figures(line: Line, index: int) -> Count:
    value = int(line.word(index))
    grouped = line.word(index + 1) == "," and line.is_glued(index + 1) and line.is_glued(index + 2)
    if grouped and len(line.word(index + 2)) == 3 and line.number(index + 2) is not None:
        return Count(value * 1000 + int(line.word(index + 2)), index + 3)
    return Count(value, index + 1)


def _spelled(line: Line, index: int) -> Count | None:
    if line.reads(index, "half", "a", "dozen"):
        return Count(6, index + 3, spelled=True)
    start = index + (line.word(index) == "a")
    word = line.word(start)
    if word in {"couple", "pair"}:
        return Count(2, start + 1 + (line.word(start + 1) == "of"), spelled=True)
    if word == "dozen":
        return Count(12, start + 1, spelled=True)
    if word == "hundred":
        return _hundreds(line, start, 1)
    if start != index:
        return None
    small = below_hundred(line, index)
    if small is None:
        return None
    if line.word(small.after) == "dozen":
        return Count(small.value * 12, small.after + 1, spelled=True)
    return _hundreds(line, small.after, small.value) if line.word(small.after) == "hundred" else small


def _hundreds(line: Line, index: int, many: int) -> Count:
    rest = index + 1 + (line.word(index + 1) == "and")
    more = below_hundred(line, rest)
    if more is None:
        return Count(many * 100, index + 1, spelled=True)
    return Count(many * 100 + more.value, more.after, spelled=True)


def below_hundred(line: Line, index: int) -> Count | None:
    word = line.word(index)
    if word in TENS:
        unit = UNITS.get(line.word(index + 1), 0)
        if 0 < unit < 10:
            return Count(TENS[word] + unit, index + 2, spelled=True)
        return Count(TENS[word], index + 1, spelled=True)
    return Count(UNITS[word], index + 1, spelled=True) if word in UNITS else None


def ordinal(line: Line, index: int) -> Count | None:
    """`12th`, `twelfth`, `twenty first`."""
    number = line.number(index)
    if number is not None:
        return Count(number, index + 2) if line.word(index + 1) in ORDINAL_ENDINGS else None
    word = line.word(index)
    if word in ORDINALS:
        return Count(ORDINALS[word], index + 1, spelled=True)
    unit = ORDINALS.get(line.word(index + 1), 0)
    if word in TENS and 0 < unit < 10:
        return Count(TENS[word] + unit, index + 2, spelled=True)
    return None


def fraction(line: Line, index: int) -> tuple[Fraction, int] | None:
    """`2`, `1.5`, `1 1/2`, `1/2`, `one and a half`, `two and a quarter`; not fewer than a quarter."""
    count = cardinal(line, index)
    if count is None or count.value > 999:
        return None
    part = _figure_fraction(line, index)
    if part is not None:
        return part
    return _and_a_half(line, count)


def _figure_fraction(line: Line, index: int) -> tuple[Fraction, int] | None:
    whole, below = line.number(index), line.number(index + 2)
    if whole is None:
        return None
    if line.word(index + 1) in {".", ","} and below is not None and line.is_glued(index + 2):
        return Fraction(whole) + Fraction(below, 10 ** len(line.word(index + 2))), index + 3
    if line.word(index + 1) == "/" and below in {2, 3, 4} and whole < 4:
        return Fraction(whole, below), index + 3
    over, under = line.number(index + 1), line.number(index + 3)
    if over is not None and line.word(index + 2) == "/" and under in {2, 3, 4}:
        return whole + Fraction(over, under), index + 4
    return None


def _and_a_half(line: Line, count: Count) -> tuple[Fraction, int]:
    after = count.after
    if line.word(after) != "and":
        return Fraction(count.value), after
    for words, more in (
        (("and", "a", "half"), Fraction(1, 2)),
        (("and", "half"), Fraction(1, 2)),
        (("and", "a", "quarter"), Fraction(1, 4)),
        (("and", "three", "quarter"), Fraction(3, 4)),
    ):
        if line.reads(after, *words):
            return count.value + more, after + len(words)
    return Fraction(count.value), after
