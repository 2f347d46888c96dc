"""Cache of rooms' whole schedules: what is read together, and read again after a change."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TypeVar

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import Services
from bot.web.framework.whole_schedules import RenderedSchedule, WholeSchedules
from core.availability import RoomSchedule
from core.interval import Interval
from core.model import Booking, BookingState, BookingType, Busy, Expiring, Limit, Room, RoomId
from core.ports import UnitOfWork
from core.schedule_reading import ALL_TIME, busy_in_room
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id
from core.services.closures import NewClosure
from core.services.purge import Purge
from tests.fakes.clock import StillClock

T = TypeVar("T")

_HOUR = timedelta(hours=1)
_MONDAY = datetime(2016, 8, 8, 10, tzinfo=UTC)
_FAR_AHEAD = Interval(datetime(2020, 3, 3, 9, tzinfo=UTC), datetime(2020, 3, 3, 10, tzinfo=UTC))


@dataclass
class Reads:
    """Reads from the database; counts them, and can hold the answers back."""

    services: Services
    count: int = 0
    has_read: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, work: Callable[[UnitOfWork], T]) -> T:
        self.count += 1
        found = await self.services.storage.read(work)
        self.has_read.set()
        await self.released.wait()
        return found


@pytest.fixture
def reads(services: Services) -> Reads:
    return Reads(services)


@pytest.fixture
def schedules(services: Services, reads: Reads) -> WholeSchedules:
    return WholeSchedules(services.read_model, reads, services.clock)


@pytest.fixture
def rooms(services: Services) -> tuple[Room, ...]:
    """The rooms of the largest building."""
    return max(services.read_model.catalogue.by_building.values(), key=len)


async def test_the_rooms_of_a_building_are_read_at_once(
    schedules: WholeSchedules, reads: Reads, rooms: tuple[Room, ...], services: Services
):
    reads.released.set()

    found = [_all(await schedules.get(room)) for room in rooms]

    assert (len(rooms) > 1, reads.count) == (True, 1)
    assert found == [await _stored(services, room) for room in rooms]


async def test_requests_for_a_building_share_one_read(
    schedules: WholeSchedules, reads: Reads, rooms: tuple[Room, ...]
):
    async with asyncio.TaskGroup() as tasks:
        for room in rooms * 3:
            tasks.create_task(schedules.get(room))
        await asyncio.sleep(0)
        reads.released.set()

    assert reads.count == 1


async def test_only_changed_rooms_are_read_again(
    schedules: WholeSchedules, reads: Reads, rooms: tuple[Room, ...], services: Services
):
    reads.released.set()
    before = [await schedules.get(room) for room in rooms]
    await services.closures.add([NewClosure(_FAR_AHEAD, "flood", rooms[0].id)], "test")
    after = [await schedules.get(room) for room in rooms]

    assert reads.count == 2
    assert _all(after[0]) == await _stored(services, rooms[0]) != _all(before[0])
    assert after[1:] == before[1:]


@pytest.mark.parametrize("kind", [Expiring.BOOKINGS, Expiring.CLOSURES])
async def test_what_was_purged_is_shown_no_longer(
    schedules: WholeSchedules, reads: Reads, services: Services, clock: StillClock, kind: Expiring
):
    room, soon = services.read_model.catalogue.rooms[RoomId("RO-POO")], Interval.of_length(_MONDAY, _HOUR)
    rema = services.read_model.directory.by_name("rema")
    assert rema is not None
    reads.released.set()
    await services.bookings.book(BookRoom(new_booking_id(), room.id, soon, by=rema.person.id))
    later = Interval.of_length(soon.end, _HOUR)
    await services.closures.add([NewClosure(later, "exam", room.id), NewClosure(later, "strike")], "test")
    clock.move(timedelta(days=30))
    await services.storage.reload()
    before = _all(await schedules.get(room))
    await Purge(services.storage).enforce(Limit(kind, clock.now()))
    after = _all(await schedules.get(room))

    gone = {"Booked"} if kind is Expiring.BOOKINGS else {"exam", "strike"}
    assert (set(before) - set(after), set(after) - set(before)) == (gone, set())


async def test_a_hold_is_shown_until_it_expires(
    schedules: WholeSchedules, reads: Reads, services: Services, clock: StillClock
):
    room, slot = services.read_model.catalogue.rooms[RoomId("RO-POO")], Interval.of_length(_MONDAY, _HOUR)
    rema, now = services.read_model.directory.by_name("rema"), clock.now()
    assert rema is not None
    hold = Booking(
        new_booking_id(),
        room.id,
        slot,
        rema.person.id,
        now,
        state=BookingState.HELD,
        held_until=now + timedelta(minutes=10),
    )
    reads.released.set()
    before = _all(await schedules.get(room))
    await services.storage.write(lambda unit: unit.bookings.hold(hold))
    held = _all(await schedules.get(room))
    clock.move(timedelta(minutes=10))
    after = _all(await schedules.get(room))

    assert (len(held), after) == (len(before) + 1, before)


async def test_a_change_during_a_read_is_in_the_next_answer(
    schedules: WholeSchedules, reads: Reads, rooms: tuple[Room, ...], services: Services
):
    reading = asyncio.create_task(schedules.get(rooms[0]))
    await reads.has_read.wait()
    await services.closures.add([NewClosure(_FAR_AHEAD, "flood", rooms[0].id)], "test")
    later = asyncio.create_task(schedules.get(rooms[0]))
    reads.released.set()
    await reading

    assert _all(await later) == await _stored(services, rooms[0])


def test_entries_that_overlap_a_window_are_chosen_even_behind_shorter_ones():
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    term = _busy("Exhibition", first, days=60)
    classes = [_busy(f"Class {day}", first + timedelta(days=day), hours=2) for day in range(1, 5)]
    schedule = RenderedSchedule([*classes, term])

    window = (classes[1].end, classes[3].start)

    assert _names(schedule.overlapping(*window)) == ["Exhibition", "Class 3"]


@given(
    lengths=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 8)), max_size=8),
    window=st.tuples(st.integers(-1, 30), st.integers(1, 30)),
)
def test_any_window_has_what_the_read_model_finds_in_it(
    lengths: list[tuple[int, int]], window: tuple[int, int]
):
    starts = accumulate(gap for gap, _ in lengths)
    busy = [
        Busy(start, start + length, f"Class {place}", BookingType.CLASS, "test")
        for place, (start, (_, length)) in enumerate(zip(starts, lengths, strict=True))
    ]
    begins, ends = window[0], window[0] + window[1]

    found = RenderedSchedule(busy).overlapping(begins, ends)

    assert _names(found) == [each.name for each in RoomSchedule(busy).conflicts(begins, ends)]


def _busy(name: str, start: datetime, **length: float) -> Busy:
    end = start + timedelta(**length)
    return Busy(int(start.timestamp()), int(end.timestamp()), name, BookingType.CLASS, "test")


def _names(rendered: bytes) -> list[object]:
    return [each["name"] for each in orjson.loads(b"[%b]" % rendered)]


def _all(schedule: RenderedSchedule) -> list[object]:
    first, last = int(ALL_TIME.start.timestamp()), int(ALL_TIME.end.timestamp())
    return _names(schedule.overlapping(first, last))


async def _stored(services: Services, room: Room) -> list[object]:
    """The names of what the database holds for a room."""
    busy = await services.storage.read(lambda unit: busy_in_room(unit, RoomId(room.id), ALL_TIME))
    return [each.name for each in busy]
