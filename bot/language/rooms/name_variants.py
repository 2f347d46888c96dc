"""Generates the ways to write the name of a building, a room or a society; weight 0 is the most certain."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import BUILDING_SUFFIXES, COMMON_WORDS, FIRST_NAMES, GENERIC_WORDS
from bot.language.lexicon.vocabulary import CANONICAL_WORDS
from bot.language.text.tokenizer import normalize
from core.model import Building, Room, Society

WeightedVariant = tuple[int, str]
_MAX_NAME_LENGTH = 200
_BRACKETED_TEXT = re.compile(r"\([^)]*\)")
_WORD_PATTERN = re.compile(r"[^\W_]+|&")
_CAMPUS_PREFIX = re.compile(r"^[A-Za-z]{1,3}-(?=.*\d)")
_SOCIETY_WORDS = word_set("society soc club association assoc union team network")


_ABBREVIATIONS = {
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


def normalize_word(word: str) -> str:
    """Normalises a word: letters and digits only, common abbreviations written out."""
    return _ABBREVIATIONS.get(word) or "".join(filter(str.isalnum, word))


@lru_cache(maxsize=4096)
def split_name(name: str) -> tuple[str, ...]:
    """The words of a name, normalised as those of a typed text are, with codes in one piece."""
    return tuple(
        normalize_word(CANONICAL_WORDS.get(word, word))
        for word in _WORD_PATTERN.findall(normalize(name).text.replace("'", ""))
    )


def normalize_id(id: str) -> str:  # noqa: A002 - that is what it is
    return "".join(filter(str.isalnum, id.lower()))


def building_variants(building: Building, rooms: Sequence[Room]) -> Iterator[WeightedVariant]:
    """`K-J17`, `J17`, `Ainsworth Building`, `Ainsworth`, `Ainswth` (as its rooms have it), initials."""
    yield from _id_variants(building.id)
    for name in (building.name, *building.aliases):
        for weight, words in _name_spellings(name):
            yield weight, "".join(words)
            yield from _short_variants(words)
            yield from _building_word_variants(words)
            yield from ((3, variant) for variant in _specific_parts(words))
    for room in rooms:
        for name in (room.abbr, room.name):
            yield from ((3, variant) for variant in _without_room_number(name, room))


_ROOM_TYPE_WORDS = word_set("lab theatre studio room auditorium court gym hall")
_COMMON_NOUNS = word_set("library gym gymnasium union chapel hub museum pool cafe")


def common_noun_variants(building: Building) -> Iterator[WeightedVariant]:
    """`the library`, for the only building on campus that has one in its name."""
    yield from ((6, word) for word in split_name(building.name) if word in _COMMON_NOUNS)


def _id_variants(id: str) -> Iterator[WeightedVariant]:  # noqa: A002 - ids is what they are
    yield 0, normalize_id(id)
    short = _CAMPUS_PREFIX.sub("", id)
    if short != id:
        yield 0, normalize_id(short)


def _name_spellings(name: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The words of a name: with text in brackets (1) and without (2), with `and` and without."""
    name = name[:_MAX_NAME_LENGTH]
    for weight, text in enumerate(dict.fromkeys((name, _BRACKETED_TEXT.sub(" ", name))), start=1):
        words = split_name(text)
        if words[:1] == ("the",):
            words = words[1:]
        if words:
            yield weight, words
        if "and" in words:
            yield weight, [word for word in words if word != "and"]


def _short_variants(words: Sequence[str]) -> Iterator[WeightedVariant]:
    core = list(words)
    while len(core) > 1 and core[-1] in BUILDING_SUFFIXES:
        core.pop()
    if len(core) < len(words) and _is_specific(core):
        yield 2, "".join(core)
    for part in (core, words):
        initials = "".join(word[0] for word in part if word not in {"and", "of", "the"})
        if len(initials) >= 3 and initials not in COMMON_WORDS:
            yield 3, initials


def _building_word_variants(words: Sequence[str]) -> Iterator[WeightedVariant]:
    """`Computer Science building`, from the first words of a longer name."""
    for after in range(2, len(words)):
        if words[after - 1] != "and":
            yield 4, "".join((*words[:after], "building"))


