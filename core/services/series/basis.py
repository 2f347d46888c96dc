"""What previews of series are based on: the read model, the quota spent, and how far a series may reach."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from core.availability import Availability
from core.errors import UnknownSociety
from core.interval import Interval
from core.model import Booking, RoomId
from core.policy.quota import has_quota, quota_week
from core.policy.recurrence import every_date
from core.policy.rules import Rules
from core.policy.series_horizon import EndOfTerm, last_series_day
from core.ports import Storage
from core.read_model import ReadModel, read_rooms
from core.services.series.preview import Candidate, PreviewMaker, load_slots
from core.services.series.values import SeriesRequest
from core.services.series.verdicts import SeriesLedger, SeriesParty


class PreviewBasis:
    """Collects the facts of a preview."""

    def __init__(self, storage: Storage, read_model: ReadModel, rules: Rules, end_of_term: EndOfTerm) -> None:
        self._storage = storage
        self._read_model = read_model
        self._rules = rules
        self._end_of_term = end_of_term

    async def maker(
        self,
        request: SeriesRequest,
        candidates: Iterable[Candidate],
        now: datetime,
        freed: Iterable[Booking],
        last_day: date | None = None,
        rooms: Collection[RoomId] | None = None,
    ) -> PreviewMaker:
        """A maker for these candidates. `rooms`: the only ones whose times are needed, all if None."""
        slots = [each.slot for each in candidates]
        last_day = last_day or self.last_day(request, now)
        availability = await self._availability(slots, rooms)
        ledger = await self._ledger(request, now)
        return PreviewMaker(availability, self.party(request), ledger, last_day, now, freed)

    def covers(self, candidates: Iterable[Candidate]) -> bool:
        """Whether the read model knows these dates of all rooms."""
        return all(self._read_model.covers(each.slot) for each in candidates)

    async def _availability(self, slots: list[Interval], rooms: Collection[RoomId] | None) -> Availability:
        """The read model's; of dates outside its window, that of storage."""
        if all(map(self._read_model.covers, slots)):
            return self._read_model.availability
        catalogue = self._read_model.catalogue
        if rooms is None:
            return await self._storage.read(lambda unit: load_slots(unit, catalogue, slots))
        span = Interval(min(each.start for each in slots), max(each.end for each in slots))
        found = await self._storage.read(lambda unit: read_rooms(unit, span, rooms))
        return Availability(catalogue, {room_id: room.schedule for room_id, room in found.items()})

    async def _ledger(self, request: SeriesRequest, now: datetime) -> SeriesLedger:
        party, rules = self.party(request), self._rules
        spent: Mapping[int, int] = {}
        if party.person is not None and party.society is None and has_quota(party.person):
            person_id, week = party.person.id, quota_week(now, rules)
            spent = await self._storage.read(lambda unit: unit.bookings.spent_since(person_id, week))
        of_series, of_all = Counter[int](), Counter[int]()
        for booking in self._read_model.of_society(request.society_id) if request.society_id else ():
            week = quota_week(booking.interval.start, rules)
            of_all[week] += booking.interval.minutes
            of_series[week] += booking.interval.minutes if booking.series_id is not None else 0
        return SeriesLedger(rules, spent, of_series, of_all, party.society)

    def party(self, request: SeriesRequest) -> SeriesParty:
        directory, society_id = self._read_model.directory, request.society_id
        account = directory.people.get(request.by) if request.by is not None else None
        society = directory.societies.get(society_id) if society_id is not None else None
        if society_id is not None and society is None:
            raise UnknownSociety(society_id)
        return SeriesParty(
            person=account.person if account is not None else None,
            society=society,
            role=account.role_in(society_id) if account is not None and society_id is not None else None,
            valid_term=directory.terms.get(society_id) if society_id is not None else None,
            term=request.term,
        )

    def last_day(self, request: SeriesRequest, now: datetime) -> date:
        first = next(iter(every_date(request.rule)), request.rule.starts_on)
        return last_series_day(
            first,
            self.party(request).person,
            self._rules,
            now,
            self._end_of_term,
            is_society=request.society_id is not None,
        )
