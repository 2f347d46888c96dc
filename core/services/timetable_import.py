"""What a timetable source publishes, what a refresh did with it, and what is noted with a run."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from core.model import Building, Room, RoomId, TimetableSlot


@dataclass(frozen=True, slots=True)
class TimetableSnapshot:
    """What a source publishes now, judged beside its last good run.

    `slots` are all entries that hold; `changed` the rooms whose entries differ. `doubts` are sentences; with
    any, an operator has to look.
    """

    slots: Iterable[TimetableSlot]
    changed: frozenset[RoomId]
    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    anomalies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a refresh did. Without `is_current` the run waits for an operator."""

    source: str
    is_current: bool
    is_unchanged: bool = False
    summary: str = ""
    anomalies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
    """What is noted with a run: the rooms its source brought, and what accepting it takes."""

    rooms: tuple[str, ...] = ()
    summary: str = ""
    doubts: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: TimetableSnapshot) -> "RunReport":
        rooms = tuple(sorted(each.id for each in snapshot.rooms))
        return cls(rooms, snapshot.summary, snapshot.anomalies, snapshot.fingerprints)

    def without_rooms(self, rooms: Collection[RoomId]) -> "RunReport":
        """As if their pages had never been read, so that they are read anew."""
        pages = {
            name: each for name, each in self.fingerprints.items() if name.rpartition("/")[2] not in rooms
        }
        kept = tuple(each for each in self.rooms if each not in rooms)
        return RunReport(kept, self.summary, self.doubts, pages)

    def __str__(self) -> str:
        return json.dumps(
            {
                "rooms": self.rooms,
                "summary": self.summary,
                "doubts": self.doubts,
                "fingerprints": dict(self.fingerprints),
            }
        )

    @classmethod
    def read(cls, text: str) -> "RunReport":
        noted = json.loads(text or "{}")
        rooms, doubts = tuple(noted.get("rooms", ())), tuple(noted.get("doubts", ()))
        return cls(rooms, noted.get("summary", ""), doubts, noted.get("fingerprints", {}))
