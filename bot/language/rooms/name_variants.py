"""All the ways people write the name of a building, a room or a society; weight 0 is the surest."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bot.language.lexicon.common_words import BUILDING_SUFFIXES, FIRST_NAMES, GENERIC, ORDINARY
from bot.language.lexicon.vocabulary import CANON
from bot.language.lexicon.wordlist import wordset
from bot.language.text.tokenizer import plain
from core.model.entities import Building, Room, Society

Weighed = tuple[int, str]
_LONGEST_NAME = 200
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_WORD = re.compile(r"[^\W_]+|&")
_CAMPUS = re.compile(r"^[A-Za-z]{1,3}-(?=.*\d)")
_SOCIETY_WORDS = wordset("society soc club association assoc union team network")


_WRITTEN_OUT = {
    "&": "and",
    "bldg": "building",
    "bld": "building",
    "eng": "engineering",
    "engg": "engineering",
    "sci": "science",
    "sciences": "science",
    "th": "theatre",
    "theatres": "theatre",
    "lvl": "level",
    "laboratory": "lab",
}


def squashed(word: str) -> str:
    """A word as it stands in a form: letters and digits only, what is often shortened written out."""
    return _WRITTEN_OUT.get(word) or "".join(filter(str.isalnum, word))


@lru_cache(maxsize=4096)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name as a text would be read, codes in one piece."""
    return tuple(squashed(CANON.get(word, word)) for word in _WORD.findall(plain(name).text.replace("'", "")))


def squashed_id(id: str) -> str:  # noqa: A002 - that is what it is
    return "".join(filter(str.isalnum, id.lower()))


def building_forms(building: Building, rooms: Sequence[Room]) -> Iterator[Weighed]:
    """`K-J17`, `J17`, `Ainsworth Building`, `Ainsworth`, `Ainswth` (as its rooms have it), initials."""
    yield from _ids(building.id)
    for name in (building.name, *building.aliases):
        for weight, words in _spellings(name):
            yield weight, "".join(words)
            yield from _shortened(words)
            yield from _as_buildings(words)
            yield from ((3, form) for form in _telling_parts(words))
    for room in rooms:
        for name in (room.abbr, room.name):
            yield from ((3, form) for form in _before_number(name, room))


_SORTS = wordset("lab theatre studio room auditorium court gym hall")
_COMMON = wordset("library gym gymnasium union chapel hub museum pool cafe")


def common_forms(building: Building) -> Iterator[Weighed]:
    """`the library`, for the only building on campus that has one in its name."""
    yield from ((6, word) for word in name_words(building.name) if word in _COMMON)


def _ids(id: str) -> Iterator[Weighed]:  # noqa: A002 - ids is what they are
    yield 0, squashed_id(id)
    short = _CAMPUS.sub("", id)
    if short != id:
        yield 0, squashed_id(short)


