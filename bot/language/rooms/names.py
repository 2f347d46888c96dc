"""Index of the names of a campus's rooms, buildings and societies, and their matches in a text."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.language.rooms.name_variants import (
    WeightedVariant,
    building_variants,
    common_noun_variants,
    correctable_name_words,
    normalize_id,
    normalize_word,
    room_variants,
    society_variants,
)
from bot.language.text.spelling import SpellingCorrector
from bot.language.text.tokenizer import Token, normalize, tokenize
from core.model import Building, BuildingId, Room, Society

_MAX_NAME_TOKENS = 12
_SHORTHAND_WEIGHT = 5
_COMMON_NOUN_WEIGHT = 6
_INNER_PUNCTUATION = frozenset("-./',&()#:")


class NameType(StrEnum):
    """Type of the entity that a name means.

    A society's short name counts only after `for`; a common noun for a building (`the library`) only after
    `in` or `near`.
    """

    BUILDING = "building"
    ROOM = "room"
    SOCIETY = "society"
    SHORT_SOCIETY = "short society"
    COMMON_NOUN = "common noun"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name and its tokens `[start_index, end_index)`."""

    name_type: NameType
    id: str
    start_index: int
    end_index: int


@dataclass(frozen=True, slots=True, eq=False)
class NameIndex:
    """Immutable index of names, made by `NameIndex.build`; it may be shared between threads."""

    variants: Mapping[str, tuple[NameType, str]]
    prefixes: frozenset[str]
    room_numbers: Mapping[str, Mapping[str, str]]
    unique_room_numbers: Mapping[str, str]
    building_by_room: Mapping[str, BuildingId]
    display_names: Mapping[tuple[NameType, str], str]
    spelling_corrector: SpellingCorrector

    @classmethod
    def build(
        cls, rooms: Iterable[Room], buildings: Iterable[Building], societies: Iterable[Society]
    ) -> "NameIndex":
        rooms, buildings, societies = tuple(rooms), tuple(buildings), tuple(societies)
        variants = _choose_candidates(_collect_candidates(rooms, buildings, societies))
        room_numbers = _index_room_numbers(rooms)
        return cls(
            variants=variants,
            prefixes=frozenset(variant[:size] for variant in variants for size in (1, 2, 3)),
            room_numbers=room_numbers,
            unique_room_numbers=_unique_room_numbers(room_numbers),
            building_by_room={room.id: room.building_id for room in rooms},
            display_names={
                **{(NameType.BUILDING, one.id): one.name for one in buildings},
                **{(NameType.ROOM, one.id): one.name for one in rooms},
                **{(NameType.SOCIETY, one.id): one.name for one in societies},
            },
            spelling_corrector=SpellingCorrector(
                correctable_name_words(one.name for group in (buildings, rooms, societies) for one in group)
            ),
        )

    def is_name(self, word: str) -> bool:
        """Whether the word alone is a name."""
        return normalize_word(word) in self.variants

    def match_at(self, tokens: Sequence[Token], start_index: int) -> NameMatch | None:
        """The longest name that begins with this token."""
        key, found = "", None
        for index in range(start_index, min(start_index + _MAX_NAME_TOKENS, len(tokens))):
            token = tokens[index]
            if token.field is not None:
                break
            if token.is_word or token.word == "&":
                key += normalize_word(token.word)
                if key[:3] not in self.prefixes:
                    break
                variant = self.variants.get(key)
                if variant is not None and not _has_word_attached(tokens, index):
                    found = NameMatch(*variant, start_index, index + 1)
            elif token.word not in _INNER_PUNCTUATION:
                break
        return found

    def match_room_number(self, building: str, tokens: Sequence[Token], start_index: int) -> NameMatch | None:
        """The room of a building whose number begins with this token."""
        numbers = self.room_numbers.get(building, {})
        key, found = "", None
        for index in range(start_index, min(start_index + 4, len(tokens))):
            token = tokens[index]
            if token.field is not None or not (token.is_word or token.word in {".", "-", "_"}):
                break
            key += token.word if token.is_word else ""
            room = numbers.get(key)
            if room is not None and not _has_word_attached(tokens, index):
                found = NameMatch(NameType.ROOM, room, start_index, index + 1)
        return found

    def lookup(self, text: str) -> NameMatch | None:
        """The entity that these words mean on their own."""
        tokens = tokenize(normalize(text))
        match = self.match_at(tokens, 0) if tokens else None
        return match if match and match.end_index == len(tokens) else None


