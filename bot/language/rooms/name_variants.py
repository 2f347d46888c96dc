"""Generates the ways to write the name of a building, a room or a society; weight 0 is the most certain."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import BUILDING_SUFFIXES, COMMON_WORDS, FIRST_NAMES, GENERIC_WORDS
from bot.language.lexicon.vocabulary import CONNECTIVE_WORDS, FILLER_WORDS, PEOPLE_WORDS, TIME_FIRST_WORDS
from bot.language.text.tokenizer import normalize
from core.model import Building, Room, Society

WeightedVariant = tuple[int, str]
_MAX_NAME_LENGTH = 200
_BRACKETED_TEXT = re.compile(r"\([^)]*\)")
_WORD_PATTERN = re.compile(r"[^\W_]+|&")
_CAMPUS_PREFIX = re.compile(r"^[A-Za-z]{1,3}-(?=.*\d)")
_SOCIETY_WORDS = word_set("society soc club association assoc union team network")


PART_WEIGHT, WEAK_WEIGHT = 4, 7
"""Weights of a part of a room's name, and of a common word that is a name only where a place is meant."""
_HAS_ABBREVIATION = re.compile(r"&|(?<![^\W_])[A-Za-z]{2,}(?![^\W_])")
_SUBJECT_WORDS = word_set(
    """
    law business physics chemistry biology maths math science medicine engineering computing economics
    accounting psychology education history geography dental nursing civil electrical mechanical chemical
    materials energy politics philosophy management marketing finance music arts drama
    """
)

