"""Series service: previews, bookings, changes and cancellations, and lookups."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from core.clock import Clock
from core.errors import (
    DuplicateRequest,
    InvalidSeries,
    NothingToBook,
    NotYourBooking,
    SeriesNotAllowed,
    StaleVersion,
    Unavailable,
    UnknownSeries,
)
from core.model import (
    AttemptedRequest,
    Booking,
    PersonId,
    RequestedAction,
    Series,
    SeriesId,
    SeriesRule,
    SocietyId,
)
from core.policy.quota import quota_left, quota_week
from core.policy.recurrence import every_date, series_dates
from core.policy.rules import Rules
from core.policy.series_horizon import EndOfTerm, no_terms
from core.ports import Decision, DecisionKeys, ManagedStorage, UnitOfWork
from core.read_model import ReadModel
from core.services.attempts import attempting
from core.services.bookings import new_booking_id
from core.services.series.basis import PreviewBasis
from core.services.series.booking import BookSeries, SeriesOutcome, decide_series, series_keys
from core.services.series.change_plan import ChangePlan, SeriesState, plan_cancel, plan_change, with_end
from core.services.series.changing import ChangeOutcome, ChangeSeries, change_keys, decide_change
from core.services.series.preview import candidate
from core.services.series.refusals import with_refusals
from core.services.series.values import (
    BookedSeries,
    ChangedSeries,
    Choices,
    SeriesChange,
    SeriesChangePreview,
    SeriesOverview,
    SeriesPreview,
    SeriesRequest,
    SeriesScope,
)

T = TypeVar("T")

_MAX_ATTEMPTS = 4
"""A change is decided again when another one came between reading the series and changing it."""


class SeriesService:
    """Use cases of series.

    Previews are made of the read model, with the checks that book them. Bookings and changes are decided on
    the facts of one transaction, which writes all dates or none.
    """

    def __init__(
        self,
        storage: ManagedStorage,
        read_model: ReadModel,
        rules: Rules,
        clock: Clock,
        end_of_term: EndOfTerm = no_terms,
    ) -> None:
        self._storage = storage
        self._read_model = read_model
        self._rules = rules
        self._clock = clock
        self._basis = PreviewBasis(storage, read_model, rules, end_of_term)

    async def preview(self, request: SeriesRequest, adopt: Booking | None = None) -> SeriesPreview:
        """Judges every date. Raises `InvalidSeries`, and what refuses the requester whatever the date."""
        with attempting(_attempt(request)):
            now = self._clock.now()
            days = series_dates(request.rule)
            place = partial(candidate, starts_at=request.starts_at, length=request.length, rules=self._rules)
            candidates = [place(day, room_id=request.room_id) for day in days]
            freed = () if adopt is None else (adopt,)
            if request.room_id is not None and not self._basis.covers(candidates):
                maker = await self._basis.maker(request, candidates, now, freed, rooms=[request.room_id])
                dates = maker.judge(candidates, request.query)
                if all(each.is_free for each in dates):
                    return SeriesPreview(request, dates, None, maker.quota_cost)
            maker = await self._basis.maker(request, candidates, now, freed)
            dates = maker.judge(candidates, request.query)
            is_free = all(each.is_free for each in dates)
            room = None if is_free else maker.room_for_all(dates, request.query)
            return SeriesPreview(request, dates, room, maker.quota_cost)

    async def book(
        self,
        request: SeriesRequest,
        choices: Choices,
        key: str | None = None,
        *,
        adopt: Booking | None = None,
        confirm: bool = False,
    ) -> BookedSeries | SeriesPreview:
        """Books these dates in their rooms, completely; or else nothing, and returns a fresh preview."""
        with attempting(_attempt(request)):
            now, command = self._clock.now(), self._command(request, choices, key, adopt, confirm=confirm)
            outcome = await self._storage.decide_jointly(
                series_keys(command, self._rules, now),
                partial(decide_series, request=command, rules=self._rules, now=now),
            )
        if outcome.previous is not None:
            return await self._booked_before(outcome, outcome.previous, command.series)
        if outcome.refusals:
            await self._catch_up()
            return with_refusals(await self.preview(request, adopt), outcome.refusals)
        return BookedSeries(command.series, outcome.bookings, outcome.charged, outcome.quota_left)

    def _command(
        self,
        request: SeriesRequest,
        choices: Choices,
        key: str | None,
        adopt: Booking | None,
        *,
        confirm: bool,
    ) -> BookSeries:
        """The series to store: dates that were not chosen are its first tombstones."""
        days, chosen = series_dates(request.rule), dict(choices)
        if not chosen:
            raise NothingToBook
        if unknown := chosen.keys() - set(days):
            raise InvalidSeries(f"{min(unknown):%d %B %Y} is no date of this series.")
        now = self._clock.now()
        rule = replace(request.rule, exceptions=request.rule.exceptions | (set(days) - chosen.keys()))
        rooms = list(chosen.values())
        series = Series(
            SeriesId(str(uuid.uuid4())),
            rule,
            request.starts_at,
            request.length,
            max(rooms, key=rooms.count) if request.room_id not in rooms else request.room_id or rooms[0],
            request.by,
            now,
            now,
            request.society_id,
            request.title,
            request.notes,
        )
        ordered = tuple((day, chosen[day]) for day in sorted(chosen))
        ids = tuple(new_booking_id() for _ in ordered)
        last_day = self._basis.last_day(request, now)
        series = with_end(series, self._rules)
        return BookSeries(series, ordered, ids, last_day, request.term, adopt, key, confirm)

    async def _booked_before(
        self, outcome: SeriesOutcome, booking: Booking, requested: Series
    ) -> BookedSeries:
        """The result of an earlier request with the same key, as it is now."""
        if booking.series_id is None:
            raise UnknownSeries
        state = await self._state(booking.series_id)
        if state.series.version == 1 and _properties(state.series) != _properties(requested):
            raise DuplicateRequest(booking)
        return BookedSeries(state.series, state.bookings, {}, outcome.quota_left, is_repeat=True)

    async def preview_change(self, change: SeriesChange) -> SeriesChangePreview:
        """Judges the dates that a change moves or adds."""
        state = await self._own_state(change.series_id, change.by)
        now = self._clock.now()
        plan = plan_change(state, change, self._rules, now, _new_series_id())
        return await self._preview_plan(plan, change, now)

    async def change(self, change: SeriesChange, choices: Choices) -> ChangedSeries | SeriesChangePreview:
        """Changes these dates, completely; or else nothing, and returns a fresh preview."""

        async def attempt() -> ChangedSeries | SeriesChangePreview:
            state = await self._own_state(change.series_id, change.by)
            now = self._clock.now()
            whole = plan_change(state, change, self._rules, now, _new_series_id())
            plan = whole.choose(choices)
            if not plan.candidates and not plan.cancelled and change.until is None:
                raise NothingToBook
            outcome = await self._decide(plan, change.by, self._last_change_day(plan, change, now), now)
            if outcome.refusals:
                await self._catch_up()
                preview = await self._preview_plan(whole, change, now)
                return with_refusals(preview, outcome.refusals)
            return _changed(plan, outcome)

        return await _retry(attempt)

    async def cancel(
        self,
        series_id: SeriesId,
        by: PersonId,
        scope: SeriesScope,
        day: date | None = None,
        named: Collection[date] = (),
        key: str | None = None,
    ) -> ChangedSeries:
        """Cancels dates to come. Those changed by hand stay, unless they are `named` (or `day`).

        `key` is an idempotency key: a repeated request cancels nothing more.
        """
        change = SeriesChange(series_id, by, scope, day, named=frozenset(named))

        async def attempt() -> ChangedSeries:
            state = await self._own_state(series_id, by)
            now = self._clock.now()
            if key is not None and (handled := await self._handled(state.series, by, key, now)) is not None:
                return handled
            plan = plan_cancel(state, change, now)
            outcome = await self._decide(plan, by, date.max, now, key)
            return _changed(plan, outcome)

        return await _retry(attempt)

    def from_booking(self, booking: Booking, rule: SeriesRule) -> SeriesRequest:
        """A request for a series like a booking; pass the booking as `adopt` to preview and book it."""
        local = booking.interval.start.astimezone(self._rules.zone)
        if local.date() not in every_date(rule):
            raise InvalidSeries("The series must have a date on the day of the booking that it continues.")
        return SeriesRequest(
            rule,
            local.hour * 60 + local.minute,
            booking.interval.minutes,
            booking.booked_by,
            booking.room_id,
            society_id=booking.society_id,
            title=booking.title,
            notes=booking.notes,
        )

    async def get(self, series_id: SeriesId) -> SeriesOverview:
        """A series and its bookings to come. `UnknownSeries` if it does not exist."""
        state = await self._state(series_id)
        return SeriesOverview(state.series, self._upcoming(state.bookings))

    async def of_person(self, person_id: PersonId) -> tuple[SeriesOverview, ...]:
        """A person's series that have bookings to come, by the next one."""
        return await self._overviews(self._read_model.of_person(person_id))

    async def of_society(self, society_id: SocietyId) -> tuple[SeriesOverview, ...]:
        """A society's series that have bookings to come, by the next one."""
        return await self._overviews(self._read_model.of_society(society_id))

    async def _overviews(self, bookings: Iterable[Booking]) -> tuple[SeriesOverview, ...]:
        groups: dict[SeriesId, list[Booking]] = {}
        for booking in self._upcoming(bookings):
            if booking.series_id is not None:
                groups.setdefault(booking.series_id, []).append(booking)
        if not groups:
            return ()
        found = await self._storage.read(lambda unit: unit.series.many(list(groups)))
        overviews = (SeriesOverview(each, tuple(groups[each.id])) for each in found)
        return tuple(sorted(overviews, key=lambda each: each.upcoming[0].interval))

    async def _catch_up(self) -> None:
        """Brings the read model up to what the transaction saw."""
        with suppress(Unavailable):
            await self._storage.catch_up()

    def _upcoming(self, bookings: Iterable[Booking]) -> tuple[Booking, ...]:
        now = self._clock.now()
        return tuple(each for each in bookings if each.interval.end > now)

    async def _state(self, series_id: SeriesId) -> SeriesState:
        def read(unit: UnitOfWork) -> SeriesState:
            found = unit.series.many([series_id])
            if not found:
                raise UnknownSeries
            bookings = tuple(unit.bookings.of_series(series_id))
            return SeriesState(found[0], bookings, unit.bookings.charges_of_series(series_id))

        return await self._storage.read(read)

    async def _own_state(self, series_id: SeriesId, by: PersonId) -> SeriesState:
        """The series, for its owner; checked again when it is changed."""
        state = await self._state(series_id)
        if state.series.booked_by not in {by, None}:
            raise NotYourBooking
        return state

    async def _handled(self, series: Series, by: PersonId, key: str, now: datetime) -> ChangedSeries | None:
        """The series as it is now, if a cancellation with this key was carried out before."""
        keys = DecisionKeys(quota_week(now, self._rules), person=by, request=key)
        facts = await self._storage.decide(keys, partial(Decision, writes=None))
        if facts.previous_result is None:
            return None
        if facts.previous_result.series_id != series.id:
            raise DuplicateRequest(facts.previous_result)
        return ChangedSeries(series, (), quota_left=quota_left(facts.spent, self._rules))

    async def _decide(
        self, plan: ChangePlan, by: PersonId, last_day: date, now: datetime, key: str | None = None
    ) -> ChangeOutcome:
        command = ChangeSeries(plan, by, tuple(new_booking_id() for _ in plan.added), last_day, key)
        return await self._storage.decide_jointly(
            change_keys(command, self._rules, now),
            partial(decide_change, request=command, rules=self._rules, now=now),
        )

    async def _preview_plan(
        self, plan: ChangePlan, change: SeriesChange, now: datetime
    ) -> SeriesChangePreview:
        request = self._request_of(plan, change)
        freed = [*plan.cancelled, *(each.booking for each in plan.changed if each.booking is not None)]
        last_day = self._last_change_day(plan, change, now)
        maker = await self._basis.maker(request, plan.candidates, now, freed, last_day)
        dates = maker.judge(plan.candidates, request.query) if plan.candidates else ()
        return SeriesChangePreview(change, plan.before, dates, plan.cancelled, plan.kept)

    def _request_of(self, plan: ChangePlan, change: SeriesChange) -> SeriesRequest:
        series = plan.split or plan.after
        return SeriesRequest(
            series.rule,
            series.starts_at,
            series.length,
            series.booked_by or change.by,
            series.room_id,
            society_id=series.society_id,
        )

    def _last_change_day(self, plan: ChangePlan, change: SeriesChange, now: datetime) -> date:
        """No date that was allowed before becomes too far by a change of its time."""
        try:
            last_day = self._basis.last_day(self._request_of(plan, change), now)
        except SeriesNotAllowed:
            last_day = now.astimezone(self._rules.zone).date()
        return max((last_day, *plan.active))


def _attempt(request: SeriesRequest) -> AttemptedRequest:
    seats = request.query.capacity
    return AttemptedRequest(
        RequestedAction.SERIES, request.by, request.room_id, None, request.society_id, seats
    )


def _changed(plan: ChangePlan, outcome: ChangeOutcome) -> ChangedSeries:
    return ChangedSeries(
        outcome.series,
        outcome.bookings,
        outcome.split,
        outcome.cancelled,
        plan.kept,
        -sum(outcome.changes.values()),
        outcome.quota_left,
    )


def _properties(series: Series) -> tuple[object, ...]:
    """What makes two requests for a series the same."""
    rule = replace(series.rule, exceptions=frozenset())
    wanted = rule, series.starts_at, series.length, series.room_id
    return *wanted, series.society_id, series.title, series.notes


def _new_series_id() -> SeriesId:
    return SeriesId(str(uuid.uuid4()))


async def _retry(attempt: Callable[[], Awaitable[T]]) -> T:
    for _ in range(_MAX_ATTEMPTS - 1):
        try:
            return await attempt()
        except StaleVersion:
            continue
    return await attempt()
