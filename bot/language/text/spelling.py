"""Which known word a mistyped one was meant to be."""

from collections.abc import Iterable, Iterator

_SHORTEST, _LONGEST = 4, 30
_TWO_SLIPS_FROM = 8


class Speller:
    """Finds known words by what is left of them when a letter or two is dropped.

    Both words are shortened in every way and those that meet are measured, so that a look-up costs the same
    however many words are known. The first letter must be right; a word of four may only have two swapped.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._known = frozenset(
            word for word in words if _SHORTEST <= len(word) <= _LONGEST and word.isalpha()
        )
        self._meeting: dict[str, list[str]] = {}
        for word in sorted(self._known):
            for short in _shortened(word):
                self._meeting.setdefault(short, []).append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def nearest(self, typed: str) -> tuple[int, str] | None:
        """The number of slips and the word, or None when nothing is near or two are equally so."""
        if not _SHORTEST <= len(typed) <= _LONGEST or not typed.isalpha():
            return None
        met = {word for short in _shortened(typed) for word in self._meeting.get(short, ())}
        near = sorted((slips(typed, word), word) for word in met if word[0] == typed[0])
        near = [(count, word) for count, word in near if count <= _allowed(typed, word)]
        if not near or (len(near) > 1 and near[0][0] == near[1][0]):
            return None
        return near[0]


def _allowed(typed: str, word: str) -> int:
    length = min(len(typed), len(word))
    if length < _SHORTEST + 1:
        return 1 if sorted(typed) == sorted(word) else 0
    return 2 if length >= _TWO_SLIPS_FROM else 1


def _shortened(word: str) -> Iterator[str]:
    once = {word[:at] + word[at + 1 :] for at in range(len(word))}
    yield word
    yield from once
    if len(word) >= _TWO_SLIPS_FROM:
        yield from {short[:at] + short[at + 1 :] for short in once for at in range(len(short))}


def slips(typed: str, word: str) -> int:
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