def _has_word_attached(tokens: Sequence[Token], index: int) -> bool:
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return following is not None and following.is_attached and following.is_word


_Candidate = tuple[int, NameType, str]


def _collect_candidates(
    rooms: Sequence[Room], buildings: Sequence[Building], societies: Sequence[Society]
) -> dict[str, set[_Candidate]]:
    candidates: dict[str, set[_Candidate]] = {}
    rooms_of: dict[BuildingId, list[Room]] = {}
    for room in rooms:
        rooms_of.setdefault(room.building_id, []).append(room)
        _add_candidates(candidates, NameType.ROOM, room.id, room_variants(room))
    for building in buildings:
        _add_candidates(
            candidates,
            NameType.BUILDING,
            building.id,
            building_variants(building, rooms_of.get(building.id, [])),
        )
        _add_candidates(candidates, NameType.BUILDING, building.id, common_noun_variants(building))
    for society in societies:
        _add_candidates(candidates, NameType.SOCIETY, society.id, society_variants(society))
    return candidates


def _add_candidates(
    candidates: dict[str, set[_Candidate]],
    name_type: NameType,
    entity_id: str,
    variants: Iterable[WeightedVariant],
) -> None:
    for weight, variant in variants:
        candidates.setdefault(variant, set()).add((weight, name_type, entity_id))


def _choose_candidates(candidates: Mapping[str, set[_Candidate]]) -> dict[str, tuple[NameType, str]]:
    """Assigns each variant to the candidate with the lowest weight; a tie is dropped as ambiguous."""
    chosen: dict[str, tuple[NameType, str]] = {}
    for variant, entries in candidates.items():
        surest = min(weight for weight, _, _ in entries)
        owners = {(name_type, owner) for weight, name_type, owner in entries if weight == surest}
        if len(owners) > 1:  # a building of one room is called like its room
            owners = {
                (name_type, owner) for name_type, owner in owners if name_type is NameType.ROOM
            } or owners
        if len(owners) == 1:
            name_type, owner = owners.pop()
            chosen[variant] = (_RESTRICTED_TYPES.get(surest, name_type), owner)
    return chosen


_RESTRICTED_TYPES = {_SHORTHAND_WEIGHT: NameType.SHORT_SOCIETY, _COMMON_NOUN_WEIGHT: NameType.COMMON_NOUN}


def _index_room_numbers(rooms: Sequence[Room]) -> dict[str, dict[str, str]]:
    """The rooms of each building by number; `G3` also means `G03` where there is no `G3`."""
    numbers: dict[str, dict[str, str]] = {}
    for room in rooms:
        numbers.setdefault(room.building_id, {})[normalize_id(room.number)] = room.id
    for building_numbers in numbers.values():
        for number, room_id in tuple(building_numbers.items()):
            letters = number.rstrip("0123456789")
            digits = number[len(letters) :]
            if digits:
                building_numbers.setdefault(letters + digits.lstrip("0"), room_id)
    return numbers


def _unique_room_numbers(numbers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Room numbers that occur only once on campus."""
    counts = Counter(number for building_numbers in numbers.values() for number in building_numbers)
    return {
        number: room_id
        for building_numbers in numbers.values()
        for number, room_id in building_numbers.items()
        if counts[number] == 1
    }
