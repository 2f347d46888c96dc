"""Index of the words and numbers in rooms' names, for a text that begins with none of the names as it is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from difflib import get_close_matches

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import HOUR_WORDS, MERIDIEMS, MINUTE_WORDS, PEOPLE_WORDS
from bot.language.rooms.names import without_zeros
from core.model import Building, BuildingId, Room, RoomId

_WORD = re.compile(r"[^\W_]+")
_WORD_OR_FIGURES = re.compile(r"[^\W_]+(?:(?<=\d)[._/-](?=\d)[^\W_]+)*")
_INNER_SIGN = re.compile(r"[._/]")
_NUMBER_LABELS = word_set("room rooms rm number no nr num")
_LABELS = _NUMBER_LABELS | word_set("the in of building")
_NEVER_LAST = _LABELS - word_set("room building")
_COUNTED_WORDS = (
    PEOPLE_WORDS | MERIDIEMS | HOUR_WORDS | MINUTE_WORDS | word_set("seats seat to until till or")
)
_MAX_WORDS, _MAX_JOINED = 7, 3
_MIN_WORD, _MIN_NUMBER = 3, 3
_MAX_TYPED = 60
_MIN_LIKENESS = 0.6
_CLOCK_STEP = 5  # minutes: `3.30` is a time, `3.01` hardly ever
_NOBODY: frozenset[RoomId] = frozenset()
Span = tuple[int, int]


class NearMatch(Struct, frozen=True):
    """The rooms that the first words of a text may mean, `[0, end)`."""

    rooms: frozenset[RoomId]
    end: int


class _Word(Struct, frozen=True):
    text: str
    start: int
    end: int


class _Reading(Struct, frozen=True):
    """Rooms that all words so far are found in, of them those by a word of their own, and by their number."""

    rooms: frozenset[RoomId] | None = None
    own: frozenset[RoomId] = _NOBODY
    numbered: frozenset[RoomId] = _NOBODY

    def narrow(self, found: Set[RoomId], own: Set[RoomId], numbered: Set[RoomId]) -> "_Reading":
        rooms = frozenset(found) if self.rooms is None else self.rooms & found
        return _Reading(rooms, self.own | own, self.numbered | numbered)

    @property
    def meant(self) -> frozenset[RoomId]:
        rooms = (self.rooms or _NOBODY) & self.own
        return rooms & self.numbered or rooms


class NearNameIndex:
    """Rooms by the words of their names and buildings, by their numbers, and by the figures of these."""

    def __init__(self, rooms: Iterable[Room], buildings: Iterable[Building]) -> None:
        self._words: dict[str, set[RoomId]] = {}
        self._own: dict[str, set[RoomId]] = {}
        self._numbers: dict[str, set[RoomId]] = {}
        self._figures: dict[str, set[RoomId]] = {}
        self._spellings: dict[str, list[RoomId]] = {}
        words_of = {each.id: _words_of_building(each) for each in buildings}
        for room in rooms:
            self._add(room, words_of)

    def _add(self, room: Room, words_of: Mapping[BuildingId, Set[str]]) -> None:
        of_building = words_of.get(room.building_id) or set(_split(room.building_id))
        names = (room.name, room.abbr, room.id, *room.aliases)
        own = {word for name in names for word in _split(name)} - of_building - _figures_of_codes(names)
        for word in of_building | own:
            self._words.setdefault(word, set()).add(room.id)
        for word in (own - _LABELS) | set(_codes(room)):
            self._own.setdefault(word, set()).add(room.id)
        for number in _number_spellings(room.number):
            self._numbers.setdefault(number, set()).add(room.id)
        for figures in _figures(room):
            self._figures.setdefault(figures, set()).add(room.id)
        for name in names:
            if name:
                self._spellings.setdefault(" ".join(_split(name)), []).append(room.id)

    def match(self, text: str, times_and_counts: Sequence[Span] = ()) -> NearMatch | None:
        """The rooms of the longest beginning whose every word is found in them; None where there are none.

        Words at `times_and_counts` are read as a room's number only where no time would be written so.
        """
        words = [_Word(each[0].casefold(), *each.span()) for each in _WORD.finditer(text)]
        if words and text[: words[0].start].strip():
            return None
        for count in range(min(len(words), _MAX_WORDS), 0, -1):
            if not _ends_name(text, words, count):
                continue
            some = words[:count]
            rooms = frozenset(
                room
                for each in self._read(text, some, 0, _Reading(), times_and_counts)
                for room in each.meant
            )
            if rooms:
                return NearMatch(rooms, words[count - 1].end)
        return None

    def closest(self, typed: str, limit: int) -> tuple[RoomId, ...]:
        """The rooms whose names are most like a text, best first."""
        text = " ".join(_split(typed[:_MAX_TYPED]))
        near = get_close_matches(text, self._spellings, n=limit, cutoff=_MIN_LIKENESS) if text else []
        return tuple(dict.fromkeys(room for name in near for room in self._spellings[name]))[:limit]

    def _read(
        self, text: str, words: Sequence[_Word], index: int, reading: _Reading, taken: Sequence[Span]
    ) -> Iterator[_Reading]:
        """All ways to read the words from a position on, one to three of them as one word."""
        if index == len(words):
            yield reading
            return
        if words[index].text in _LABELS:
            yield from self._read(text, words, index + 1, reading, taken)
        for end in range(index + 1, min(index + _MAX_JOINED, len(words)) + 1):
            is_taken = [any(a < each.end and each.start < b for a, b in taken) for each in words[index:end]]
            is_code = not is_taken[0] and end > index + 1  # `g 01`
            if any(is_taken) and not (is_code or self._is_number_for_sure(text, words, index, end)):
                continue
            following = self._look_up(words, index, end, reading)
            if following.rooms:
                yield from self._read(text, words, end, following, taken)

    def _look_up(self, words: Sequence[_Word], index: int, end: int, reading: _Reading) -> _Reading:
        joined = "".join(each.text for each in words[index:end])
        has_figure = any(map(str.isdecimal, joined))
        if end > index + 1 and not has_figure:
            return _Reading(_NOBODY)
        before = words[index - 1].text if index else ""
        found, own, numbered = set[RoomId](), set[RoomId](), set[RoomId]()
        for key in (*_spellings_of(joined), _with_signs(words[index:end])):
            number = self._numbers.get(key, set())
            if key.isdecimal() and len(key) < _MIN_NUMBER and before not in _NUMBER_LABELS and not index:
                number = set()  # `3 people`, `2 wren`
            numbered |= number
            own |= self._own.get(key, set())
            found |= (self._words.get(key, set()) if end == index + 1 or "-" in key else set()) | number | own
        if joined.isdecimal() and (before in _NUMBER_LABELS or joined[0] == "0" or before == "theatre"):
            found |= (figures := self._figures.get(f"{before}{joined}", self._figures.get(joined, set())))
            own |= figures
        return reading.narrow(found, own | numbered, numbered)

    def _is_number_for_sure(self, text: str, words: Sequence[_Word], index: int, end: int) -> bool:
        """Whether figures that could tell a time are a room's: `3.01`, `lecture theatre 1`, not `3.30`."""
        run = words[index:end]
        if not all(each.text.isdecimal() for each in run):
            return False
        if index and f"{words[index - 1].text}{run[0].text}" in self._figures:
            return True
        figures = "".join(each.text for each in run)
        is_clock = len(run) == 2 and not int(run[1].text) % _CLOCK_STEP
        return len(figures) >= _MIN_NUMBER and not is_clock and " " not in text[run[0].start : run[-1].end]


