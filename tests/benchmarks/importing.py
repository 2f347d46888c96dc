"""An import of 5,000 rooms and 500,000 timetable entries from CSV, against bare inserts of the same rows."""

import csv
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bot.runtime import event_loop
from bot.runtime.importing import import_file, read_import_file
from bot.services import Services
from core.interval import Interval
from core.model import BookingType, Room, RoomId, TimetableEntry
from core.ports import UnitOfWork
from core.services.import_facts import IMPORTED
from tests.benchmarks.harness import Row, ratio
from tests.benchmarks.outbox import open_campus
from tests.builders import NOW, a_building, a_room, at
from tests.fakes.clock import StillClock

ROOMS, FEW_ROOMS = 5_000, 500
ENTRIES_A_ROOM = 100
TARGET = 3.0
PAIRS = 3


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark is called
    rooms = FEW_ROOMS if quick else ROOMS
    pairs = [event_loop.run(_pair(rooms)) for _ in range(1 if quick else PAIRS)]
    ours, bare = pairs[-1]
    note = f"{rooms * ENTRIES_A_ROOM:,} entries: {ours:.1f} s against {bare:.1f} s"
    return [
        Row("import of rooms and entries, to bare inserts", ratio(pairs), TARGET, at_most=True, note=note)
    ]


async def _pair(rooms: int) -> tuple[float, float]:
    """Seconds of an import, files and checks included, and of inserting its values."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values, entries = _rooms(rooms), _entries(rooms)
        files = _write(folder, values, entries)
        bare = await _insert(folder / "bare.db", values, entries)
        del entries
        return await _import(folder / "import.db", files), bare


async def _insert(database: Path, rooms: list[Room], entries: list[TimetableEntry]) -> float:
    storage, _ = await open_campus(database, StillClock(NOW))

    def write(unit: UnitOfWork) -> None:
        unit.rooms.put_buildings([a_building()])
        unit.rooms.put_rooms(rooms)
        unit.timetable.add(IMPORTED, entries, int(NOW.timestamp()))

    began = perf_counter()
    await storage.write(write)
    seconds = perf_counter() - began
    await storage.close()
    return seconds


async def _import(database: Path, files: list[Path]) -> float:
    storage, services = await open_campus(database, StillClock(NOW))
    await storage.write(lambda unit: unit.rooms.put_buildings([a_building()]))
    began = perf_counter()
    for path in files:
        await _import_file(services, path)
    seconds = perf_counter() - began
    await storage.close()
    return seconds


async def _import_file(services: Services, path: Path) -> None:
    _, rejections = await import_file(services, read_import_file(path, services))
    if rejections:
        raise AssertionError(rejections[:5])


def _rooms(count: int) -> list[Room]:
    return [a_room(f"K-J17-{number}", capacity=20 + number % 100) for number in range(count)]


def _entries(rooms: int) -> list[TimetableEntry]:
    """Classes of an hour, from 8:00 on, on twenty days for each room."""
    slots = [
        Interval.of_length(at("08:00", day) + timedelta(hours=2 * lesson), timedelta(hours=1))
        for day in range(1, ENTRIES_A_ROOM // 5 + 1)
        for lesson in range(5)
    ]
    return [
        TimetableEntry(RoomId(f"K-J17-{room}"), slot, f"COURSE{room % 900}", BookingType.CLASS, IMPORTED)
        for room in range(rooms)
        for slot in slots
    ]


def _write(folder: Path, rooms: list[Room], entries: list[TimetableEntry]) -> list[Path]:
    """Files as a spreadsheet saves them."""
    paths = [folder / "rooms.csv", folder / "timetable.csv"]
    with paths[0].open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["id", "building_id", "name", "capacity"])
        writer.writerows([each.id, each.building_id, each.name, f"{each.capacity} seats"] for each in rooms)
    with paths[1].open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["room", "name", "type", "start", "end"])
        for each in entries:
            times = (f"{moment:%d/%m/%Y %H:%M}" for moment in (each.interval.start, each.interval.end))
            writer.writerow([each.room_id, each.name, each.booking_type.value, *times])
    return paths
