"""Taking in what an operator brings in files, all or nothing for each file."""

from dataclasses import dataclass

from bot.services import Desk
from core.model.entities import Building, Room, TimetableEntry
from core.ports.storage import Unit
from core.services.import_facts import (
    Summary,
    import_buildings,
    import_rooms,
    import_timetable,
    unknown_rooms,
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What one file holds: values of one `kind`, and a sentence for each line that cannot be read."""

    kind: str
    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    entries: tuple[TimetableEntry, ...] = ()
    refusals: tuple[str, ...] = ()


async def take_in(desk: Desk, brought: Brought) -> tuple[Summary, tuple[str, ...]]:
    """What it changed; when anything has to be refused, nothing is changed and the reasons come back."""
    if brought.refusals:
        return Summary(), brought.refusals
    now = desk.clock.now()

    def work(unit: Unit) -> tuple[Summary, tuple[str, ...]]:
        if brought.buildings:
            return import_buildings(unit, brought.buildings, now), ()
        if brought.rooms:
            return import_rooms(unit, brought.rooms, now), ()
        if unknown := unknown_rooms(unit, brought.entries):
            reasons = (f"{room_id}: there is no such room; import the rooms first" for room_id in unknown)
            return Summary(), tuple(sorted(reasons))
        return import_timetable(unit, brought.entries, now), ()

    return await desk.storage.write(work)
