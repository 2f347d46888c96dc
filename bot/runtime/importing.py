"""Taking in what an operator brings in files, all or nothing for each file."""

from dataclasses import dataclass

from bot.services import Services
from core.model.entities import Building, Room, TimetableEntry
from core.ports.storage import UnitOfWork
from core.services.import_facts import (
    ImportSummary,
    import_buildings,
    import_rooms,
    import_timetable,
    unknown_rooms,
)


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What one file holds: values of one `kind`, and a sentence for each line that cannot be read."""

    kind: str
    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    entries: tuple[TimetableEntry, ...] = ()
    refusals: tuple[str, ...] = ()


async def import_file(services: Services, import_file: ImportFile) -> tuple[ImportSummary, tuple[str, ...]]:
    """What it changed; when anything has to be refused, nothing is changed and the reasons come back."""
    if import_file.refusals:
        return ImportSummary(), import_file.refusals
    now = services.clock.now()

    def work(unit: UnitOfWork) -> tuple[ImportSummary, tuple[str, ...]]:
        if import_file.buildings:
            return import_buildings(unit, import_file.buildings, now), ()
        if import_file.rooms:
            return import_rooms(unit, import_file.rooms, now), ()
        if unknown := unknown_rooms(unit, import_file.entries):
            reasons = (f"{room_id}: there is no such room; import the rooms first" for room_id in unknown)
            return ImportSummary(), tuple(sorted(reasons))
        return import_timetable(unit, import_file.entries, now), ()

    return await services.storage.write(work)
