"""What the rooms, buildings and societies of a campus may be called, and where a text calls one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.language.rooms.name_variants import (
    Weighed,
    building_forms,
    common_forms,
    room_forms,
    society_forms,
    spellable,
    squashed,
    squashed_id,
)
from bot.language.text.spelling import Speller
from bot.language.text.tokenizer import Token, plain, tokenise
from core.model.entities import Building, BuildingId, Room, Society

_LONGEST = 12
_SHORTHAND = 5
_COMMON = 6
_INNER_SIGNS = frozenset("-./',&()#:")


class What(StrEnum):
    """What a name calls.

    A society may be cut so short that it counts only after `for`; a building may be called by a common noun,
    which counts only after `in the` and `near the`.
    """

    BUILDING = "building"
    ROOM = "room"
    SOCIETY = "society"
    SHORT_SOCIETY = "short society"
    COMMON_NOUN = "common noun"


@dataclass(frozen=True, slots=True)
class Called:
    """A stretch of tokens `[first, after)` that calls something by a name."""

    what: What
    id: str
    first: int
    after: int


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """An index of names, built once with `Names.of`; it never changes and may be shared between threads."""

    forms: Mapping[str, tuple[What, str]]
    beginnings: frozenset[str]
    numbers: Mapping[str, Mapping[str, str]]
    lone_numbers: Mapping[str, str]
    building_of: Mapping[str, BuildingId]
    spoken: Mapping[tuple[What, str], str]
    speller: Speller

    @classmethod
    def of(
        cls, rooms: Iterable[Room], buildings: Iterable[Building], societies: Iterable[Society]
    ) -> "Names":
        rooms, buildings, societies = tuple(rooms), tuple(buildings), tuple(societies)
        forms = _settled(_claims(rooms, buildings, societies))
        numbers = _numbers(rooms)
        return cls(
            forms=forms,
            beginnings=frozenset(form[:size] for form in forms for size in (1, 2, 3)),
            numbers=numbers,
            lone_numbers=_lone(numbers),
            building_of={room.id: room.building_id for room in rooms},
            spoken={
                **{(What.BUILDING, one.id): one.name for one in buildings},
                **{(What.ROOM, one.id): one.name for one in rooms},
                **{(What.SOCIETY, one.id): one.name for one in societies},
            },
            speller=Speller(spellable(one.name for group in (buildings, rooms, societies) for one in group)),
        )

    def is_a_name(self, word: str) -> bool:
        """Whether the word alone calls something."""
        return squashed(word) in self.forms

    def called_at(self, tokens: Sequence[Token], first: int) -> Called | None:
        """The longest name that begins with this token."""
        key, found = "", None
        for index in range(first, min(first + _LONGEST, len(tokens))):
            token = tokens[index]
            if token.field is not None:
                break
            if token.is_word or token.word == "&":
                key += squashed(token.word)
                if key[:3] not in self.beginnings:
                    break
                form = self.forms.get(key)
                if form is not None and not _runs_on(tokens, index):
                    found = Called(*form, first, index + 1)
            elif token.word not in _INNER_SIGNS:
                break
        return found

    def room_at(self, building: str, tokens: Sequence[Token], first: int) -> Called | None:
        """The room of a building whose number begins with this token."""
        numbers = self.numbers.get(building, {})
        key, found = "", None
        for index in range(first, min(first + 4, len(tokens))):
            token = tokens[index]
            if token.field is not None or not (token.is_word or token.word in {".", "-", "_"}):
                break
            key += token.word if token.is_word else ""
            room = numbers.get(key)
            if room is not None and not _runs_on(tokens, index):
                found = Called(What.ROOM, room, first, index + 1)
        return found

    def by_words(self, text: str) -> Called | None:
        """What these words would be read as when they stand alone."""
        tokens = tokenise(plain(text))
        called = self.called_at(tokens, 0) if tokens else None
        return called if called and called.after == len(tokens) else None


def _runs_on(tokens: Sequence[Token], index: int) -> bool:
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return following is not None and following.glued and following.is_word


_Claim = tuple[int, What, str]


def _claims(
    rooms: Sequence[Room], buildings: Sequence[Building], societies: Sequence[Society]
) -> dict[str, set[_Claim]]:
    claims: dict[str, set[_Claim]] = {}
    rooms_of: dict[BuildingId, list[Room]] = {}
    for room in rooms:
        rooms_of.setdefault(room.building_id, []).append(room)
        _claim(claims, What.ROOM, room.id, room_forms(room))
    for building in buildings:
        _claim(claims, What.BUILDING, building.id, building_forms(building, rooms_of.get(building.id, [])))
        _claim(claims, What.BUILDING, building.id, common_forms(building))
    for society in societies:
        _claim(claims, What.SOCIETY, society.id, society_forms(society))
    return claims


def _claim(claims: dict[str, set[_Claim]], what: What, owner: str, forms: Iterable[Weighed]) -> None:
    for weight, form in forms:
        claims.setdefault(form, set()).add((weight, what, owner))


def _settled(claims: Mapping[str, set[_Claim]]) -> dict[str, tuple[What, str]]:
    """Each form with its owner: the surest claim wins; what two have an equal right to is nobody's."""
    forms: dict[str, tuple[What, str]] = {}
    for form, claimed in claims.items():
        surest = min(weight for weight, _, _ in claimed)
        owners = {(what, owner) for weight, what, owner in claimed if weight == surest}
        if len(owners) > 1:  # a building of one room is called like its room
            owners = {(what, owner) for what, owner in owners if what is What.ROOM} or owners
        if len(owners) == 1:
            what, owner = owners.pop()
            forms[form] = (_GUARDED.get(surest, what), owner)
    return forms


_GUARDED = {_SHORTHAND: What.SHORT_SOCIETY, _COMMON: What.COMMON_NOUN}


def _numbers(rooms: Sequence[Room]) -> dict[str, dict[str, str]]:
    """The rooms of each building by number, `G3` serving for `G03` where nothing else is called so."""
    numbers: dict[str, dict[str, str]] = {}
    for room in rooms:
        numbers.setdefault(room.building_id, {})[squashed_id(room.number)] = room.id
    for of_building in numbers.values():
        for number, room_id in tuple(of_building.items()):
            letters = number.rstrip("0123456789")
            digits = number[len(letters) :]
            if digits:
                of_building.setdefault(letters + digits.lstrip("0"), room_id)
    return numbers


def _lone(numbers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The numbers that only one room of the campus has."""
    counts = Counter(number for of_building in numbers.values() for number in of_building)
    return {
        number: room_id
        for of_building in numbers.values()
        for number, room_id in of_building.items()
        if counts[number] == 1
    }
