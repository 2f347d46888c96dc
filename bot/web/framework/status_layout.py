"""Joins the rendered statuses of selected rooms to one JSON object by building.

A response is a selection of parts: what is between buildings and, for each room, its key and status after a
comma and the same without one. A mask of parts is an integer with a byte, 0 or 1, for each: `int.to_bytes`
turns it into selectors for `compress`, and one subtraction finds each building's first room.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress, count
from operator import or_

NEVER = -1
"""Until when a busy room stays free."""
_numbers = count()


class StatusLayout:
    """The parts of a response about all rooms, in order.

    `buildings` are JSON keys, each with its rooms' keys.
    """

    def __init__(self, buildings: Iterable[tuple[bytes, Sequence[bytes]]]) -> None:
        self.keys: list[bytes] = []
        self.places: list[int] = []
        """The place of each room's part without a comma."""
        self._between: dict[int, bytes] = {}
        before = b"{"
        for building, rooms in buildings:
            self._between[len(self._between) + 2 * len(self.keys)] = b"%b%b:{" % (before, building)
            for room in rooms:
                self.keys.append(room)
                self.places.append(len(self._between) + 2 * len(self.keys) - 1)
            before = b"},"
        self._between[len(self._between) + 2 * len(self.keys)] = b"}}" if self._between else b"{}"
        self.size = len(self._between) + 2 * len(self.keys)
        ends = tuple(self._between)
        self._opening, self._closing = self._mask(ends[:-1]), self._mask(ends[1:])
        self._all_between = self._mask(ends)

    def _mask(self, places: Iterable[int]) -> int:
        selectors = bytearray(self.size)
        for place in places:
            selectors[place] = 1
        return int.from_bytes(selectors, "little")

    def rooms(self, chosen: Iterable[object]) -> int:
        """The mask of the rooms for which `chosen`, in the order of rooms, is true."""
        return self._mask(compress(self.places, chosen))

    def at_least(self, limits: Sequence[int], values: Iterable[int]) -> list[int]:
        """For each of the sorted limits, and beyond them, the mask of the rooms whose value is as much."""
        places: dict[int, list[int]] = {limit: [] for limit in limits}
        for place, value in zip(self.places, values, strict=True):
            places[value].append(place)
        masks = accumulate((self._mask(places[limit]) for limit in reversed(limits)), or_, initial=0)
        return [*masks][::-1]

    def chosen(self, rooms: int) -> list[int]:
        """1 for each room of a mask, 0 for others, in the order of rooms."""
        selectors = rooms.to_bytes(self.size, "little")
        return [selectors[place] for place in self.places]

    def parts(self, statuses: Sequence[bytes]) -> list[bytes]:
        """All parts of a response, with a status for each room."""
        parts = [b""] * self.size
        for place, between in self._between.items():
            parts[place] = between
        for place, key, status in zip(self.places, self.keys, statuses, strict=True):
            parts[place] = part = key + status
            parts[place - 1] = b"," + part
        return parts

    def selectors(self, rooms: int) -> bytes:
        """Selects rooms' parts, with commas between them, and all that is between buildings."""
        ends = rooms | self._closing
        lowest = ends & ~(ends - (self._opening << 8))  # of each building: borrows end at its first byte
        after_comma, first = rooms & ~lowest, rooms & lowest
        return (self._all_between | after_comma >> 8 | first).to_bytes(self.size, "little")


class StatusSnapshot:
    """The statuses of all rooms in an interval in which none changes, and until when each stays free.

    No two have the same number: what is rendered of one is true for ever.
    """

    __slots__ = ("_free", "_free_until", "_layout", "_limits", "_parts", "number", "statuses")

    def __init__(self, layout: StatusLayout, statuses: Sequence[bytes], free_until: Sequence[int]) -> None:
        self.number, self.statuses = next(_numbers), statuses
        self._layout, self._free_until = layout, free_until
        self._parts: Sequence[bytes] = ()
        self._limits = sorted({*free_until})
        self._free: list[int] | None = None

    def free_rooms(self, needed: int) -> int:
        """The mask of rooms that stay free until `needed`; the same for all instants between two limits."""
        if self._free is None:
            self._free = self._layout.at_least(self._limits, self._free_until)
        return self._free[bisect_left(self._limits, needed)]

    def prepare(self) -> None:
        """Makes the parts of all bodies; a step of its own where there are many rooms."""
        self._parts = self._parts or self._layout.parts(self.statuses)

    def body(self, rooms: int) -> bytes:
        """Renders the rooms of a mask; buildings without any are empty objects."""
        self.prepare()
        return b"".join(compress(self._parts, self._layout.selectors(rooms)))
