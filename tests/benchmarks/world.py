"""Generates a campus: 504 rooms by default, and any number of timetable entries."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.runtime import event_loop
from core.clock import SystemClock
from core.interval import Interval
from core.model import BookingType, Building, BuildingId, Room, RoomId, TimetableEntry, Usage
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.import_facts import import_buildings, import_rooms, import_timetable
from storage.factory import open_storage, upgrade

ROOMS = 504
BUILDINGS = 44
_DAYS = 100
_SEED = 20160805


def campus(rooms: int = ROOMS) -> tuple[list[Building], list[Room]]:
    """Buildings on a grid and rooms of every size, deterministic."""
    chance = random.Random(_SEED)
    buildings = [
        Building(
            BuildingId(f"K-{chr(65 + each % 20)}{each % 40}"),
            f"Building {each}",
            -33.91 - chance.random() / 100,
            151.22 + chance.random() / 100,
        )
        for each in range(max(BUILDINGS, rooms // 12))
    ]
    buildings = list({each.id: each for each in buildings}.values())
    usages = tuple(Usage)
    return buildings, [
        Room(
            RoomId(f"{buildings[each % len(buildings)].id}-{100 + each // len(buildings)}"),
            buildings[each % len(buildings)].id,
            f"Room {each}",
            chance.choice((6, 10, 20, 24, 30, 36, 50, 80, 120, 300)),
            usage=usages[each % len(usages)],
        )
        for each in range(rooms)
    ]


def timetable(rooms: list[Room], entries: int, now: datetime) -> list[TimetableEntry]:
    """Classes between 8 and 21 o'clock over some hundred days around now, spread evenly."""
    chance = random.Random(_SEED)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    made = []
    for each in range(entries):
        room = rooms[each % len(rooms)]
        day = midnight + timedelta(days=chance.randrange(_DAYS))
        start = day + timedelta(minutes=15 * chance.randrange(8 * 4, 20 * 4))
        slot = Interval.of_length(start, timedelta(minutes=chance.choice((60, 60, 120))))
        made.append(TimetableEntry(room.id, slot, f"COMP{1000 + each % 900} LEC", BookingType.CLASS))
    return made


def filled_file(path: Path, *, entries: int, rooms: int = ROOMS) -> Path:
    """A migrated SQLite file that holds the campus and its timetable."""
    event_loop.run(_fill(path, entries, rooms))
    return path


async def _fill(path: Path, entries: int, rooms: int) -> None:
    url, clock = f"sqlite:///{path}", SystemClock()
    await upgrade(url)
    storage = open_storage(url, ReadModel(), Rules(), clock)
    await storage.open()
    await storage.load()
    now = clock.now()
    buildings, made = campus(rooms)

    def work(unit: UnitOfWork) -> None:
        import_buildings(unit, buildings, now)
        import_rooms(unit, made, now)
        import_timetable(unit, timetable(made, entries, now), now, "generated")

    await storage.write(work)
    await storage.close()
