"""Which known word a mistyped one was meant to be."""

from collections.abc import Iterable, Iterator

_MIN_LENGTH, _LONGEST = 4, 30
_MIN_LENGTH_FOR_TWO_EDITS = 8


class SpellingCorrector:
    """Finds known words by what is left of them when a letter or two is dropped.

    Both words are shortened in every way and those that meet are measured, so that a look-up costs the same
    however many words are known. The first letter must be right; a word of four may only have two swapped.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(
            word for word in words if _MIN_LENGTH <= len(word) <= _LONGEST and word.isalpha()
        )
        self._words_by_variant: dict[str, list[str]] = {}
        for word in sorted(self._words):
            for short in _deletion_variants(word):
                self._words_by_variant.setdefault(short, []).append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def closest_match(self, typed: str) -> tuple[int, str] | None:
        """The number of slips and the word, or None when nothing is near or two are equally so."""
        if not _MIN_LENGTH <= len(typed) <= _LONGEST or not typed.isalpha():
            return None
        met = {word for short in _deletion_variants(typed) for word in self._words_by_variant.get(short, ())}
        near = sorted((edit_distance(typed, word), word) for word in met if word[0] == typed[0])
        near = [(count, word) for count, word in near if count <= _max_distance(typed, word)]
        if not near or (len(near) > 1 and near[0][0] == near[1][0]):
            return None
        return near[0]


def _max_distance(typed: str, word: str) -> int:
    length = min(len(typed), len(word))
    if length < _MIN_LENGTH + 1:
        return 1 if sorted(typed) == sorted(word) else 0
    return 2 if length >= _MIN_LENGTH_FOR_TWO_EDITS else 1


def _deletion_variants(word: str) -> Iterator[str]:
    once = {word[:at] + word[at + 1 :] for at in range(len(word))}
    yield word
    yield from once
    if len(word) >= _MIN_LENGTH_FOR_TWO_EDITS:
        yield from {short[:at] + short[at + 1 :] for short in once for at in range(len(short))}


def edit_distance(typed: str, word: str) -> int:
    """Letters changed, added, dropped, or swapped with a neighbour, to come from one word to the other."""
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