def _is_specific(words: Sequence[str]) -> bool:
    if len(words) > 1:
        return True
    word = words[0]
    return (
        len(word) >= 3 and word not in COMMON_WORDS and word not in GENERIC_WORDS and word not in FIRST_NAMES
    )


def _is_distinctive(word: str) -> bool:
    return len(word) >= 4 and word.isalpha() and word not in COMMON_WORDS and word not in GENERIC_WORDS


def _specific_parts(words: Sequence[str]) -> Iterator[str]:
    for first in range(len(words)):
        for after in range(first + 1, min(len(words), first + 5) + 1):
            part = words[first:after]
            if (
                any(map(_is_distinctive, part))
                and _is_specific(part)
                and part[-1] not in {"and", "of", "the"}
            ):
                yield "".join(part)


def _without_room_number(name: str, room: Room) -> Iterator[str]:
    """`Quad` from `Quad 1042`, provided that the number is the room's."""
    words = split_name(name)
    number = normalize_id(room.number)
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
        len(words) == 1
        and len(first) >= 3
        and first not in COMMON_WORDS
        and first.upper() == name[: len(first)]
    )


def room_variants(room: Room) -> Iterator[WeightedVariant]:
    """`K-E15-1042`, `E15-1042`; `Quadrangle 1042`; `Quad 1042`; `Lantern Lab` from `Lantern Lab C22 310`."""
    yield from _id_variants(room.id)
    for name in (room.name, room.abbr, *room.aliases):
        for weight, words in _name_spellings(name):
            if _is_room_name(words):
                yield weight, "".join(words)
    for _, words in _name_spellings(room.name):
        for segment in _split_at_codes(words):
            for part in (segment, _up_to_room_type(segment)):
                if len(part) > 1 and set(part) & _ROOM_TYPE_WORDS and not set(part) <= GENERIC_WORDS:
                    yield 4, "".join(part)


def _is_room_name(words: Sequence[str]) -> bool:
    if len(words) == 1:
        return _is_specific(words) and len(words[0]) >= 4
    return not set(words) <= GENERIC_WORDS


def _up_to_room_type(words: Sequence[str]) -> Sequence[str]:
    """`Piano Lab` from `Piano Lab Physics Undercroft`."""
    after = next((index + 1 for index, word in enumerate(words) if word in _ROOM_TYPE_WORDS), 0)
    return words[:after]


def _split_at_codes(words: Sequence[str]) -> Iterator[list[str]]:
    segment: list[str] = []
    for word in [*words, "0"]:
        if word.isalpha():
            segment.append(word)
        elif segment:
            yield segment
            segment = []


def society_variants(society: Society) -> Iterator[WeightedVariant]:
    """`SOTECHSOC`, `techsoc`, `Technology Soc`; weight 5 is for shorthands that follow `for`."""
    yield 0, normalize_id(society.id)
    short = normalize_id(society.id).removeprefix("so")
    if len(short) >= 4 and _is_specific([short]):
        yield 2, short
        if short.endswith("soc"):
            yield from ((3, short.removesuffix("soc") + ending) for ending in ("society", "club"))
    for _, words in _name_spellings(society.name):
        yield 1, "".join(words)
        for part in (words, words[1:] if _has_parent_prefix(society.name, words) else words):
            yield from _society_short_variants(part)


def _has_parent_prefix(name: str, words: Sequence[str]) -> bool:
    """Whether the name opens with the initials of a larger body, as `UCLU Technology Society` does."""
    return len(words) > 2 and len(words[0]) >= 3 and name[: len(words[0])].isupper()


def _society_short_variants(words: Sequence[str]) -> Iterator[WeightedVariant]:
    yield 2, "".join(words)
    core = [word for word in words if word not in _SOCIETY_WORDS]
    if not core or len(core) == len(words):
        return
    for ending in ("society", "soc", "club"):
        yield 2, "".join(core) + ending
        yield 3, core[0] + ending
    yield 5, "".join(core)
    yield 5, core[0]


def correctable_name_words(names: Iterable[str]) -> Iterator[str]:
    """The words of names that a misspelt word may be corrected to."""
    for name in names:
        yield from (word for word in split_name(name) if _is_distinctive(word))
