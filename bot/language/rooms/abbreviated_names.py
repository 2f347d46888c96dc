"""Index of the names that people shorten word by word: `elec eng`, `main lib`, `comp sci building`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from bot.language.lexicon.common_words import BUILDING_SUFFIXES, COMMON_WORDS, GENERIC_WORDS
from bot.language.lexicon.vocabulary import (
    CONNECTIVE_WORDS,
    FILLER_WORDS,
    MONTH_NUMBERS,
    TIME_FIRST_WORDS,
    WEEKDAY_NUMBERS,
)
from bot.language.rooms.name_variants import normalize_word
from bot.language.text.tokenizer import Token

_NEVER_SHORT = (
    FILLER_WORDS | CONNECTIVE_WORDS | TIME_FIRST_WORDS | MONTH_NUMBERS.keys() | WEEKDAY_NUMBERS.keys()
)
_USAGE_ENDINGS = frozenset({"lab", "labs"})
_LINKS = frozenset({"and", "of", "the"})
_MAX_WORDS = 5
_MAX_ENTRIES = 64
_MIN_LETTERS = 3
_MIN_LONE_LETTERS = 4
_Owner = TypeVar("_Owner")


class AbbreviatedMatch(Struct, Generic[_Owner], frozen=True):
    """The owner of a shortened name, and its tokens `[start_index, end_index)`."""

    owner: _Owner
    start_index: int
    end_index: int


class AbbreviationIndex(Generic[_Owner]):
    """Finds names by the first letters of their words; names that begin alike are compared one by one."""

    def __init__(self, names: Iterable[tuple[Sequence[str], _Owner]]) -> None:
        self._by_first_letters: dict[str, list[tuple[tuple[str, ...], _Owner]]] = {}
        for words, owner in names:
            core = tuple(word for word in words if word not in _LINKS)
            if core and len(core[0]) > 1:
                self._by_first_letters.setdefault(core[0][:2], []).append((core, owner))

    def match_at(self, tokens: Sequence[Token], start_index: int) -> AbbreviatedMatch[_Owner] | None:
        """The only name of which at least two words begin here, one of them shortened."""
        entries = self._by_first_letters.get(tokens[start_index].raw[:2])
        if entries is None or len(entries) > _MAX_ENTRIES:
            return None
        typed = list(_typed_words(tokens, start_index))
        best = 0
        owners: set[_Owner] = set()
        for words, owner in entries:
            count = _count_matching(typed, words)
            if count > best:
                best, owners = count, set()
            if count == best and count:
                owners.add(owner)
        if len(owners) != 1:
            return None
        return AbbreviatedMatch(owners.pop(), start_index, start_index + typed[best - 1][1])

    def match_lone_word(self, word: str, accepts: Callable[[_Owner], bool]) -> _Owner | None:
        """The only accepted owner of names whose first word begins with these four or more letters."""
        if (
            len(word) < _MIN_LONE_LETTERS
            or not word.isalpha()
            or word in COMMON_WORDS
            or word in GENERIC_WORDS
        ):
            return None
        entries = self._by_first_letters.get(word[:2], [])
        if word in _NEVER_SHORT or len(entries) > _MAX_ENTRIES:
            return None
        owners = {owner for words, owner in entries if words[0].startswith(word) and accepts(owner)}
        return owners.pop() if len(owners) == 1 else None


def _typed_words(tokens: Sequence[Token], start_index: int) -> Iterator[tuple[str, int]]:
    """The next few words without links, and the number of tokens up to each."""
    found = 0
    for index in range(start_index, min(start_index + 2 * _MAX_WORDS, len(tokens))):
        token = tokens[index]
        if token.field is not None or found == _MAX_WORDS:
            return
        if token.word in _LINKS or token.word == "&" or (token.word == "." and token.is_attached):
            continue
        if not token.raw.isalpha():
            return
        found += 1
        yield token.raw, index + 1 - start_index


def _count_matching(typed: Sequence[tuple[str, int]], words: Sequence[str]) -> int:
    """How many typed words stand for the first words of a name; 0 unless two do and one is shortened."""
    count, is_shortened = 0, False
    for (word, _), full in zip(typed, words, strict=False):
        if normalize_word(word) != full:
            if not _is_short_for(word, full):
                break
            is_shortened = True
        count += 1
    if count < 2 or not is_shortened:
        return 0
    rest = words[count:]
    if count < len(typed) and typed[count][0] in _USAGE_ENDINGS:
        return 0  # `comp sci lab` is a type of room
    if count < len(typed) and typed[count][0] in BUILDING_SUFFIXES:
        return count
    is_whole = all(word in BUILDING_SUFFIXES for word in rest)
    return count if is_whole or words[count - 1] not in GENERIC_WORDS else 0


def _is_short_for(word: str, full: str) -> bool:
    """`elec` for `electrical`, `bldg` for `building`: the first letters, or the first and some others."""
    if not _MIN_LETTERS <= len(word) < len(full) or word in _NEVER_SHORT or word[0] != full[0]:
        return False
    if full.startswith(word):
        return True
    letters = iter(full)
    return word not in COMMON_WORDS and word[1] not in "aeiou" and all(letter in letters for letter in word)
