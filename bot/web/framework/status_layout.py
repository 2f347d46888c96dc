"""Joins the rendered statuses of selected rooms to one JSON object by building.

A response is a selection of parts: the opening and closing of each building and, for each room, its key,
its key after a comma, and its status. A mask of parts is an integer with a byte, 0 or 1, for each:
`int.to_bytes` turns it into selectors for `compress`, and one subtraction finds each building's first room.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import compress, count

NEVER = -1
"""Until when a busy room stays free."""
_numbers = count()


class StatusLayout:
    """The parts of a response about all rooms, in order.

    `buildings` are JSON keys, each with its rooms' keys.
    """

    def __init__(self, buildings: Iterable[tuple[bytes, Sequence[bytes]]]) -> None:
        self.parts: list[bytes] = []
        self.places: list[int] = []
        """The place of each room's status among the parts."""
        opening: list[int] = []
        closing: list[int] = []
        for building, rooms in buildings:
            opening.append(len(self.parts))
            self.parts.append(b"%b%b:{" % (b"," if opening[1:] else b"", building))
            for room in rooms:
                self.parts += (room, b"," + room, b"")
                self.places.append(len(self.parts) - 1)
            closing.append(len(self.parts))
            self.parts.append(b"}")
        self._opening, self._closing = self._mask(opening), self._mask(closing)

    def _mask(self, places: Iterable[int]) -> int:
        selectors = bytearray(len(self.parts))
        for place in places:
            selectors[place] = 1
        return int.from_bytes(selectors, "little")

    def rooms(self, chosen: Iterable[object]) -> int:
        """The mask of the rooms for which `chosen`, in the order of rooms, is true."""
        return self._mask(compress(self.places, chosen))

    def chosen(self, rooms: int) -> list[int]:
        """1 for each room of a mask, 0 for others, in the order of rooms."""
        selectors = rooms.to_bytes(len(self.parts), "little")
        return [selectors[place] for place in self.places]

    def selectors(self, rooms: int) -> bytes:
        """Selects rooms' statuses and keys, with commas between them, and all openings and closings."""
        ends = rooms | self._closing
        lowest = ends & ~(ends - (self._opening << 8))  # of each building: borrows end at its first byte
        after_comma, without = rooms & ~lowest, lowest & rooms
        return (self._opening | ends | after_comma >> 8 | without >> 16).to_bytes(len(self.parts), "little")


class StatusSnapshot:
    """The statuses of all rooms in an interval in which none changes, and until when each stays free.

    No two have the same number: what is rendered of one is true for ever.
    """

    __slots__ = ("_free", "_free_until", "_layout", "_limits", "_parts", "number", "statuses")

    def __init__(self, layout: StatusLayout, statuses: Sequence[bytes], free_until: Sequence[int]) -> None:
        self.number, self.statuses = next(_numbers), statuses
        self._layout, self._free_until = layout, free_until
        self._parts = layout.parts.copy()
        for place, status in zip(layout.places, statuses, strict=True):
            self._parts[place] = status
        self._limits = sorted({*free_until})
        self._free: dict[int, int] = {}

    def free_rooms(self, needed: int) -> int:
        """The mask of rooms that stay free until `needed`; the same for all instants between two limits."""
        limit = bisect_left(self._limits, needed)
        if (free := self._free.get(limit)) is None:
            free = self._free[limit] = self._layout.rooms([until >= needed for until in self._free_until])
        return free

    def body(self, rooms: int) -> bytes:
        """Renders the rooms of a mask; buildings without any are empty objects."""
        return b"{%b}" % b"".join(compress(self._parts, self._layout.selectors(rooms)))
