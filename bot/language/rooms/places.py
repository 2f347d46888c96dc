"""Finds places in a text: the room, the building, what to be near, and the society it is for."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import BUILDING_SUFFIXES
from bot.language.rooms.name_context import (
    ROOM_WORDS,
    belongs_to_unknown,
    continues_code,
    is_bare_number,
    is_count_or_clock,
    is_introduced,
    is_shorthand_of_time,
    stands_as_place,
    starts_inside_code,
    word_at,
)
from bot.language.rooms.name_types import NameOwner, NameType
from bot.language.rooms.names import NameIndex, NameMatch, without_zeros
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
_STRONG_TYPES = {NameType.WEAK_BUILDING: NameType.BUILDING, NameType.WEAK_ROOM: NameType.ROOM}
_LABEL_SIGNS = frozenset("([{<")
_MAX_LABEL_TOKENS = 8
_SEATS_WORDS = word_set("cap capacity seats seat pax max people")


_QUOTING_SIGNS = frozenset("\"'@<>")


class PlaceMatch(Struct, frozen=True):
    """A value, its field of the result, and its tokens `[start_index, end_index)`."""

    field: str
    value: str
    start_index: int
    end_index: int


class FoundPlaces(Struct):
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
        if place is None:
            continue
        if getattr(found, place.field) is None:
            setattr(found, place.field, place.value)
        elif not _repeats(place, found, names):
            continue
        _mark(tokens, place)
    _find_lone_room_number(tokens, names, found)
    if (
        found.room is not None
        and found.building is not None
        and names.building_by_room[found.room] == found.building
    ):
        found.building = None
    return found


def find_signed_names(tokens: Sequence[Token], names: NameIndex) -> tuple[tuple[int, int], ...]:
    """The spans of names that hold signs of quotations or mentions, which are no such thing there."""
    if not names.signs & (_QUOTING_SIGNS - {"'"}):
        return ()
    spans = []
    for match in find_names(tokens, names):
        first, after = _with_own_quotes(match, tokens, names)
        if any(token.word in _QUOTING_SIGNS for token in tokens[first:after]):
            spans.append((tokens[first].start, tokens[after - 1].end))
    return tuple(spans)


def _with_own_quotes(match: NameMatch, tokens: Sequence[Token], names: NameIndex) -> tuple[int, int]:
    """The first token and the one after a name, with the quotation marks that its full form opens with."""
    name_type = _STRONG_TYPES.get(match.name_type, match.name_type)
    sign = names.display_names.get((name_type, match.id), "")[:1]
    first = match.start_index - (word_at(tokens, match.start_index - 1) == "the")
    if sign in _QUOTING_SIGNS and word_at(tokens, first - 1) == sign == word_at(tokens, match.end_index):
        return first - 1, match.end_index + 1
    return match.start_index, match.end_index


def _mark(tokens: Sequence[Token], place: PlaceMatch) -> None:
    for token in tokens[place.start_index : _skip_seats_label(tokens, place)]:
        token.field = place.field


def _repeats(place: PlaceMatch, found: FoundPlaces, names: NameIndex) -> bool:
    """Whether a name says again what is known: the same place, or the building of the room."""
    if getattr(found, place.field) == place.value:
        return True
    return (
        place.field == "building"
        and found.room is not None
        and (names.building_by_room[found.room] == place.value)
    )


def _skip_seats_label(tokens: Sequence[Token], place: PlaceMatch) -> int:
    """The position after the seats that a label of a room ends with: `(48)`, `[cap.120]`, `*`."""
    after = place.end_index
    if place.field != "room":
        return after
    if word_at(tokens, after) == "*" and tokens[after].is_attached:
        after += 1
    if word_at(tokens, after) not in _LABEL_SIGNS:
        return after
    has_number = False
    for index in range(after + 1, min(after + _MAX_LABEL_TOKENS, len(tokens))):
        word = word_at(tokens, index)
        if word in {")", "]", "}"}:
            return index + 1 if has_number else after
        has_number = has_number or word.isdecimal()
        if not (word.isdecimal() or word in _SEATS_WORDS or word in {".", ":"}):
            break
    return after


def find_names(tokens: Sequence[Token], names: NameIndex) -> Iterator[NameMatch]:
    """Yields the names from left to right, the longest at each position."""
    index = 0
    while index < len(tokens):
        match = None
        if tokens[index].is_word and tokens[index].field is None and not starts_inside_code(tokens, index):
            match = longest_name(tokens, index, names)
        if match is not None:
            yield match
        index = max(match.end_index if match else 0, index + 1)


def longest_name(tokens: Sequence[Token], index: int, names: NameIndex) -> NameMatch | None:
    """The longest name that begins with this token, in full or shortened."""
    match = names.match_at(tokens, index)
    if match is not None and is_bare_number(tokens, match.start_index, match.end_index):
        match = None
    shortened = names.match_abbreviated(tokens, index)
    if shortened is not None and not stands_as_place(tokens, index, shortened.end_index):
        shortened = None
    if shortened is not None and (match is None or shortened.end_index > match.end_index):
        return shortened
    return match or _match_lone_abbreviation(tokens, index, names)


def _is_building(owner: NameOwner) -> bool:
    return owner[0] is NameType.BUILDING


def _match_lone_abbreviation(tokens: Sequence[Token], index: int, names: NameIndex) -> NameMatch | None:
    """`ains g01`, `in ains`, `ains building`: one shortened word, where more says that it is a place."""
    owner = names.abbreviations.match_lone_word(tokens[index].raw, _is_building)
    if owner is None or continues_code(tokens, index + 1):
        return None
    is_place = (
        word_at(tokens, index + 1) in BUILDING_SUFFIXES
        or is_introduced(tokens, index)
        or names.match_room_number(owner[1], tokens, index + 1) is not None
    )
    return NameMatch(*owner, index, index + 1) if is_place else None


def _to_place_match(match: NameMatch, tokens: Sequence[Token], names: NameIndex) -> PlaceMatch | None:
    if match.name_type is NameType.SOCIETY:
        return PlaceMatch("society", match.id, match.start_index, match.end_index)
    if match.name_type is NameType.SHORT_SOCIETY:
        return _match_short_society(match, tokens)
    if not _is_meant_as_place(match, tokens):
        return None
    match = replace(match, name_type=_STRONG_TYPES.get(match.name_type, match.name_type))
    near = _find_near_word(tokens, match.start_index)
    if near is not None:
        building = names.building_by_room[match.id] if match.name_type is NameType.ROOM else match.id
        return PlaceMatch("near", building, near, _skip_building_suffix(tokens, match.end_index))
    if _is_negated(tokens, match.start_index):
        return None
    if match.name_type is NameType.ROOM:
        return PlaceMatch("room", match.id, match.start_index, match.end_index)
    room = _match_room_in_building(match, tokens, names)
    if room is None and is_shorthand_of_time(tokens, match.start_index, match.end_index):
        return None
    return room or PlaceMatch(
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


def _is_meant_as_place(match: NameMatch, tokens: Sequence[Token]) -> bool:
    """Whether the words around a common word leave it a name; always so for any other name."""
    if match.name_type is NameType.COMMON_NOUN:
        return _is_the_only_one(match, tokens)
    return match.name_type not in _STRONG_TYPES or stands_as_place(tokens, match.start_index, match.end_index)


def _is_the_only_one(match: NameMatch, tokens: Sequence[Token]) -> bool:
    """`in the library`, `near library`, `the lib tomorrow`."""
    return _has_article(tokens, match.start_index) or (
        word_at(tokens, match.start_index - 1) == "the"
        and stands_as_place(tokens, match.start_index, match.end_index)
    )


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
    at = _skip_own_id(match, tokens, _skip_building_suffix(tokens, match.end_index), names)
    while word_at(tokens, at) in ROOM_WORDS | _SIGNS_BEFORE_NUMBER:
        at += 1
    room = names.match_room_number(match.id, tokens, at)
    if room is not None:
        return PlaceMatch("room", room.id, match.start_index, room.end_index)
    return _match_room_before_building(match, tokens, names)


_SIGNS_BEFORE_NUMBER = frozenset(",-:./_#|")


def _skip_own_id(match: NameMatch, tokens: Sequence[Token], index: int, names: NameIndex) -> int:
    """The position after the building's other name in brackets: `Ainsworth Building (J17) - G01`."""
    if word_at(tokens, index) != "(" or index + 1 >= len(tokens):
        return index
    other = names.match_at(tokens, index + 1)
    is_own = other is not None and other.id == match.id and word_at(tokens, other.end_index) == ")"
    return other.end_index + 1 if other is not None and is_own else index


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
                "room", room.id, first - (first > 0 and tokens[first - 1].word in ROOM_WORDS), after
            )
    return None


def _is_room_number(tokens: Sequence[Token], start_index: int) -> bool:
    """Whether it is a room's number, not the hour before `in Ainsworth`."""
    word = tokens[start_index].word
    if start_index and tokens[start_index - 1].word in ROOM_WORDS:
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
        if token.field is not None or not token.is_word or starts_inside_code(tokens, index):
            continue
        labelled = index > 0 and tokens[index - 1].word in ROOM_WORDS
        has_letter = not token.raw.isdecimal() and any(map(str.isdecimal, token.raw))
        if (
            not (labelled or has_letter)
            or continues_code(tokens, index + 1)
            or is_count_or_clock(tokens, index)
        ):
            continue
        numbers = (token.raw, without_zeros(token.raw))
        room = next(filter(None, map(building_rooms.get, numbers)), None)
        if room is None and not found.building and not belongs_to_unknown(tokens, index):
            room = next(filter(None, map(names.unique_room_numbers.get, numbers)), None)
        if room is not None:
            found.room = RoomId(room)
            token.field = "room"
            return
