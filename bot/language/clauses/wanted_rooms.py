"""Finds the places, seats and equipment of each clause: the last word counts, and no means no."""

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from bot.language.clauses.marks import next_boundary
from bot.language.clauses.split import Clause, ClauseRole, Clauses
from bot.language.lexicon.vocabulary import NUMBER_WORDS
from bot.language.rooms.names import NameIndex
from bot.language.rooms.places import FoundPlaces, find_places
from bot.language.rooms.requirements import Requirement, find_requirements
from bot.language.rooms.seats import CapacityMatch, find_capacities
from bot.language.text.spans import EXTRA_CAPACITY, HIDDEN
from bot.language.text.token_cursor import TokenCursor, parse_cardinal
from bot.language.text.tokenizer import Token
from core.model import BuildingId, Equipment, Location, RoomId, Usage

_PLACE_FIELDS = ("room", "building", "near")
_ADDING_WORDS = frozenset({"and", "also", "plus", "too"})


class ClausePlaces(Struct):
    """The places that are requested, and those that are ruled out."""

    found: FoundPlaces
    excluded_buildings: tuple[BuildingId, ...] = ()
    excluded_rooms: tuple[RoomId, ...] = ()


class RoomRequirements(Struct):
    """What a room has to have and to be."""

    equipment: frozenset[Equipment] = field(default_factory=frozenset)
    usage: Usage | None = None
    location: Location | None = None


def find_clause_places(clauses: Clauses, tokens: list[Token], names: NameIndex) -> ClausePlaces:
    """The places of all clauses. Their tokens are marked."""
    places = ClausePlaces(FoundPlaces())
    for clause in clauses.clauses:
        if clause.negated is not None:
            _rule_out(places, clause, names)
            continue
        found = find_places(tokens[clause.start_index : clause.end_index], names)
        is_correction = clause.role is ClauseRole.CORRECTION
        if is_correction and any(getattr(found, name) is not None for name in _PLACE_FIELDS):
            for name in _PLACE_FIELDS:
                setattr(places.found, name, None)
        for name in (*_PLACE_FIELDS, "society"):
            value = getattr(found, name)
            if value is not None and (getattr(places.found, name) is None or is_correction):
                setattr(places.found, name, value)
    return places


def _rule_out(places: ClausePlaces, clause: Clause, names: NameIndex) -> None:
    """Adds the places of a negation, and drops what was requested if it is one of them."""
    negated = clause.negated
    if negated is None:
        return
    places.excluded_buildings = tuple(dict.fromkeys((*places.excluded_buildings, *negated.buildings)))
    places.excluded_rooms = tuple(dict.fromkeys((*places.excluded_rooms, *negated.rooms)))
    found = places.found
    if found.building in negated.buildings:
        found.building = None
    if found.near in negated.buildings:
        found.near = None
    if found.room is not None and (
        found.room in negated.rooms or names.building_by_room[found.room] in negated.buildings
    ):
        found.room = None


def find_clause_capacity(clauses: Clauses, tokens: list[Token]) -> int | None:
    """The number of people: the first, unless a later clause corrects it. Others are marked as extra."""
    capacity: int | None = None
    last: CapacityMatch | None = None
    for clause in clauses.clauses:
        if clause.negated is not None:
            continue
        found = list(_capacities(tokens, clause))
        if not found and last is not None and clause.role is ClauseRole.CORRECTION:
            found = _lone_number(tokens, clause, last)
        is_newer = bool(found) and (clause.role is ClauseRole.CORRECTION or capacity is None)
        for number, match in enumerate(found):
            is_first = is_newer and number == 0
            _mark(tokens, "capacity" if is_first else EXTRA_CAPACITY, match.start_index, match.end_index)
        if is_newer:
            if last is not None:
                _mark(tokens, HIDDEN, last.start_index, last.end_index)
            capacity, last = found[0].value, found[0]
    return capacity


def _capacities(tokens: Sequence[Token], clause: Clause) -> list[CapacityMatch]:
    start = clause.start_index
    found = find_capacities(TokenCursor(tokens[start : clause.end_index]))
    return [
        replace(match, start_index=match.start_index + start, end_index=match.end_index + start)
        for match in found
    ]


def _lone_number(tokens: Sequence[Token], clause: Clause, last: CapacityMatch) -> list[CapacityMatch]:
    """The number that corrects the people named just before it: `12 people, no 15`."""
    between = tokens[last.end_index : clause.start_index]
    if any(token.is_word and token.field is None for token in between):
        return []
    start = clause.start_index
    while start < clause.end_index and (not tokens[start].is_word or tokens[start].field is not None):
        start += 1
    limit = next_boundary(tokens, start, clause.end_index)
    words = [index for index in range(start, limit) if tokens[index].is_word]
    words = words[1:] if words and tokens[words[0]].word in {"for", "about", "around"} else words
    if not words or not (tokens[words[0]].word.isdecimal() or tokens[words[0]].word in NUMBER_WORDS):
        return []
    number = parse_cardinal(TokenCursor(tokens[words[0] : limit]), 0)
    if number is None or number.end_index < len(words) or number.value == 0:
        return []
    return [CapacityMatch(number.value, words[0], words[0] + number.end_index)]


def find_clause_requirements(clauses: Clauses, tokens: list[Token]) -> RoomRequirements:
    """Equipment, usage and location of all clauses; a correction that begins with equipment replaces it."""
    wanted = RoomRequirements()
    for clause in clauses.clauses:
        if clause.negated is not None:
            continue
        start = clause.start_index
        found = list(find_requirements(TokenCursor(tokens[start : clause.end_index])))
        for match in found:
            kind = type(match.value).__name__.lower()
            _mark(tokens, kind, match.start_index + start, match.end_index + start)
        _take(wanted, found, clause, tokens)
    return wanted


def _take(
    wanted: RoomRequirements, found: Sequence[Requirement], clause: Clause, tokens: Sequence[Token]
) -> None:
    values = [match.value for match in found]
    equipment = frozenset(value for value in values if isinstance(value, Equipment))
    is_correction = clause.role is ClauseRole.CORRECTION
    replaces = is_correction and bool(equipment) and _opens_with(found[0], clause, tokens)
    wanted.equipment = equipment if replaces else wanted.equipment | equipment
    for value in values:
        if isinstance(value, Usage) and (wanted.usage is None or is_correction):
            wanted.usage = value
            break
    for value in values:
        if isinstance(value, Location) and (wanted.location is None or is_correction):
            wanted.location = value
            break


def _opens_with(match: Requirement, clause: Clause, tokens: Sequence[Token]) -> bool:
    """Whether nothing but articles stands before the requirement, and no `also` about it."""
    before = tokens[clause.start_index : clause.start_index + match.start_index]
    words = {token.word for token in tokens[clause.start_index : clause.end_index]}
    return not words & _ADDING_WORDS and all(
        token.word in {"a", "an", "the", "with", "some"} or not token.is_word for token in before
    )


def _mark(tokens: Sequence[Token], field_name: str, start_index: int, end_index: int) -> None:
    for token in tokens[start_index:end_index]:
        token.field = field_name
