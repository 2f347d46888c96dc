"""Counts usage from values, row by row; pure, so that any part of it can run in a thread."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec import Struct, field

from bot.usage.figures import Count, Occupancy, UsageFigures, size_of
from bot.usage.periods import Period
from core.interval import Interval
from core.model import (
    Booking,
    BookingState,
    Busy,
    Charge,
    PersonId,
    RefusedRequest,
    Room,
    RoomId,
    Wait,
    WaitEnd,
)
from core.policy.check_in import needs_check_in
from core.policy.opening_hours import open_hours
from core.policy.rules import Rules
from core.services.waiting.queries import query_of

K = TypeVar("K")
_HOUR = timedelta(hours=1)
BOOKED, WAITED, REFUSED = range(3)


class _Counter(Struct):
    """A count in progress."""

    number: int = 0
    people: set[PersonId | None] = field(default_factory=set)

    def add(self, person_id: PersonId | None, number: int = 1) -> None:
        self.number += number
        self.people.add(person_id)

    @property
    def count(self) -> Count:
        return Count(self.number, len(self.people))


class UsageCounter:
    """Adds up rows of a period; `figures` is the result.

    People who were forgotten count as one, so that more is hidden rather than less.
    """

    def __init__(
        self, period: Period, rooms: Mapping[RoomId, Room], rules: Rules, now: datetime, building: str = ""
    ) -> None:
        self._period, self._rooms, self._rules, self.now = period, rooms, rules, now
        self._building, self._window = building, period.interval(rules)
        self._counts: defaultdict[str, _Counter] = defaultdict(_Counter)
        self._refusals: defaultdict[str, _Counter] = defaultdict(_Counter)
        self._societies: defaultdict[str, _Counter] = defaultdict(_Counter)
        self._sizes = _wanted()
        self._hours = _wanted()
        self._taught: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._booked: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._booked_minutes = 0
        self._seen: set[tuple[object, ...]] = set()

    def add_bookings(self, bookings: Iterable[Booking]) -> None:
        for each in bookings:
            if each.room_id in self._rooms and each.held_until is None and self._starts_in(each.interval):
                self._add_booking(each, self._rooms[each.room_id])

    def _add_booking(self, booking: Booking, room: Room) -> None:
        who = booking.booked_by
        if booking.state is not BookingState.ACTIVE:
            self._counts["cancelled"].add(who)
            return
        self._counts["booked"].add(who)
        self._booked_minutes += booking.interval.minutes
        self._add_minutes(self._booked, booking.interval)
        self._want(BOOKED, booking.interval, room.capacity, who)
        if booking.society_id is not None:
            self._societies[booking.society_id].add(who)
        if booking.interval.end <= self.now and needs_check_in(room, self._rules):
            self._counts["awaited"].add(who)
            if booking.checked_in_at is not None:
                self._counts["used"].add(who)
        if booking.released_at is not None:
            self._counts["no-shows"].add(who)

    def add_timetable(self, entries: Iterable[tuple[RoomId, Busy]], window: Interval) -> None:
        """What of the entries lies in a window; one that reaches into the next comes again there."""
        for room_id, busy in entries:
            start = max(datetime.fromtimestamp(busy.start, UTC), window.start)
            end = min(datetime.fromtimestamp(busy.end, UTC), window.end)
            if room_id in self._rooms and start < end:
                self._add_minutes(self._taught, Interval(start, end))

    def add_refusals(self, refusals: Iterable[RefusedRequest]) -> None:
        """The same request that is refused again for the same reason counts once."""
        for each in refusals:
            attempt = each.attempt
            same = (attempt.by, attempt.action, attempt.room_id, attempt.slot, attempt.seats, each.code)
            if same in self._seen or not self._is_inside(attempt.room_id):
                continue
            self._seen.add(same)
            self._refusals[each.code].add(attempt.by)
            room = self._rooms.get(attempt.room_id) if attempt.room_id is not None else None
            seats = attempt.seats or (room.capacity if room is not None else 0)
            self._want(REFUSED, attempt.slot, seats, attempt.by)

    def add_waits(self, waits: Iterable[Wait]) -> None:
        """Watches, which keep no place in line, are not counted."""
        for each in waits:
            if each.is_watch or not self._is_inside(each.room_id):
                continue
            self._counts["waited"].add(each.person_id)
            if each.ended is WaitEnd.BOOKED:
                self._counts["got room"].add(each.person_id)
            query = query_of(each)
            room = self._rooms.get(each.room_id) if each.room_id is not None else None
            self._want(WAITED, each.interval, room.capacity if room else query.capacity, each.person_id)

    def add_charges(self, charges: Iterable[Charge]) -> None:
        """Of all rooms: the ledger names none."""
        for each in charges:
            self._counts["spent"].add(each.person_id, each.minutes)

    @property
    def figures(self) -> UsageFigures:
        counts = {name: each.count for name, each in self._counts.items()}

        def count(name: str) -> Count:
            return counts.get(name, Count())

        return UsageFigures(
            self._period,
            self._building,
            len(self._rooms),
            self._occupancy(),
            count("booked"),
            self._booked_minutes,
            count("cancelled"),
            count("awaited"),
            count("used"),
            count("no-shows"),
            _finished(self._refusals),
            {key: _three(each) for key, each in self._sizes.items()},
            {key: _three(each) for key, each in self._hours.items()},
            count("spent"),
            _finished(self._societies),
            count("waited"),
            count("got room"),
        )

    def _starts_in(self, slot: Interval) -> bool:
        return self._window.start <= slot.start < self._window.end

    def _is_inside(self, room_id: RoomId | None) -> bool:
        """Whether a request belongs to the building; those without a room belong to the whole campus."""
        return not self._building if room_id is None else room_id in self._rooms

    def _want(self, kind: int, slot: Interval | None, seats: int, who: PersonId | None) -> None:
        if (size := size_of(seats)) is not None:
            self._sizes[size][kind].add(who)
        if slot is not None:
            self._hours[slot.start.astimezone(self._rules.zone).hour][kind].add(who)

    def _add_minutes(self, cells: defaultdict[tuple[int, int], int], slot: Interval) -> None:
        start, end = max(slot.start, self._window.start), min(slot.end, self._window.end)
        for cell, minutes in _by_hour(start, end, self._rules):
            cells[cell] += minutes

    def _occupancy(self) -> dict[tuple[int, int], Occupancy]:
        opened = _open_minutes(self._period, self._rooms.values(), self._rules)
        return {
            cell: Occupancy(minutes, self._taught[cell], self._booked[cell])
            for cell, minutes in sorted(opened.items())
        }


def _wanted() -> defaultdict[int, tuple[_Counter, _Counter, _Counter]]:
    return defaultdict(lambda: (_Counter(), _Counter(), _Counter()))


def _three(counters: tuple[_Counter, _Counter, _Counter]) -> tuple[Count, Count, Count]:
    booked, waited, refused = counters
    return booked.count, waited.count, refused.count


def _finished(counters: Mapping[K, _Counter]) -> dict[K, Count]:
    """The largest first."""
    ordered = sorted(counters.items(), key=lambda each: (-each[1].number, str(each[0])))
    return {key: each.count for key, each in ordered}


def _by_hour(start: datetime, end: datetime, rules: Rules) -> Iterator[tuple[tuple[int, int], int]]:
    """Weekday and hour (campus time) of each part of an interval, and its minutes."""
    while start < end:
        local = start.astimezone(rules.zone)
        rest = _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        until = min(end, start + rest)
        yield (local.weekday(), local.hour), (until - start) // timedelta(minutes=1)
        start = until


def _open_minutes(period: Period, rooms: Iterable[Room], rules: Rules) -> dict[tuple[int, int], int]:
    """How many minutes rooms were open at each hour of each weekday, without regard to closures."""
    alike: defaultdict[tuple[object, object], list[Room]] = defaultdict(list)
    for room in rooms:
        alike[room.weekday_hours, room.weekend_hours].append(room)
    minutes: defaultdict[tuple[int, int], int] = defaultdict(int)
    for same in alike.values():
        for day in period.days:
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=rules.zone)
            slot = open_hours(noon, same[0], rules)
            for cell, part in _by_hour(slot.start, slot.end, rules):
                minutes[cell] += part * len(same)
    return dict(minutes)
