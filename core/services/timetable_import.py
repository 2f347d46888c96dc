"""Values of a timetable import."""

import json
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct, field

from core.model import Building, Room, RoomId, TimetableSlot


class TimetableSnapshot(Struct, frozen=True):
    """What a source publishes now, compared with its last good run.

    `slots` are all entries; `changed` are the rooms whose entries differ. `anomalies` are sentences; with
    any, the run is rejected until an operator accepts it.
    """

    slots: Iterable[TimetableSlot]
    changed: frozenset[RoomId]
    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    anomalies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unknown_places: Mapping[str, int] = field(default_factory=dict)
    """Number of events at each place that is none of our rooms."""


class ImportResult(Struct, frozen=True):
    """What an import did. Without `is_current` the run was rejected."""

    source: str
    is_current: bool
    is_unchanged: bool = False
    summary: str = ""
    anomalies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    conflicts: int = 0


class RunReport(Struct, frozen=True):
    """Report stored with a run as JSON: its rooms, and what accepting it needs."""

    rooms: tuple[str, ...] = ()
    summary: str = ""
    anomalies: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: TimetableSnapshot) -> "RunReport":
        rooms = tuple(sorted(each.id for each in snapshot.rooms))
        return cls(rooms, snapshot.summary, snapshot.anomalies, snapshot.fingerprints)

    def without_rooms(self, rooms: Collection[RoomId]) -> "RunReport":
        """Without these rooms and the fingerprints of their pages, so that the pages are read again."""
        pages = {
            name: each for name, each in self.fingerprints.items() if name.rpartition("/")[2] not in rooms
        }
        rooms_left = tuple(each for each in self.rooms if each not in rooms)
        return RunReport(rooms_left, self.summary, self.anomalies, pages)

    def __str__(self) -> str:
        return json.dumps(
            {
                "rooms": self.rooms,
                "summary": self.summary,
                "doubts": self.anomalies,
                "fingerprints": dict(self.fingerprints),
            }
        )

    @classmethod
    def read(cls, text: str) -> "RunReport":
        stored = json.loads(text or "{}")
        rooms, anomalies = tuple(stored.get("rooms", ())), tuple(stored.get("doubts", ()))
        return cls(rooms, stored.get("summary", ""), anomalies, stored.get("fingerprints", {}))
