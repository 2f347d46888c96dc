"""Index of the names of a campus's rooms, buildings and societies, and their matches in a text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from bot.language.rooms.abbreviated_names import AbbreviationIndex
from bot.language.rooms.exact_names import exact_spelling, index_exact_names, key_part, signs_in
from bot.language.rooms.name_context import continues_code, is_count_or_clock
from bot.language.rooms.name_parts import part_variants
from bot.language.rooms.name_types import Candidates, NameOwner, NameType, restricted_type
from bot.language.rooms.name_variants import (
    WeightedVariant,
    building_variants,
    common_noun_variants,
    correctable_name_words,
    normalize_id,
    normalize_word,
    room_variants,
    society_variants,
    split_name,
)
from bot.language.text.spelling import SpellingCorrector
from bot.language.text.tokenizer import Token, normalize, tokenize
from core.model import Building, BuildingId, Room, RoomId, Society

_MAX_NAME_TOKENS = 32
_MAX_NUMBER_TOKENS = 8
_MAX_PREFIX = 5
_PREFIX_SIZES = range(1, _MAX_PREFIX + 1)
_INNER_SIGNS = frozenset("-./',&()#:_")


class NameMatch(Struct, frozen=True):
    """A name and its tokens `[start_index, end_index)`."""

    name_type: NameType
    id: str
    start_index: int
    end_index: int


class NameIndex(Struct, frozen=True, eq=False):
    """Immutable index of names, made by `NameIndex.build`; it may be shared between threads.

    The key of a name is its letters and digits. `exact` has the names that have to be typed with their signs,
    `signs` those that may stand within names.
    """

    variants: Mapping[str, NameOwner]
    exact: Mapping[str, Mapping[str, NameOwner]]
    signs: frozenset[str]
    prefixes: frozenset[str]
    max_key_length: int
    abbreviations: AbbreviationIndex[NameOwner]
    room_numbers: Mapping[str, Mapping[str, str]]
    unique_room_numbers: Mapping[str, str]
    building_by_room: Mapping[str, BuildingId]
    display_names: Mapping[NameOwner, str]
    spelling_corrector: SpellingCorrector

    @classmethod
    def build(
        cls, rooms: Iterable[Room], buildings: Iterable[Building], societies: Iterable[Society]
    ) -> "NameIndex":
        rooms, buildings, societies = tuple(rooms), tuple(buildings), tuple(societies)
        candidates = _collect_candidates(rooms, buildings, societies)
        variants = _choose_candidates(candidates)
        exact = index_exact_names(candidates, rooms, buildings, societies)
        room_numbers = _index_room_numbers(rooms, candidates, variants)
        everything: tuple[Room | Building | Society, ...] = (*buildings, *rooms, *societies)
        return cls(
            variants=variants,
            exact=exact,
            signs=_INNER_SIGNS.union(sign for one in everything for sign in signs_in(one.name)),
            prefixes=frozenset(
                key[:size] for keys in (variants, exact) for key in keys for size in _PREFIX_SIZES
            ),
            max_key_length=max((len(key) for keys in (variants, exact) for key in keys), default=0),
            abbreviations=AbbreviationIndex(_names_to_shorten(rooms, buildings)),
            room_numbers=room_numbers,
            unique_room_numbers=_unique_room_numbers(rooms),
            building_by_room={room.id: room.building_id for room in rooms},
            display_names={
                **{(NameType.BUILDING, one.id): one.name for one in buildings},
                **{(NameType.ROOM, one.id): one.name for one in rooms},
                **{(NameType.SOCIETY, one.id): one.name for one in societies},
            },
            spelling_corrector=SpellingCorrector(
                correctable_name_words(
                    name for one in everything for name in (one.name, *getattr(one, "aliases", ()))
                )
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
            if token.is_word or token.raw == "&":
                key += key_part(tokens, index)
                if len(key) > self.max_key_length or key[:_MAX_PREFIX] not in self.prefixes:
                    break
            elif token.word not in self.signs:
                break
            owner = self._owner(key, tokens, start_index, index)
            if owner is not None and not continues_code(tokens, index + 1):
                found = NameMatch(*owner, start_index, index + 1)
        return found

    def spans_of_several_words(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """The positions `[start, end)` of the names of two words and more, from left to right."""
        index = 0
        while index < len(tokens):
            match = self.match_at(tokens, index) if tokens[index].is_word else None
            if match is not None and match.end_index > index + 1:
                yield index, match.end_index
            index = max(match.end_index if match is not None else 0, index + 1)

    def _owner(self, key: str, tokens: Sequence[Token], first: int, last: int) -> NameOwner | None:
        """Whose name these tokens are."""
        if key in self.exact:
            owner = self.exact[key].get(exact_spelling(tokens[first : last + 1]))
            if owner is not None:
                return owner
        if not tokens[last].is_word or key not in self.variants:
            return None
        if last > first and is_count_or_clock(tokens, last, is_named=True):
            return None
        return self.variants[key]

    def match_room_number(self, building: str, tokens: Sequence[Token], start_index: int) -> NameMatch | None:
        """The room of a building whose number begins with this token."""
        numbers = self.room_numbers.get(building, {})
        key, found = "", None
        for index in range(start_index, min(start_index + _MAX_NUMBER_TOKENS, len(tokens))):
            token = tokens[index]
            if token.field is not None or not (token.is_word or token.word in {".", "-", "_"}):
                break
            key += key_part(tokens, index) if token.is_word else ""
            room = numbers.get(key) or numbers.get(without_zeros(key))
            if room is None or continues_code(tokens, index + 1) or is_count_or_clock(tokens, index):
                continue
            found = NameMatch(NameType.ROOM, room, start_index, index + 1)
        return found

    def match_abbreviated(self, tokens: Sequence[Token], start_index: int) -> NameMatch | None:
        """The name of which several words are shortened here (`elec eng`)."""
        found = self.abbreviations.match_at(tokens, start_index)
        return None if found is None else NameMatch(*found.owner, found.start_index, found.end_index)

    def lookup(self, text: str) -> NameMatch | None:
        """The entity that these words mean on their own."""
        tokens = tokenize(normalize(text))
        match = self.match_at(tokens, 0) if tokens else None
        return match if match and not any(token.is_word for token in tokens[match.end_index :]) else None


def _collect_candidates(
    rooms: Sequence[Room], buildings: Sequence[Building], societies: Sequence[Society]
) -> Candidates:
    candidates: Candidates = {}
    rooms_of: dict[BuildingId, list[Room]] = {}
    for room in rooms:
        rooms_of.setdefault(room.building_id, []).append(room)
        _add_candidates(candidates, NameType.ROOM, room.id, room_variants(room))
    for room, variant in part_variants(rooms, buildings):
        _add_candidates(candidates, NameType.ROOM, room.id, (variant,))
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
    candidates: Candidates,
    name_type: NameType,
    entity_id: str,
    variants: Iterable[WeightedVariant],
) -> None:
    for weight, variant in variants:
        candidates.setdefault(variant, set()).add((weight, name_type, entity_id))


def _choose_candidates(candidates: Candidates) -> dict[str, NameOwner]:
    """Assigns each variant to the candidate with the lowest weight; a tie is dropped as ambiguous."""
    chosen: dict[str, NameOwner] = {}
    shared: dict[NameOwner, NameOwner] = {}
    for variant, entries in candidates.items():
        surest = min(weight for weight, _, _ in entries)
        owners = {(name_type, owner) for weight, name_type, owner in entries if weight == surest}
        if len(owners) > 1:  # a building of one room is called like its room
            owners = {
                (name_type, owner) for name_type, owner in owners if name_type is NameType.ROOM
            } or owners
        if len(owners) == 1:
            name_type, entity_id = owners.pop()
            owner = restricted_type(surest, name_type), entity_id
            chosen[variant] = shared.setdefault(owner, owner)
    return chosen


def _names_to_shorten(
    rooms: Iterable[Room], buildings: Iterable[Building]
) -> Iterable[tuple[Sequence[str], NameOwner]]:
    """The names of buildings, and of rooms that have no number in theirs."""
    for building in buildings:
        for name in (building.name, *building.aliases):
            yield split_name(name), (NameType.BUILDING, building.id)
    for room in rooms:
        if room.name.replace(" ", "").isalpha():
            yield split_name(room.name), (NameType.ROOM, room.id)


def _index_room_numbers(
    rooms: Sequence[Room], candidates: Candidates, variants: Mapping[str, NameOwner]
) -> dict[str, dict[str, str]]:
    """The rooms of each building by number, or by a name that rooms of other buildings have as well."""
    numbers = _numbers_by_building(rooms)
    building_by_room = {room.id: room.building_id for room in rooms}
    named: dict[tuple[BuildingId, str], set[RoomId]] = {}
    for key, owner in (*_short_names(rooms, variants), *_ambiguous_names(candidates, variants)):
        named.setdefault((building_by_room[owner], key), set()).add(owner)
    for (building, key), owners in named.items():
        if len(owners) == 1:
            numbers[building].setdefault(key, owners.pop())
    return numbers


def _short_names(rooms: Iterable[Room], variants: Mapping[str, NameOwner]) -> Iterator[tuple[str, RoomId]]:
    for room in rooms:
        if room.abbr and (key := normalize_id(room.abbr)) not in variants:
            yield key, room.id


def _numbers_by_building(rooms: Sequence[Room]) -> dict[str, dict[str, str]]:
    """`G3` also means `G03` where there is no `G3`."""
    numbers: dict[str, dict[str, str]] = {}
    for room in rooms:
        numbers.setdefault(room.building_id, {})[normalize_id(room.number)] = room.id
    for building_numbers in numbers.values():
        for number, room_id in tuple(building_numbers.items()):
            building_numbers.setdefault(without_zeros(number), room_id)
    return numbers


def without_zeros(number: str) -> str:
    """`g3` for `g03`; of zeros alone one stays, `g0` for `g00`."""
    letters = number.rstrip("0123456789")
    figures = number[len(letters) :]
    return letters + (figures.lstrip("0") or figures[:1])


def _ambiguous_names(
    candidates: Candidates, variants: Mapping[str, NameOwner]
) -> Iterator[tuple[str, RoomId]]:
    """The names that several rooms have, with each of these rooms."""
    for key in candidates.keys() - variants.keys():
        for _, name_type, owner in candidates[key]:
            if name_type is NameType.ROOM:
                yield key, RoomId(owner)


def _unique_room_numbers(rooms: Sequence[Room]) -> dict[str, str]:
    """Room numbers that occur only once on campus."""
    numbers = _numbers_by_building(rooms)
    counts = Counter(number for building_numbers in numbers.values() for number in building_numbers)
    return {
        number: room_id
        for building_numbers in numbers.values()
        for number, room_id in building_numbers.items()
        if counts[number] == 1
    }
