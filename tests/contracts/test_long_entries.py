"""Long timetable entries are stored in parts and read whole, wherever a window touches them."""

from datetime import timedelta

import pytest

from core.interval import Interval
from core.model import RoomId, TimetableEntry
from core.services.import_facts import import_timetable
from storage.factory import ManagedStorage
from tests.builders import NOW, an_entry, at
from tests.contracts.campus import HALL, LAB, Campus


async def _import(storage: ManagedStorage, *entries: TimetableEntry) -> None:
    await storage.write(lambda unit: import_timetable(unit, entries, NOW))


async def _read(storage: ManagedStorage, room: RoomId, window: Interval) -> list[tuple[str, int, int]]:
    """Name, start and end of what overlaps a window, in days from the first day."""
    day = int(timedelta(days=1).total_seconds())
    first = int(at("00:00").timestamp())
    alone = await storage.read(lambda unit: sorted(busy for _, busy in unit.timetable.busy(window, [room])))
    among = await storage.read(
        lambda unit: sorted(busy for found, busy in unit.timetable.busy(window) if found == room)
    )
    assert alone == among
    return [(each.name, (each.start - first) // day, (each.end - first) // day) for each in alone]


def _days(start: int, end: int) -> Interval:
    return Interval(at("00:00", days=start), at("00:00", days=end))


@pytest.mark.parametrize("length", [1, 27, 28, 29, 55, 56, 57, 100])
async def test_an_entry_is_whole_in_every_window(campus: Campus, length: int):
    await _import(campus.storage, an_entry(HALL, _days(0, length), name="Long"))

    for place in (0, length // 2, length - 1):
        assert await _read(campus.storage, HALL, _days(place, place + 1)) == [("Long", 0, length)]
    for outside in (-1, length):
        assert await _read(campus.storage, HALL, _days(outside, outside + 1)) == []


async def test_only_parts_of_one_entry_are_joined(campus: Campus):
    await _import(
        campus.storage,
        an_entry(HALL, _days(0, 60), name="One"),
        an_entry(HALL, _days(60, 90), name="Other"),
        an_entry(HALL, _days(0, 30), name="Beside"),
        an_entry(LAB, _days(60, 70), name="One"),
    )

    assert sorted(await _read(campus.storage, HALL, _days(-1, 100))) == [
        ("Beside", 0, 30),
        ("One", 0, 60),
        ("Other", 60, 90),
    ]
    assert await _read(campus.storage, LAB, _days(-1, 100)) == [("One", 60, 70)]


async def test_a_repeated_import_changes_nothing(campus: Campus):
    entry = an_entry(HALL, _days(0, 100), name="Long")
    await _import(campus.storage, entry)

    summary = await campus.storage.write(lambda unit: import_timetable(unit, [entry], NOW))

    assert (summary.added, summary.changed, summary.removed) == (0, 0, 0)