def _spellings(name: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The words of a name: with what stands in brackets and without (2), with its `and` and without."""
    name = name[:_LONGEST_NAME]
    for weight, text in enumerate(dict.fromkeys((name, _IN_BRACKETS.sub(" ", name))), start=1):
        words = name_words(text)
        if words[:1] == ("the",):
            words = words[1:]
        if words:
            yield weight, words
        if "and" in words:
            yield weight, [word for word in words if word != "and"]


def _shortened(words: Sequence[str]) -> Iterator[Weighed]:
    core = list(words)
    while len(core) > 1 and core[-1] in BUILDING_SUFFIXES:
        core.pop()
    if len(core) < len(words) and _is_telling(core):
        yield 2, "".join(core)
    for part in (core, words):
        initials = "".join(word[0] for word in part if word not in {"and", "of", "the"})
        if len(initials) >= 3 and initials not in ORDINARY:
            yield 3, initials


def _as_buildings(words: Sequence[str]) -> Iterator[Weighed]:
    """`Computer Science building`, from the first words of a longer name."""
    for after in range(2, len(words)):
        if words[after - 1] != "and":
            yield 4, "".join((*words[:after], "building"))


def _is_telling(words: Sequence[str]) -> bool:
    if len(words) > 1:
        return True
    word = words[0]
    return len(word) >= 3 and word not in ORDINARY and word not in GENERIC and word not in FIRST_NAMES


def _is_distinctive(word: str) -> bool:
    return len(word) >= 4 and word.isalpha() and word not in ORDINARY and word not in GENERIC


def _telling_parts(words: Sequence[str]) -> Iterator[str]:
    for first in range(len(words)):
        for after in range(first + 1, min(len(words), first + 5) + 1):
            part = words[first:after]
            if any(map(_is_distinctive, part)) and _is_telling(part) and part[-1] not in {"and", "of", "the"}:
                yield "".join(part)


def _before_number(name: str, room: Room) -> Iterator[str]:
    """`Quad` from `Quad 1042`, provided that the number is the room's."""
    words = name_words(name)
    number = squashed_id(room.number)
    if len(words) >= 2 and words[-1] == number:
        words = words[:-1]
    elif len(words) == 1 and words[0].endswith(number) and len(number) >= 2:
        words = (words[0].removesuffix(number),)
    else:
        return
    if words and (_is_distinctive(words[0]) or _is_acronym(name, words)):
        yield "".join(words)


def _is_acronym(name: str, words: Sequence[str]) -> bool:
    first = words[0]
    return (
        len(words) == 1 and len(first) >= 3 and first not in ORDINARY and first.upper() == name[: len(first)]
    )


def room_forms(room: Room) -> Iterator[Weighed]:
    """`K-E15-1042`, `E15-1042`; `Quadrangle 1042`; `Quad 1042`; `Lantern Lab` from `Lantern Lab C22 310`."""
    yield from _ids(room.id)
    for name in (room.name, room.abbr, *room.aliases):
        for weight, words in _spellings(name):
            if _names_a_room(words):
                yield weight, "".join(words)
    for _, words in _spellings(room.name):
        for segment in _between_codes(words):
            for part in (segment, _to_its_sort(segment)):
                if len(part) > 1 and set(part) & _SORTS and not set(part) <= GENERIC:
                    yield 4, "".join(part)


def _names_a_room(words: Sequence[str]) -> bool:
    if len(words) == 1:
        return _is_telling(words) and len(words[0]) >= 4
    return not set(words) <= GENERIC


def _to_its_sort(words: Sequence[str]) -> Sequence[str]:
    """`Piano Lab` from `Piano Lab Physics Undercroft`."""
    after = next((index + 1 for index, word in enumerate(words) if word in _SORTS), 0)
    return words[:after]


def _between_codes(words: Sequence[str]) -> Iterator[list[str]]:
    segment: list[str] = []
    for word in [*words, "0"]:
        if word.isalpha():
            segment.append(word)
        elif segment:
            yield segment
            segment = []


def society_forms(society: Society) -> Iterator[Weighed]:
    """`SOTECHSOC`, `techsoc`, `Technology Soc`; weight 5 is for shorthands that follow `for`."""
    yield 0, squashed_id(society.id)
    short = squashed_id(society.id).removeprefix("so")
    if len(short) >= 4 and _is_telling([short]):
        yield 2, short
        if short.endswith("soc"):
            yield from ((3, short.removesuffix("soc") + ending) for ending in ("society", "club"))
    for _, words in _spellings(society.name):
        yield 1, "".join(words)
        for part in (words, words[1:] if _has_parent(society.name, words) else words):
            yield from _society_cuts(part)


def _has_parent(name: str, words: Sequence[str]) -> bool:
    """Whether the name opens with the initials of a larger body, as `UCLU Technology Society` does."""
    return len(words) > 2 and len(words[0]) >= 3 and name[: len(words[0])].isupper()


def _society_cuts(words: Sequence[str]) -> Iterator[Weighed]:
    yield 2, "".join(words)
    core = [word for word in words if word not in _SOCIETY_WORDS]
    if not core or len(core) == len(words):
        return
    for ending in ("society", "soc", "club"):
        yield 2, "".join(core) + ending
        yield 3, core[0] + ending
    yield 5, "".join(core)
    yield 5, core[0]


def spellable(names: Iterable[str]) -> Iterator[str]:
    """The words of names that a slip may be put right to."""
    for name in names:
        yield from (word for word in name_words(name) if _is_distinctive(word))
