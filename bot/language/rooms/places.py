"""Finds places in a text: the room, the building, what to be near, and the society it is for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import BUILDING_SUFFIXES
from bot.language.rooms.names import NameIndex, NameMatch, NameType
from bot.language.text.tokenizer import Token
from core.model import BuildingId, RoomId, SocietyId

_NEAR_WORDS = word_set(
    """
    distance vicinity near nearby nearest nearer closest close next beside besides opposite by around adjacent
    alongside
    """
)
_SKIPPABLE_WORDS = word_set("to the of is from in at this that somewhere right")
_NEGATIONS = word_set("not except avoid but excluding")
_ROOM_WORDS = word_set("room rm rooms")


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A value, its field of the result, and its tokens `[start_index, end_index)`."""

    field: str
    value: str
    start_index: int
    end_index: int


@dataclass(slots=True)
class FoundPlaces:
    """The first match of each field."""

    room: RoomId | None = None
    building: BuildingId | None = None
    near: BuildingId | None = None
    society: SocietyId | None = None


def find_places(tokens: list[Token], names: NameIndex) -> FoundPlaces:
    """Finds the names in a text and marks their tokens."""
    found = FoundPlaces()
    for match in find_names(tokens, names):
        place = _to_place_match(match, tokens, names)
        if place is not None and getattr(found, place.field) is None:
            setattr(found, place.field, place.value)
            for token in tokens[place.start_index : place.end_index]:
                token.field = place.field
    _find_lone_room_number(tokens, names, found)
    if (
        found.room is not None
        and found.building is not None
        and names.building_by_room[found.room] == found.building
    ):
        found.building = None
    return found


def find_names(tokens: Sequence[Token], names: NameIndex) -> Iterator[NameMatch]:
    """Yields the names from left to right, the longest at each position."""
    index = 0
    while index < len(tokens):
        is_word_start = tokens[index].is_word and not (
            tokens[index].is_attached and index and tokens[index - 1].is_word
        )
        match = names.match_at(tokens, index) if is_word_start else None
        if match is not None:
            yield match
        index = max(match.end_index if match else 0, index + 1)


def _to_place_match(match: NameMatch, tokens: Sequence[Token], names: NameIndex) -> PlaceMatch | None:
    if match.name_type is NameType.SOCIETY:
        return PlaceMatch("society", match.id, match.start_index, match.end_index)
    if match.name_type is NameType.SHORT_SOCIETY:
        return _match_short_society(match, tokens)
    if match.name_type is NameType.COMMON_NOUN and not _has_article(tokens, match.start_index):
        return None
    near = _find_near_word(tokens, match.start_index)
    if near is not None:
        building = names.building_by_room[match.id] if match.name_type is NameType.ROOM else match.id
        return PlaceMatch("near", building, near, _skip_building_suffix(tokens, match.end_index))
    if _is_negated(tokens, match.start_index):
        return None
    if match.name_type is NameType.ROOM:
        return PlaceMatch("room", match.id, match.start_index, match.end_index)
    return _match_room_in_building(match, tokens, names) or PlaceMatch(
        "building", match.id, match.start_index, _skip_building_suffix(tokens, match.end_index)
    )


def _match_short_society(match: NameMatch, tokens: Sequence[Token]) -> PlaceMatch | None:
    before = tokens[match.start_index - 1].word if match.start_index else ""
    earlier = tokens[match.start_index - 2].word if match.start_index > 1 else ""
    has_for = (
        before == "for"
        or (before in {"the", "our", "my"} and earlier == "for")
        or (before == "of" and earlier == "behalf")
    )
    after = match.end_index
    ends = after < len(tokens) and tokens[after].word in {"society", "soc", "club", "socs"}
    return PlaceMatch("society", match.id, match.start_index, after + ends) if has_for or ends else None


