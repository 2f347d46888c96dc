"""Which rooms a calendar means when it says where."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.model.entities import Room, RoomId

_SEPARATORS = re.compile(r"[;,\n|]|\s-\s")
_WORD = re.compile(r"[^\s,;()|]+")


@dataclass(frozen=True, slots=True)
class Places:
    """Rooms by everything they are called. `only` is the one room of a feed that is about nothing else."""

    called: Mapping[str, RoomId]
    only: RoomId | None = None

    def rooms_in(self, text: str) -> tuple[RoomId, ...]:
        """The rooms that a text names: as a whole, in its parts, or by an id among its words."""
        if self.only is not None:
            return (self.only,)
        found = (self.called.get(_plain(candidate)) for candidate in _candidates(text))
        return tuple(dict.fromkeys(room for room in found if room is not None))


def places_of(rooms: Iterable[Room]) -> Places:
    """A name that several rooms share means none of them."""
    owners: dict[str, set[RoomId]] = {}
    for room in rooms:
        for name in (room.id, room.name, room.abbr, *room.aliases):
            if _plain(name):
                owners.setdefault(_plain(name), set()).add(room.id)
    return Places({name: min(ids) for name, ids in owners.items() if len(ids) == 1})


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield from _SEPARATORS.split(text)
    yield from (word for word in _WORD.findall(text) if any(map(str.isdigit, word)) or "-" in word)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
