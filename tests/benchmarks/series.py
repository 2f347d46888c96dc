"""Series: 40 dates beside one booking, and the planner over all rooms."""

import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter, process_time

from bot.runtime import event_loop
from core.catalogue import RoomQuery
from core.clock import ShiftedClock, SystemClock
from core.interval import Interval
from core.model import PersonId, Role, RoomId, SeriesFrequency, SeriesRule, SocietyId, UserGroup
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from core.services.room_plan import plan_slots
from core.services.series import BookedSeries, SeriesRequest, SeriesService
from storage.factory import ManagedStorage, open_storage
from tests.benchmarks.harness import Row, compare, quartiles
from tests.benchmarks.world import ROOMS, campus, filled_file
from tests.builders import a_person, a_room, a_society

_DATES = 40
_WEEKS = 10
_CHESS = SocietyId("CHESS")
_MAX_PLAN_MS = 30.0
_SPARE_ROOMS = 400
"""Rooms without a timetable, so that every slot of a round is free."""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - how benchmarks are called
    """Rows for preview, booking and planner."""
    rounds = 5 if quick else 20
    with tempfile.TemporaryDirectory() as folder:
        return event_loop.run(_rows(filled_file(Path(folder) / "roomie.db", entries=20_000), rounds))


async def _rows(path: Path, rounds: int) -> list[Row]:
    bench = await _Bench.open(path)
    previews = await _alternate(bench.preview, bench.book_one, rounds)
    bookings = await _alternate(bench.book_series, bench.book_one, rounds)
    plans = [bench.plan(free=False) for _ in range(rounds)] + [bench.plan(free=True) for _ in range(rounds)]
    await bench.storage.close()
    return [
        _compare(f"preview of {_DATES} dates: time against one booking", previews, 3),
        _compare(f"booking {_DATES} dates: time against one booking", bookings, 8),
        Row(
            f"planner, {ROOMS} rooms × {_WEEKS} weeks: time against {_MAX_PLAN_MS:g} ms",
            quartiles([each * 1e3 / _MAX_PLAN_MS for each in plans]),
            1,
            at_most=True,
            note=f"{sorted(plans)[len(plans) // 2] * 1e3:.1f} ms",
        ),
    ]


async def _alternate(
    ours: Callable[[], Awaitable[None]], theirs: Callable[[], Awaitable[None]], rounds: int
) -> list[tuple[float, float]]:
    pairs = []
    for _ in range(rounds):
        one = await _seconds(ours)
        others = [await _seconds(theirs) for _ in range(20)]
        pairs.append((one, sorted(others)[10]))
    return pairs


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    begin = perf_counter()
    await work()
    return perf_counter() - begin


def _compare(name: str, pairs: list[tuple[float, float]], target: float) -> Row:
    ours, theirs = iter([one for one, _ in pairs]), iter([other for _, other in pairs])
    return compare(
        name,
        lambda: next(ours) * 1e6,
        lambda: next(theirs) * 1e6,
        len(pairs),
        target=target,
        at_most=True,
        unit=" µs",
    )


class _Bench:
    """A campus with a president who books at ever new times."""

    def __init__(self, storage: ManagedStorage, clock: ShiftedClock, pres: PersonId) -> None:
        read_model, rules = storage.read_model, Rules()
        self.storage = storage
        self._pres = pres
        self._first = clock.now().date() + timedelta(days=1)
        self._bookings = BookingService(storage, read_model, rules, clock)
        self._series = SeriesService(storage, read_model, rules, clock, _end_of_term)
        self._slots = _slots(self._first)

    @classmethod
    async def open(cls, path: Path) -> "_Bench":
        clock = ShiftedClock(_next_monday())
        storage = open_storage(f"sqlite:///{path}", ReadModel(), Rules(), clock)
        await storage.open()
        await storage.load()
        return cls(storage, clock, await storage.write(_fill))

    def _request(self) -> SeriesRequest:
        """Weekdays for eight weeks."""
        rule = SeriesRule(SeriesFrequency.WEEKLY, self._first, weekdays=(0, 1, 2, 3, 4), count=_DATES)
        room_id, hour, _ = next(self._slots)
        return SeriesRequest(rule, hour * 60, 60, self._pres, room_id, society_id=_CHESS, title="Committee")

    async def preview(self) -> None:
        preview = await self._series.preview(self._request())
        assert len(preview.free) == _DATES

    async def book_one(self) -> None:
        room_id, hour, start = next(self._slots)
        slot = Interval.of_length(start.replace(hour=hour), timedelta(hours=1))
        await self._bookings.book(
            BookRoom(new_booking_id(), room_id, slot, self._pres, _CHESS, title="Committee")
        )

    async def book_series(self) -> None:
        request = self._request()
        dates = _dates(request.rule)
        booked = await self._series.book(request, tuple((day, request.room_id) for day in dates))
        assert isinstance(booked, BookedSeries), booked

    def plan(self, *, free: bool) -> float:
        """Seconds of CPU to plan a term: of evenings when a room is free throughout, or of busy mornings."""
        midnight = datetime.combine(self._first, datetime.min.time(), SystemClock().now().tzinfo)
        hour, length = (19, 2) if free else (9, 5)
        starts = [midnight + timedelta(weeks=week, hours=hour) for week in range(_WEEKS)]
        slots = [(int(start.timestamp()), int(start.timestamp()) + length * 3600) for start in starts]
        near = campus()[0][0].id
        begin = process_time()
        plan = plan_slots(
            self.storage.read_model.availability, RoomQuery(capacity=6, near=near), slots, lambda *_: True
        )
        assert len(plan.rooms) == _WEEKS
        return process_time() - begin


def _dates(rule: SeriesRule) -> list[date]:
    days = (rule.starts_on + timedelta(days=each) for each in count())
    found = list[date]()
    while len(found) < _DATES:
        if (day := next(days)).weekday() in rule.weekdays:
            found.append(day)
    return found


def _slots(first: date) -> Iterator[tuple[RoomId, int, datetime]]:
    """Rooms and hours that no other round has."""
    start = datetime.combine(first, datetime.min.time(), SystemClock().now().tzinfo)
    for room in range(_SPARE_ROOMS):
        for hour in range(9, 19):
            yield RoomId(f"SPARE-{room}"), hour, start


def _end_of_term(day: date) -> date:
    return day + timedelta(days=90)


def _next_monday() -> datetime:
    now = SystemClock().now()
    day = now + timedelta(days=(0 - now.weekday()) % 7 or 7)
    return day.replace(hour=7, minute=20, second=0, microsecond=0)


def _fill(unit: UnitOfWork) -> PersonId:
    building = campus()[0][0]
    unit.rooms.put_rooms(a_room(f"SPARE-{number}", building.id) for number in range(_SPARE_ROOMS))
    unit.societies.add(a_society(_CHESS))
    pres = unit.people.add(a_person("pres", UserGroup.STUDENT, UserGroup.PRESIDENT), None).id
    unit.societies.set_role(pres, _CHESS, Role.PRESIDENT)
    return pres
