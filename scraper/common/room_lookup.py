"""Looks up the rooms that the location of a calendar event names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.model import Room, RoomId

_SEPARATORS = re.compile(r"[;,\n|]|\s-\s")
_WORD_PATTERN = re.compile(r"[^\s,;()|]+")


@dataclass(frozen=True, slots=True)
class RoomLookup:
    """Rooms by id, name, abbreviation and alias. `only_room` is that of a feed of one room."""

    rooms_by_name: Mapping[str, RoomId]
    only_room: RoomId | None = None

    def find_rooms(self, text: str) -> tuple[RoomId, ...]:
        """The rooms that a text names: as a whole, in its parts, or by an id among its words."""
        if self.only_room is not None:
            return (self.only_room,)
        found = (self.rooms_by_name.get(_normalize(candidate)) for candidate in _candidate_names(text))
        return tuple(dict.fromkeys(room for room in found if room is not None))


def build_room_lookup(rooms: Iterable[Room]) -> RoomLookup:
    """Builds the lookup; a name that several rooms share means none of them."""
    owners: dict[str, set[RoomId]] = {}
    for room in rooms:
        for name in (room.id, room.name, room.abbr, *room.aliases):
            if _normalize(name):
                owners.setdefault(_normalize(name), set()).add(room.id)
    return RoomLookup({name: min(ids) for name, ids in owners.items() if len(ids) == 1})


def _candidate_names(text: str) -> Iterator[str]:
    yield text
    yield from _SEPARATORS.split(text)
    yield from (word for word in _WORD_PATTERN.findall(text) if any(map(str.isdigit, word)) or "-" in word)


def _normalize(name: str) -> str:
    return " ".join(name.casefold().split())