_ABBREVIATIONS = {
    "&": "and",
    "bldg": "building",
    "bld": "building",
    "center": "centre",
    "cntr": "centre",
    "ctr": "centre",
    "cen": "centre",
    "theater": "theatre",
    "theaters": "theatre",
    "lb": "lab",
    "labs": "lab",
    "laboratories": "lab",
    "dept": "department",
    "aud": "auditorium",
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
    words = _WORD_PATTERN.findall(normalize(name).text.replace("'", ""))
    return tuple(_ABBREVIATIONS.get(word, word) for word in words)


def normalize_id(id: str) -> str:  # noqa: A002 - that is what it is
    return "".join(filter(str.isalnum, id.lower()))


def building_variants(building: Building, rooms: Sequence[Room]) -> Iterator[WeightedVariant]:
    """`K-J17`, `J17`, `Ainsworth Building`, `Ainsworth`, `Ainswth` (as its rooms have it), initials."""
    yield from _id_variants(building.id)
    for name in (building.name, *building.aliases):
        for weight, words in name_spellings(name):
            yield weight, "".join(words)
            yield from _short_variants(words)
            yield from _building_word_variants(words)
            yield from ((3, variant) for variant in _specific_parts(words))
    for room in rooms:
        for name in (room.abbr, room.name):
            yield from ((3, variant) for variant in _without_room_number(name, room))


_MAX_SHORT_KEY = 2
"""Names of so few letters and digits (`R|D`) have to be typed with their signs."""
_NEVER_NAMES = FILLER_WORDS | CONNECTIVE_WORDS | TIME_FIRST_WORDS | PEOPLE_WORDS | GENERIC_WORDS | FIRST_NAMES
_ROOM_TYPE_WORDS = word_set("lab theatre studio room auditorium court gym hall")
_COMMON_NOUNS = word_set("library gym gymnasium union chapel hub museum pool cafe")
_SHORT_NOUNS = {"library": ("lib",), "gymnasium": ("gym",)}


def common_noun_variants(building: Building) -> Iterator[WeightedVariant]:
    """`the library`, for the only building on campus that has one in its name."""
    for word in split_name(building.name):
        if word in _COMMON_NOUNS:
            yield from ((6, noun) for noun in (word, *_SHORT_NOUNS.get(word, ())))


def _id_variants(id: str) -> Iterator[WeightedVariant]:  # noqa: A002 - ids is what they are
    short = short_id(id)
    for spelling in (id, short) if short != id else (id,):
        key = normalize_id(spelling)
        yield 0, key
        if _HAS_ABBREVIATION.search(spelling):
            yield 0, "".join(split_name(spelling))


def short_id(id: str) -> str:  # noqa: A002
    """The id without the campus: `J17-G01` of `K-J17-G01`."""
    return _CAMPUS_PREFIX.sub("", id)


def name_spellings(name: str) -> Iterator[tuple[int, Sequence[str]]]:
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
    elif len(core) < len(words) and core[0] in _SUBJECT_WORDS:
        yield 2, core[0] + "school"
    if len(words) > 1 and core[0] in _SUBJECT_WORDS:
        yield WEAK_WEIGHT, core[0]
    for weight, part in ((2, words), (3, core)):
        initials = "".join(word[0] for word in part if word not in {"and", "of", "the"})
        if len(initials) >= 3 and initials not in COMMON_WORDS:
            yield weight, initials
        if len(initials) >= 2 and part is core:
            yield PART_WEIGHT, initials + "building"


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


def is_distinctive(word: str) -> bool:
    return len(word) >= 4 and word.isalpha() and word not in COMMON_WORDS and word not in GENERIC_WORDS


def _specific_parts(words: Sequence[str]) -> Iterator[str]:
    for first in range(len(words)):
        for after in range(first + 1, min(len(words), first + 5) + 1):
            part = words[first:after]
            if any(map(is_distinctive, part)) and _is_specific(part) and part[-1] not in {"and", "of", "the"}:
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
    if words and (is_distinctive(words[0]) or _is_acronym(name, words)):
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
        for weight, words in name_spellings(name):
            if _is_room_name(words):
                yield weight, "".join(words)
            elif len(words) == 1 and can_be_weak(words[0]):
                yield WEAK_WEIGHT, words[0]
    for _, words in name_spellings(room.name):
        yield from ((PART_WEIGHT, variant) for variant in _room_type_variants(words))


def _room_type_variants(words: Sequence[str]) -> Iterator[str]:
    """`Wren LT` for `Wren Lecture Theatre`, `Lantern Lab` from `Lantern Lab C22 310`."""
    if len(words) > 2 and ("lecture", "theatre") in pairwise(words):
        at = words.index("lecture")
        yield "".join((*words[:at], "lt", *words[at + 2 :]))
    if len(words) > 2 and all(map(str.isalpha, words)):
        initials = "".join(word[0] for word in words if word not in {"and", "of", "the"})
        if len(initials) > 2 and initials not in COMMON_WORDS | _NEVER_NAMES:
            yield initials
    for segment in split_at_codes(words):
        for some in (segment, _up_to_room_type(segment)):
            if len(some) > 1 and set(some) & _ROOM_TYPE_WORDS and not set(some) <= GENERIC_WORDS:
                yield "".join(some)


def can_be_weak(word: str) -> bool:
    """Whether a room may be called by this common word where a place is meant (`Forge`, not `Noon`)."""
    return len(word) >= 3 and word.isalpha() and word not in _NEVER_NAMES


def _is_room_name(words: Sequence[str]) -> bool:
    if len(words) == 1:
        return _is_specific(words) and len(words[0]) >= 4
    return len("".join(words)) > _MAX_SHORT_KEY and not set(words) <= GENERIC_WORDS


def _up_to_room_type(words: Sequence[str]) -> Sequence[str]:
    """`Piano Lab` from `Piano Lab Physics Undercroft`."""
    after = next((index + 1 for index, word in enumerate(words) if word in _ROOM_TYPE_WORDS), 0)
    return words[:after]


def split_at_codes(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The runs of words without a digit."""
    segment: list[str] = []
    for word in (*words, "0"):
        if word.isalpha():
            segment.append(word)
        elif segment:
            yield tuple(segment)
            segment = []


def society_variants(society: Society) -> Iterator[WeightedVariant]:
    """`SOTECHSOC`, `techsoc`, `Technology Soc`; weight 5 is for shorthands that follow `for`."""
    yield from _id_variants(society.id)
    short = normalize_id(society.id).removeprefix("so")
    if len(short) >= 4 and _is_specific([short]):
        yield 2, short
        if short.endswith("soc"):
            yield from ((3, short.removesuffix("soc") + ending) for ending in ("society", "club"))
    for _, words in name_spellings(society.name):
        if len("".join(words)) <= _MAX_SHORT_KEY:
            continue
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
    """The words of names that a misspelt word may be corrected to; common ones need five letters."""
    for name in names:
        for word in split_name(name):
            if is_distinctive(word) or (len(word) > 4 and word.isalpha() and word not in _NEVER_CORRECTED):
                yield word


_NEVER_CORRECTED = FILLER_WORDS | CONNECTIVE_WORDS | TIME_FIRST_WORDS | PEOPLE_WORDS