def _ends_name(text: str, words: Sequence[_Word], count: int) -> bool:
    """Whether a name may end here: in no code, and in no number that counts something."""
    last = words[count - 1]
    if last.text in _NEVER_LAST or (text[last.end : last.end + 1] or " ") not in " ,?!\n\t":
        return False
    if count == 1 and len(last.text) < _MIN_WORD:
        return False
    follows = words[count].text if count < len(words) else ""
    return not (last.text[-1].isdecimal() and follows in _COUNTED_WORDS)


def _spellings_of(typed: str) -> tuple[str, ...]:
    """A word and, of a code, that with a zero for the letter O; else the word without its plural."""
    if any(map(str.isdecimal, typed)):
        zeros = typed.replace("o", "0")
        return tuple(dict.fromkeys((typed, zeros, without_zeros(zeros))))
    is_plural = len(typed) > _MIN_WORD and typed.endswith("s")
    return (typed, typed.removesuffix("s")) if is_plural else (typed,)


def _number_spellings(number: str) -> Iterator[str]:
    key = "".join(_split(number))
    if any(map(str.isdecimal, key)):
        yield key
        if "-" not in key:
            yield without_zeros(key)


def _codes(room: Room) -> Iterator[str]:
    """Its id and its short name, each in one piece."""
    for code in (room.id, room.abbr):
        if any(map(str.isdecimal, code)):
            yield "".join(_split(code))


def _figures(room: Room) -> Iterator[str]:
    """`01` of `G01`; `theatre1` of `LT1`, which is short for `Lecture Theatre`."""
    number = "".join(_split(room.number))
    letters = number.rstrip("0123456789")
    figures = number[len(letters) :]
    if not letters.isalpha() or not figures:
        return
    yield figures
    words = _split(room.name)
    for first in range(len(words) - len(letters) + 1):
        run = words[first : first + len(letters)]
        if "".join(each[0] for each in run) == letters:
            yield run[-1] + figures


def _words_of_building(building: Building) -> frozenset[str]:
    return frozenset(
        word for name in (building.id, building.name, *building.aliases) for word in _split(name)
    )


def _split(text: str) -> tuple[str, ...]:
    """Words and numbers; `0.11` and `0-11` are one number, `0-11`, which is not `01.1`."""
    words = _WORD_OR_FIGURES.findall(text.casefold().replace("'", "").replace("’", ""))
    return tuple(_INNER_SIGN.sub("-", word) for word in words)


def _with_signs(words: Sequence[_Word]) -> str:
    """The words in one piece, with a hyphen between two figures."""
    key = ""
    for word in words:
        is_between = key[-1:].isdecimal() and word.text[:1].isdecimal()
        key += f"-{word.text}" if is_between else word.text
    return key


def _figures_of_codes(names: Iterable[str]) -> frozenset[str]:
    """Figures that stand in codes only: `12` of `M-12`."""
    names = tuple(names)
    alone = {word for name in names for word in name.casefold().split()}
    return frozenset(
        word for name in names for word in _split(name) if word.isdecimal() and word not in alone
    )
