"""The campus in memory, on which past requests are decided again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from bot.simulation.values import Past, PastEvent
from core.interval import Interval
from core.model import Booking, BookingId, BookingState, Busy, PersonId, RoomId, TokenTerm, busy_for
from core.policy.access import token_day
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import CLOSURE_LOOKAHEAD, Facts, WriteSet

_DAY_SECONDS = 24 * 60 * 60
_TOKEN_GENERATION = 1


class _BusyIndex:
    """Busy times by room and day."""

    def __init__(self, busy: Iterable[tuple[RoomId, Busy]] = ()) -> None:
        self._days: defaultdict[tuple[RoomId, int], list[Busy]] = defaultdict(list)
        for room_id, each in busy:
            self.add(room_id, each)

    def add(self, room_id: RoomId, busy: Busy) -> None:
        for day in _days(busy.start, busy.end):
            self._days[room_id, day].append(busy)

    def remove(self, room_id: RoomId, busy: Busy) -> None:
        for day in _days(busy.start, busy.end):
            self._days[room_id, day].remove(busy)

    def during(self, room_id: RoomId, start: int, end: int) -> set[Busy]:
        days = (self._days.get((room_id, day), ()) for day in _days(start, end))
        return {each for found in days for each in found if each.start < end and start < each.end}


def _days(start: int, end: int) -> range:
    return range(start // _DAY_SECONDS, (max(start, end - 1)) // _DAY_SECONDS + 1)


class ReplayWorld:
    """Bookings and quota as the decisions so far have left them."""

    def __init__(self, past: Past, rules: Rules) -> None:
        self._past, self._rules = past, rules
        self._taught, self._closed = _BusyIndex(past.timetable), _BusyIndex(past.closures)
        self._booked = _BusyIndex()
        self._bookings: dict[BookingId, Booking] = {}
        self._spent: defaultdict[tuple[PersonId, int], int] = defaultdict(int)
        self._charges: defaultdict[BookingId, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        for each in past.bookings:
            self.insert(each)
        for charge in past.charges:
            self._spent[charge.person_id, charge.week] += charge.minutes
            self._charges[charge.booking_id][charge.week] += charge.minutes

    def booking(self, booking_id: BookingId) -> Booking | None:
        return self._bookings.get(booking_id)

    def is_granted(self, event: PastEvent) -> bool:
        """Whether the requester has the slot already, because an earlier attempt succeeded this time."""
        if event.room_id is None or event.slot is None:
            return False
        ids = (each.booking_id for each in self._booked.during(event.room_id, *_seconds(event.slot)))
        found = (self._bookings[each] for each in ids if each is not None)
        wanted = (event.by, event.society_id, event.slot)
        return any((each.booked_by, each.society_id, each.interval) == wanted for each in found)

    def insert(self, booking: Booking) -> None:
        self._bookings[booking.id] = booking
        self._booked.add(booking.room_id, busy_for(booking))

    def remove(self, booking_id: BookingId) -> None:
        if (gone := self._bookings.pop(booking_id, None)) is not None:
            self._booked.remove(gone.room_id, busy_for(gone))

    def charge(self, booking: Booking, minutes: int, week: int) -> None:
        if booking.booked_by is not None:
            self._spent[booking.booked_by, week] += minutes
            self._charges[booking.id][week] += minutes

    def apply(self, writes: WriteSet | None) -> None:
        """Makes the changes that a decision would write."""
        if writes is None:
            return
        if writes.update is not None:
            self.remove(writes.update.id)
        for each in (writes.insert, writes.update):
            if each is not None and each.state is BookingState.ACTIVE:
                self.insert(each)
        for charge in writes.charges:
            self._spent[charge.person_id, charge.week] += charge.minutes
            self._charges[charge.booking_id][charge.week] += charge.minutes

    def facts(self, event: PastEvent) -> Facts:
        """What storage would have read for a decision."""
        booking = self._bookings.get(event.booking_id)
        week = quota_week(event.at, self._rules)
        society_id = event.society_id or (booking.society_id if booking is not None else None)
        charges: Mapping[int, int] = self._charges.get(event.booking_id, {})
        return Facts(
            room=None if event.room_id is None else self._past.rooms.get(event.room_id),
            person=None if event.by is None else self._past.people.get(event.by),
            society=None if society_id is None else self._past.societies.get(society_id),
            role=None
            if event.by is None or society_id is None
            else self._past.roles.get((event.by, society_id)),
            term=self.term(event) if event.by is None else None,
            booking=booking,
            busy=tuple(self._busy(event, booking)),
            closures=tuple(self._closures(event)),
            spent=0 if event.by is None else self._spent[event.by, week],
            charged=charges.get(week, 0),
            charges=tuple(sorted(charges.items())),
        )

    def term(self, event: PastEvent) -> TokenTerm:
        """A valid society token: those who had one then need none now."""
        return TokenTerm(_TOKEN_GENERATION, token_day(event.at, self._rules))

    def _busy(self, event: PastEvent, booking: Booking | None) -> Iterator[Busy]:
        if event.room_id is None or event.slot is None:
            return
        start, end = _seconds(event.slot)
        own = None if booking is None else busy_for(booking)
        found = self._booked.during(event.room_id, start, end)
        found |= self._taught.during(event.room_id, start, end)
        yield from sorted(each for each in found if each != own)

    def _closures(self, event: PastEvent) -> Iterator[Busy]:
        if event.room_id is None or event.slot is None:
            return
        start, end = _seconds(Interval(event.slot.start, event.slot.end + CLOSURE_LOOKAHEAD))
        yield from sorted(self._closed.during(event.room_id, start, end))


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())
