"""Spelling correction by symmetric deletion (SymSpell)."""

from collections.abc import Iterable, Iterator

_MIN_LENGTH, _MAX_LENGTH = 4, 30
_MIN_LENGTH_FOR_TWO_EDITS = 8


class SpellingCorrector:
    """Finds known words at a small edit distance from a typed one.

    Both are shortened by a letter or two in every way, and words that share a shortened form are compared. So
    a look-up costs the same however many words are known. The first letter must be right; a word of four
    letters may only have two of them swapped.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(
            word for word in words if _MIN_LENGTH <= len(word) <= _MAX_LENGTH and word.isalpha()
        )
        self._words_by_variant: dict[str, list[str]] = {}
        for word in sorted(self._words):
            for short in _deletion_variants(word):
                self._words_by_variant.setdefault(short, []).append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def closest_match(self, typed: str) -> tuple[int, str] | None:
        """The edit distance and the word, or None when no word is close or two are equally close."""
        if not _MIN_LENGTH <= len(typed) <= _MAX_LENGTH or not typed.isalpha():
            return None
        candidates = {
            word for short in _deletion_variants(typed) for word in self._words_by_variant.get(short, ())
        }
        closest = sorted((edit_distance(typed, word), word) for word in candidates if word[0] == typed[0])
        closest = [(count, word) for count, word in closest if count <= _max_distance(typed, word)]
        if not closest or (len(closest) > 1 and closest[0][0] == closest[1][0]):
            return None
        return closest[0]


def _max_distance(typed: str, word: str) -> int:
    length = min(len(typed), len(word))
    if length < _MIN_LENGTH + 1:
        return 1 if sorted(typed) == sorted(word) else 0
    return 2 if length >= _MIN_LENGTH_FOR_TWO_EDITS else 1


def _deletion_variants(word: str) -> Iterator[str]:
    shortened = {word[:at] + word[at + 1 :] for at in range(len(word))}
    yield word
    yield from shortened
    if len(word) >= _MIN_LENGTH_FOR_TWO_EDITS:
        yield from {short[:at] + short[at + 1 :] for short in shortened for at in range(len(short))}


def edit_distance(typed: str, word: str) -> int:
    """Edit distance with transpositions of neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, start=1):
        above, row = row, [i]
        for j, other in enumerate(word, start=1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