def _has_article(tokens: Sequence[Token], start_index: int) -> bool:
    """`in the library`, `near the library`, `near library`."""
    before = [token.word for token in tokens[max(start_index - 2, 0) : start_index]]
    if before[-1:] == ["the"]:
        return before[0] in _NEAR_WORDS | {"in", "at", "to", "inside"}
    return before[-1:] != [] and before[-1] in _NEAR_WORDS


def _find_near_word(tokens: Sequence[Token], start_index: int) -> int | None:
    """The position of the word that makes it `near X`."""
    at = start_index - 1
    while at >= 0 and tokens[at].word in _SKIPPABLE_WORDS:
        at -= 1
    if at < 0 or tokens[at].word not in _NEAR_WORDS or tokens[at].field is not None:
        return None
    skipped = {tokens[index].word for index in range(at + 1, start_index)}
    if tokens[at].word in {"next", "close", "by", "around"} and not skipped <= {"to", "the"}:
        return None
    return at


def _is_negated(tokens: Sequence[Token], start_index: int) -> bool:
    """`not in Ainsworth`, `anywhere but the Quad`, `except Law 203`."""
    at = start_index - 1
    while at >= 0 and tokens[at].word in {"in", "the", "at", "for", "from"}:
        at -= 1
    return at >= 0 and tokens[at].word in _NEGATIONS


def _skip_building_suffix(tokens: Sequence[Token], end_index: int) -> int:
    return end_index + (
        end_index < len(tokens)
        and tokens[end_index].word in BUILDING_SUFFIXES
        and tokens[end_index].field is None
    )


def _match_room_in_building(match: NameMatch, tokens: Sequence[Token], names: NameIndex) -> PlaceMatch | None:
    """`Ainsworth room G03`, `G03 in the Ainsworth building`."""
    at = _skip_building_suffix(tokens, match.end_index)
    while at < len(tokens) and tokens[at].word in _ROOM_WORDS | {",", "-"}:
        at += 1
    room = names.match_room_number(match.id, tokens, at)
    if room is not None:
        return PlaceMatch("room", room.id, match.start_index, room.end_index)
    return _match_room_before_building(match, tokens, names)


def _match_room_before_building(
    match: NameMatch, tokens: Sequence[Token], names: NameIndex
) -> PlaceMatch | None:
    at = match.start_index - 1
    while at >= 0 and tokens[at].word in {"in", "at", "of", "the", ",", "-"}:
        at -= 1
    if at < 0 or tokens[at].field is not None:
        return None
    for first in (at - 1, at):
        room = names.match_room_number(match.id, tokens, first) if first >= 0 else None
        if room is not None and room.end_index == at + 1 and _is_room_number(tokens, first):
            after = _skip_building_suffix(tokens, match.end_index)
            return PlaceMatch(
                "room", room.id, first - (first > 0 and tokens[first - 1].word in _ROOM_WORDS), after
            )
    return None


def _is_room_number(tokens: Sequence[Token], start_index: int) -> bool:
    """Whether it is a room's number, not the hour before `in Ainsworth`."""
    word = tokens[start_index].word
    if start_index and tokens[start_index - 1].word in _ROOM_WORDS:
        return True
    if start_index and (tokens[start_index - 1].word in {":", "-", "at", "until", "to", "@"}):
        return False
    return not word.isdecimal() or len(word) >= 3


def _find_lone_room_number(tokens: list[Token], names: NameIndex, found: FoundPlaces) -> None:
    """Finds a room by its number alone: in the building that was named, or the only one on campus with it."""
    if found.room is not None:
        return
    building_rooms = names.room_numbers.get(found.building or "", {})
    for index, token in enumerate(tokens):
        if token.field is not None or not token.is_word:
            continue
        labelled = index > 0 and tokens[index - 1].word in _ROOM_WORDS
        has_letter = not token.word.isdecimal() and any(map(str.isdecimal, token.word))
        if not (labelled or has_letter):
            continue
        room = building_rooms.get(token.word) or (
            None if found.building else names.unique_room_numbers.get(token.word)
        )
        if room is not None:
            found.room = RoomId(room)
            token.field = "room"
            return
