"""Generates parts of rooms' names by which people know them: `wet lab` of `Franklin Wet Lab`."""

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import COMMON_WORDS, GENERIC_WORDS
from bot.language.rooms.name_variants import (
    PART_WEIGHT,
    WEAK_WEIGHT,
    WeightedVariant,
    can_be_weak,
    is_distinctive,
    name_spellings,
    split_at_codes,
    split_name,
)
from core.model import Building, Room

_ROOM_TYPE_WORDS = word_set(
    """
    lab theatre studio auditorium court gym hall suite lounge bar chamber pod corner kitchen table cafe
    gallery chapel forum atrium terrace foyer workshop boardroom library
    """
)
_LINKS = word_set("and of the for in")
_MAX_PART_WORDS = 5
_MAX_SEGMENT_WORDS = 12
_MAX_NAME_LENGTH = 200
_MIN_NUMBER_LENGTH = 3
Segment = tuple[str, ...]


def part_variants(
    rooms: Iterable[Room], buildings: Iterable[Building]
) -> Iterator[tuple[Room, WeightedVariant]]:
    """Parts of the names between codes and numbers, of names that no other room shares; `pod 101`."""
    words_of_building = {each.id: frozenset(split_name(each.name)) for each in buildings}
    segments = {room.id: _segments(room) for room in rooms}
    counts = Counter(segment for found in segments.values() for segment in found)
    for room in rooms:
        own = words_of_building.get(room.building_id, frozenset())
        if not set(segments[room.id][0] if segments[room.id] else ()) <= own:
            yield from ((room, (PART_WEIGHT, variant)) for variant in _numbered_parts(room, own))
        for segment in segments[room.id]:
            if counts[segment] == 1:
                yield from ((room, variant) for variant in _parts(segment))


def _segments(room: Room) -> tuple[Segment, ...]:
    """The words of a name between its codes, with text in brackets and without."""
    found: dict[Segment, None] = {}
    for _, words in name_spellings(room.name):
        for segment in split_at_codes(words):
            found[segment[:_MAX_SEGMENT_WORDS]] = None
    return tuple(found)


def _numbered_parts(room: Room, words_of_building: frozenset[str]) -> Iterator[str]:
    """`pod 101`, `group room 201`: the end of a name with its number of three characters or more."""
    words = split_name(room.name[:_MAX_NAME_LENGTH])[:_MAX_SEGMENT_WORDS]
    if len(words) < 3 or words[-1].isalpha() or len(words[-1]) < _MIN_NUMBER_LENGTH:
        return
    for first in range(1, len(words) - 1):
        part = words[first:]
        if all(word.isalpha() for word in part[:-1]) and part[0] not in words_of_building | set(_LINKS):
            yield "".join(part)


def _parts(segment: Segment) -> Iterator[WeightedVariant]:
    for first in range(len(segment)):
        if is_distinctive(segment[first]) and can_be_weak(segment[first]):
            yield WEAK_WEIGHT, segment[first]
        for after in range(first + 2, min(len(segment), first + _MAX_PART_WORDS) + 1):
            part = segment[first:after]
            if _names_a_room(part):
                yield PART_WEIGHT, "".join(part)


def _names_a_room(part: Segment) -> bool:
    if part[0] in _LINKS or part[-1] in _LINKS:
        return False
    telling = [word for word in part if word not in GENERIC_WORDS and word not in {"a", "i"}]
    if not telling:
        return False
    return part[-1] in _ROOM_TYPE_WORDS or any(word not in COMMON_WORDS for word in telling)
