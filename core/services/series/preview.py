"""Preview of a series: every date judged, with rooms that would do where it cannot be booked."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from core.availability import Availability, RoomSchedule
from core.catalogue import Catalogue, RoomQuery
from core.errors import RoomieError, SlotTaken
from core.interval import Interval
from core.model import Booking, Busy, Room, RoomId, busy_for
from core.policy.recurrence import is_shifted, occurrence_slot
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.room_plan import free_in_all, plan_slots
from core.services.series.values import SeriesDate, Verdict
from core.services.series.verdicts import (
    Replaced,
    SeriesLedger,
    SeriesParty,
    check_date,
    is_about_everything,
    raise_if_all_alike,
    verdict_of,
)

_HOPELESS = {Verdict.TOO_FAR, Verdict.OVER_QUOTA, Verdict.PAST}
"""Verdicts that no other room changes."""
_MAX_TRIED = 3
"""Free rooms whose cost to the requester is looked at: it hardly differs."""


class Candidate(Struct, frozen=True):
    """A date to judge, in the room wanted for it. `replaced` is what it would update."""

    day: date
    slot: Interval
    room_id: RoomId | None
    is_shifted: bool = False
    replaced: Replaced | None = None

    @property
    def booking(self) -> Booking | None:
        return None if self.replaced is None else self.replaced.booking

    @property
    def is_unchanged(self) -> bool:
        """Whether the booking already is what it would become: nothing needs to be checked again."""
        booking = self.booking
        return booking is not None and (booking.room_id, booking.interval) == (self.room_id, self.slot)

    @property
    def seconds(self) -> tuple[int, int]:
        return int(self.slot.start.timestamp()), int(self.slot.end.timestamp())


Candidates: TypeAlias = Sequence[Candidate]


def candidate(
    day: date,
    starts_at: int,
    length: int,
    room_id: RoomId | None,
    rules: Rules,
    replaced: Replaced | None = None,
) -> Candidate:
    """A date at its wall time."""
    slot = occurrence_slot(day, starts_at, length, rules.zone)
    return Candidate(day, slot, room_id, is_shifted(day, starts_at, rules.zone), replaced)


class PreviewMaker:
    """Judges candidates on one state of the campus.

    `freed` are bookings that a change would move or cancel: they are in nobody's way.
    """

    def __init__(
        self,
        availability: Availability,
        party: SeriesParty,
        ledger: SeriesLedger,
        last_day: date,
        now: datetime,
        freed: Iterable[Booking] = (),
    ) -> None:
        self._availability = availability
        self._catalogue = availability.catalogue
        self._party = party
        self._ledger = ledger
        self._start = ledger.copy()
        self._last_day = last_day
        self._now = now
        self._own: dict[RoomId, datetime] = {}
        """When the last date in a room ends: a day of 23 hours makes two daily ones overlap."""
        self._freed = frozenset(busy_for(each) for each in freed)
        eligibility = BookingParty(party.person, party.society, party.role, 0, last_day, party.term)
        self._check = EligibilityCheck(eligibility, ledger.rules, now)

    def judge(self, candidates: Candidates, query: RoomQuery) -> tuple[SeriesDate, ...]:
        """Verdicts in order; quota adds up from date to date. Rooms are planned where none is wanted."""
        planned = self._with_rooms(candidates, query)
        dates = tuple(self._judge_date(each, query) for each in planned)
        raise_if_all_alike([each.refusal for each in dates])
        return self._with_other_rooms(dates, query)

    @property
    def quota_cost(self) -> int:
        """Minutes that the free dates cost, over all weeks."""
        return sum(self._ledger.charged.values())

    def room_for_all(self, dates: Sequence[SeriesDate], query: RoomQuery) -> RoomId | None:
        """The smallest other room that is free on every date, if the requester could book all of them.

        One that is as large as the wanted one, if there is any.
        """
        slots = [(int(each.slot.start.timestamp()), int(each.slot.end.timestamp())) for each in dates]
        wanted = {each.room_id for each in dates}
        for like in self._like_room(dates[0].room_id, query):
            fitting = free_in_all(self._availability, like, slots, self._check.accepts)
            others = (room for room in fitting if room.id not in wanted)
            for room in islice(others, _MAX_TRIED):
                if self._affords_all(dates, room):
                    return room.id
        return None

    def _affords_all(self, dates: Sequence[SeriesDate], room: Room) -> bool:
        ledger = self._start.copy()
        return all(self._affords(each, room, ledger) for each in dates)

    def _with_rooms(self, candidates: Candidates, query: RoomQuery) -> Candidates:
        unplaced = [each for each in candidates if each.room_id is None]
        if not unplaced:
            return candidates
        plan = plan_slots(self._availability, query, [each.seconds for each in unplaced], self._check.accepts)
        rooms = dict(zip((each.day for each in unplaced), plan.rooms, strict=True))
        return [
            replace(each, room_id=room.id)
            if each.room_id is None and (room := rooms[each.day]) is not None
            else each
            for each in candidates
        ]

    def _judge_date(self, wanted: Candidate, query: RoomQuery) -> SeriesDate:
        verdict, refusal, holders = Verdict.FREE, self._refusal(wanted, query), tuple[Busy, ...]()
        if refusal is not None:
            if is_about_everything(refusal):
                raise refusal
            verdict = verdict_of(refusal)
            holders = getattr(refusal, "holders", ())
        elif wanted.room_id is None:
            verdict = Verdict.NO_ROOM
        return SeriesDate(
            wanted.day,
            wanted.slot,
            wanted.room_id,
            verdict,
            refusal,
            holders,
            is_shifted=wanted.is_shifted,
            booking=wanted.booking,
        )

    def _refusal(self, wanted: Candidate, query: RoomQuery) -> RoomieError | None:
        try:
            if wanted.room_id is None:
                self._check_any_room(wanted, query)
            elif not wanted.is_unchanged:
                if (before := self._own.get(wanted.room_id)) is not None and before > wanted.slot.start:
                    raise SlotTaken
                check_date(
                    self._party,
                    self._catalogue.rooms.get(wanted.room_id),
                    wanted.slot,
                    self._holders(wanted.room_id, *wanted.seconds),
                    self._ledger,
                    self._last_day,
                    self._now,
                    wanted.replaced,
                )
                self._own[wanted.room_id] = wanted.slot.end
        except RoomieError as refusal:
            return refusal
        return None

    def _check_any_room(self, wanted: Candidate, query: RoomQuery) -> None:
        """Raises what would refuse this date in the first room that matches, were it free."""
        room = next(self._catalogue.rooms_in(self._catalogue.matching(query)), None)
        if room is not None and (refusal := self._check.refusal(room, wanted.slot)) is not None:
            raise refusal

    def _holders(self, room_id: RoomId, start: int, end: int) -> tuple[Busy, ...]:
        holders = self._availability.schedule(room_id).conflicts(start, end)
        return tuple(each for each in holders if each not in self._freed) if self._freed else holders

    def _with_other_rooms(self, dates: tuple[SeriesDate, ...], query: RoomQuery) -> tuple[SeriesDate, ...]:
        """Offers rooms for the dates that another room makes possible: as few different ones as possible.

        Rooms as large as the wanted one come first.
        """
        wanting = [each for each in dates if not each.is_free and each.verdict not in _HOPELESS]
        if not wanting:
            return dates
        ledger, offered = self._ledger.copy(), dict[date, RoomId]()
        for like in self._like_room(wanting[0].room_id, query):
            left = [each for each in wanting if each.day not in offered]
            slots = [(int(each.slot.start.timestamp()), int(each.slot.end.timestamp())) for each in left]
            plan = plan_slots(self._availability, like, slots, self._check.accepts)
            offered |= {
                each.day: room.id
                for each, room in zip(left, plan.rooms, strict=True)
                if room is not None and self._affords(each, room, ledger)
            }
        return tuple(replace(each, other_room=offered.get(each.day)) for each in dates)

    def _affords(self, wanted: SeriesDate, room: Room, ledger: SeriesLedger) -> bool:
        """Whether the date can be booked there, beside all that are free and those offered before."""
        try:
            check_date(self._party, room, wanted.slot, (), ledger, self._last_day, self._now)
        except RoomieError:
            return False
        return True

    def _like_room(self, room_id: RoomId | None, query: RoomQuery) -> tuple[RoomQuery, ...]:
        """Rooms that would do instead, best first: nearby, and large enough.

        Where no number of people was given, those as large come first, then those half as large.
        """
        room = self._catalogue.rooms.get(room_id) if room_id is not None else None
        if room is None:
            return (query,)
        nearby = replace(query, room=None, building=None, near=query.near or room.building_id)
        if query.capacity:
            return (nearby,)
        sizes = (room.capacity, room.capacity // 2)
        return tuple(replace(nearby, capacity=capacity) for capacity in sizes)


def load_slots(unit: UnitOfWork, catalogue: Catalogue, slots: Iterable[Interval]) -> Availability:
    """The availability of all rooms in some slots, for dates that the read model does not cover."""
    busy: dict[RoomId, set[Busy]] = {}
    for slot in slots:
        for room_id, entry in chain(unit.timetable.busy(slot), unit.closures.busy(slot)):
            busy.setdefault(room_id, set()).add(entry)
        for booking in unit.bookings.active(slot):
            busy.setdefault(booking.room_id, set()).add(busy_for(booking))
    return Availability(catalogue, {room_id: RoomSchedule(taken) for room_id, taken in busy.items()})
