"""Import: exactly what a file holds, and idempotent."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.interval import Interval
from core.model import BookingType, BuildingId, Room, RoomId, TimetableEntry
from core.ports import ManagedStorage, UnitOfWork
from core.services.import_comparison import ImportSummary
from core.services.import_facts import (
    import_buildings,
    import_rooms,
    import_timetable,
    unknown_rooms,
)
from tests.builders import NOW, a_building, a_room, a_slot, an_entry, at

ROOMS = [a_room("K-J17-1"), a_room("K-J17-2")]


def entry(room: str = "K-J17-1", start: str = "11:00", minutes: int = 60, **others: object) -> TimetableEntry:
    return an_entry(room, a_slot(start, minutes), **others)


async def import_entries(
    storage: ManagedStorage, *entries: TimetableEntry, source: str = "import"
) -> ImportSummary:
    def work(unit: UnitOfWork) -> ImportSummary:
        import_rooms(unit, ROOMS, NOW)
        return import_timetable(unit, entries, NOW, source)

    return await storage.write(work)


async def stored(storage: ManagedStorage, room: str = "K-J17-1") -> list[tuple[str, str]]:
    window = Interval(at("00:00", -100), at("00:00", 400))
    found = await storage.read(lambda unit: list(unit.timetable.busy(window, [RoomId(room)])))
    return sorted((f"{datetime.fromtimestamp(busy.start, UTC):%H:%M}", busy.name) for _, busy in found)


async def test_rooms_are_added_changed_and_left_alone(storage: ManagedStorage):
    first = await storage.write(lambda unit: import_rooms(unit, ROOMS, NOW))
    again = await storage.write(lambda unit: import_rooms(unit, ROOMS, NOW))
    larger = replace(ROOMS[0], capacity=99)
    changed = await storage.write(lambda unit: import_rooms(unit, [larger], NOW))

    assert (first, again, changed) == (
        ImportSummary(added=2),
        ImportSummary(unchanged=2),
        ImportSummary(changed=1),
    )
    assert storage.read_model.catalogue.room("K-J17-1") == larger
    assert storage.read_model.catalogue.room("K-J17-2") == ROOMS[1]


async def test_missing_buildings_are_created_with_their_rooms(storage: ManagedStorage):
    await storage.write(lambda unit: import_buildings(unit, [a_building()], NOW))
    await storage.write(lambda unit: import_rooms(unit, [a_room(), a_room("X-1", "X")], NOW))

    buildings = storage.read_model.catalogue.buildings
    assert buildings[BuildingId("K-J17")].name == "Ainsworth Building"
    assert buildings[BuildingId("X")].name == "X"


async def test_importing_a_timetable_again_changes_nothing(storage: ManagedStorage):
    entries = (entry(), entry(start="13:00"), entry("K-J17-2"))
    assert await import_entries(storage, *entries) == ImportSummary(added=3)
    version = storage.read_model.availability.version

    assert await import_entries(storage, *reversed(entries)) == ImportSummary(unchanged=3)
    assert storage.read_model.availability.version == version


async def test_entries_of_the_rooms_in_the_file_are_replaced_and_others_kept(
    storage: ManagedStorage,
):
    await import_entries(
        storage, entry(name="OLD"), entry(start="15:00", name="STAYS"), entry("K-J17-2", name="THERE")
    )

    summary = await import_entries(storage, entry(name="NEW"), entry(start="15:00", name="STAYS"))

    assert summary == ImportSummary(changed=1, unchanged=1)
    assert await stored(storage) == [("11:00", "NEW"), ("15:00", "STAYS")]
    assert await stored(storage, "K-J17-2") == [("11:00", "THERE")]


async def test_what_is_gone_from_a_room_is_removed(storage: ManagedStorage):
    await import_entries(storage, entry(), entry(start="15:00"))

    assert await import_entries(storage, entry()) == ImportSummary(unchanged=1, removed=1)


async def test_sources_do_not_touch_each_other(storage: ManagedStorage):
    await import_entries(storage, entry(name="FEED"), source="feed")
    await import_entries(storage, entry(start="12:00", name="FILE"))

    assert await stored(storage) == [("11:00", "FEED"), ("12:00", "FILE")]


async def test_joint_classes_share_a_slot_and_duplicates_are_dropped(storage: ManagedStorage):
    await import_entries(storage, entry(name="COMP"), entry(name="MATH"), entry(name="MATH"))

    assert await stored(storage) == [("11:00", "COMP"), ("11:00", "MATH")]


async def test_an_entry_of_months_is_stored_in_parts_and_read_whole(storage: ManagedStorage):
    closed = TimetableEntry(
        RoomId("K-J17-1"), Interval(at(), at(days=70)), "Refurbishment", BookingType.BLOCK
    )

    await import_entries(storage, closed)

    schedule = storage.read_model.availability.schedule(RoomId("K-J17-1"))
    assert [(each.start, each.end) for each in schedule.busy] == [
        (int(at().timestamp()), int(at(days=70).timestamp()))
    ]
    assert [list(each) for each in schedule.runs] == [
        [int(at().timestamp())],
        [int(at(days=70).timestamp())],
    ]
    assert await import_entries(storage, closed) == ImportSummary(unchanged=3)


async def test_unknown_rooms_are_named(storage: ManagedStorage):
    await storage.write(lambda unit: import_rooms(unit, ROOMS, NOW))

    strangers = await storage.read(lambda unit: unknown_rooms(unit, [entry(), entry("K-J17-99")]))

    assert strangers == {"K-J17-99"}


class Shelf:
    """An in-memory unit of work with what `import_timetable` needs."""

    def __init__(self) -> None:
        self.timetable = self
        self.entries: list[TimetableEntry] = []

    def of_source(self, source: str) -> list[TimetableEntry]:
        return [each for each in self.entries if each.source == source]

    def clear(self, source: str, rooms: list[RoomId]) -> None:
        self.entries = [each for each in self.entries if each.source != source or each.room_id not in rooms]

    def add(self, source: str, entries: list[TimetableEntry], now: int) -> None:
        self.entries += [replace(each, source=source) for each in entries]

    def audit(self, _entry: object) -> None: ...


ENTRIES = st.lists(
    st.builds(
        lambda room, hour, hours, name: an_entry(
            room, Interval.of_length(at("00:00") + timedelta(hours=hour), timedelta(hours=hours)), name=name
        ),
        st.sampled_from(["K-J17-1", "K-J17-2", "K-J17-3"]),
        st.integers(0, 20),
        st.sampled_from([1, 2, 24 * 60]),
        st.sampled_from(["MATH", "ART"]),
    ),
    max_size=8,
)


@given(ENTRIES, ENTRIES)
def test_importing_a_file_twice_gives_the_same_as_once(
    before: list[TimetableEntry], imported: list[TimetableEntry]
):
    shelf = Shelf()
    import_timetable(shelf, before, NOW)  # type: ignore[arg-type]

    first = import_timetable(shelf, imported, NOW)  # type: ignore[arg-type]
    after = sorted(shelf.entries, key=repr)
    again = import_timetable(shelf, imported, NOW)  # type: ignore[arg-type]

    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert again.unchanged == first.added + first.changed + first.unchanged
    assert sorted(shelf.entries, key=repr) == after
    assert {each.room_id for each in imported} <= {each.room_id for each in after}


def test_a_rooms_short_number_is_its_number_or_its_short_name():
    pizza = Room(RoomId("RO-PIZZA"), BuildingId("H-G9"), "Hub Kitchen Table", abbr="G01")

    assert (a_room("K-J17-G01").short_number, pizza.short_number, pizza.number) == ("G01", "G01", "RO-PIZZA")
