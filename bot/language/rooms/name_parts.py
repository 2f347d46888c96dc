"""Generates parts of rooms' names by which people know them: `wet lab` of `Franklin Wet Lab`."""

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import COMMON_WORDS, GENERIC_WORDS
from bot.language.rooms.name_variants import (
    PART_WEIGHT,
    WEAK_WEIGHT,
    WeightedVariant,
    is_distinctive,
    name_spellings,
    split_at_codes,
)
from core.model import Room

_ROOM_TYPE_WORDS = word_set(
    """
    lab theatre studio auditorium court gym hall suite lounge bar chamber pod corner kitchen table cafe
    gallery chapel forum atrium terrace foyer workshop boardroom library
    """
)
_LINKS = word_set("and of the for in")
_MAX_PART_WORDS = 5
_MAX_SEGMENT_WORDS = 12
Segment = tuple[str, ...]


def part_variants(rooms: Iterable[Room]) -> Iterator[tuple[Room, WeightedVariant]]:
    """Parts of the names between codes and numbers, of names that no other room shares."""
    segments = {room.id: _segments(room) for room in rooms}
    counts = Counter(segment for found in segments.values() for segment in found)
    for room in rooms:
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


def _parts(segment: Segment) -> Iterator[WeightedVariant]:
    for first in range(len(segment)):
        if is_distinctive(segment[first]):
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
