"""Plans what a change or a cancellation does to a series: values to values."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from core.errors import BookingIsOver, EndsBeforeStart, InvalidSeries, UnknownBooking
from core.model import Booking, BookingId, Series, SeriesId, SeriesRule
from core.policy.recurrence import every_date, last_date, occurrence_slot, series_dates
from core.policy.rules import Rules
from core.services.series.preview import Candidate, candidate
from core.services.series.values import Choices, SeriesChange, SeriesScope
from core.services.series.verdicts import Replaced
from core.services.titles import with_title


class SeriesState(Struct, frozen=True):
    """A series with its active bookings, by start, and what these were charged in each week."""

    series: Series
    bookings: tuple[Booking, ...]
    charges: Mapping[BookingId, Mapping[int, int]]

    def replaced(self, booking: Booking) -> Replaced:
        return Replaced(booking, tuple(self.charges.get(booking.id, {}).items()))


class ChangePlan(Struct, frozen=True):
    """What a change does, if every date it changes or adds can be had.

    `after` is the series then, and `split` the new series that takes over the following dates. `is_by_hand`:
    the change is of one date, which no longer follows the series. Tombstones are settled when it is written.
    """

    before: Series
    after: Series
    changed: tuple[Candidate, ...] = ()
    added: tuple[Candidate, ...] = ()
    cancelled: tuple[Booking, ...] = ()
    kept: tuple[Booking, ...] = ()
    active: frozenset[date] = frozenset()
    """Dates that were booked before."""
    split: Series | None = None
    title: str | None = None
    is_by_hand: bool = False
    leaves_tombstones: bool = False
    """Whether the dates cancelled never come back; shortening the series leaves them to a longer one."""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return (*self.changed, *self.added)

    def choose(self, choices: Choices) -> "ChangePlan":
        """Only these of its dates, each in its room; the others stay as they are, or are not added."""
        rooms = dict(choices)
        changed = [each for each in self.changed if each.day in rooms]
        unchanged = (each.booking for each in self.changed if each.day not in rooms)
        return replace(
            self,
            changed=tuple(replace(each, room_id=rooms[each.day]) for each in changed),
            added=tuple(replace(each, room_id=rooms[each.day]) for each in self.added if each.day in rooms),
            kept=(*self.kept, *(each for each in unchanged if each is not None)),
        )


def is_changed_by_hand(booking: Booking) -> bool:
    """Whether somebody changed the booking since its series last wrote it."""
    return booking.occurrence is not None and booking.version != booking.occurrence.version


def day_of(booking: Booking) -> date:
    """The date of its series that a booking stands for."""
    if booking.occurrence is None:
        raise UnknownBooking
    return booking.occurrence.day


def select(state: SeriesState, change: SeriesChange, now: datetime) -> tuple[list[Booking], list[Booking]]:
    """The bookings that a change is about, and those in its scope that it leaves as they are."""
    if change.scope is not SeriesScope.ALL and change.day is None:
        raise InvalidSeries("Say from which date of the series on.")
    in_scope = [each for each in state.bookings if _is_in_scope(day_of(each), change)]
    upcoming = [each for each in in_scope if each.interval.start > now]
    if not in_scope and change.scope is SeriesScope.ONE:
        raise UnknownBooking
    if not upcoming and change.scope is SeriesScope.ONE:
        raise BookingIsOver
    named = change.named | ({change.day} if change.day is not None else set())
    chosen = [each for each in upcoming if day_of(each) in named or not is_changed_by_hand(each)]
    ongoing = [each for each in in_scope if each.interval.start <= now < each.interval.end]
    return chosen, [*ongoing, *(each for each in upcoming if each not in chosen)]


def _is_in_scope(day: date, change: SeriesChange) -> bool:
    if change.scope is SeriesScope.ALL or change.day is None:
        return True
    return day == change.day if change.scope is SeriesScope.ONE else day >= change.day


def plan_cancel(state: SeriesState, change: SeriesChange, now: datetime) -> ChangePlan:
    """Cancels the bookings in scope, and leaves a tombstone for each."""
    chosen, kept = select(state, change, now)
    return ChangePlan(
        state.series,
        replace(state.series, version=state.series.version + 1),
        cancelled=tuple(chosen),
        kept=tuple(kept),
        active=_active(state),
        leaves_tombstones=True,
    )


def plan_change(
    state: SeriesState, change: SeriesChange, rules: Rules, now: datetime, split_id: SeriesId
) -> ChangePlan:
    """The dates that a change moves, adds and cancels; `split_id` is for the series it may split off."""
    chosen, kept = select(state, change, now)
    if change.scope is SeriesScope.ONE:
        return _plan_one(state, change, chosen[0], rules)
    until = change.until
    gone = [each for each in chosen if until is not None and day_of(each) > until]
    stays = [each for each in chosen if each not in gone]
    changed_series = _apply(state.series, change, rules)
    target, split = _split(state, change, changed_series, rules, now, split_id)
    return ChangePlan(
        state.series,
        replace(target, version=state.series.version + 1),
        changed=tuple(_changed(state, change, each, changed_series, rules) for each in stays),
        added=tuple(_added(state, changed_series, change, rules)),
        cancelled=tuple(gone),
        kept=tuple(kept),
        active=_active(state),
        split=split,
        title=change.title,
    )


def _plan_one(state: SeriesState, change: SeriesChange, booking: Booking, rules: Rules) -> ChangePlan:
    """One date moves away from its series, which stays as it is."""
    if change.until is not None:
        raise InvalidSeries("One date has no last day. Change this and the following ones instead.")
    moved = _changed(state, change, booking, _apply(state.series, change, rules), rules)
    return ChangePlan(
        state.series,
        replace(state.series, version=state.series.version + 1),
        changed=(moved,),
        active=_active(state),
        title=change.title,
        is_by_hand=True,
    )


def _active(state: SeriesState) -> frozenset[date]:
    return frozenset(day_of(each) for each in state.bookings)


def _apply(series: Series, change: SeriesChange, rules: Rules) -> Series:
    """The series with all properties of a change; its rule is checked if its end is moved."""
    rule = series.rule
    if change.until is not None:
        if change.until < rule.starts_on:
            raise EndsBeforeStart
        rule = replace(rule, until=change.until, count=None)
        if change.until > last_date(series.rule):
            series_dates(rule)
    changed = replace(
        series,
        rule=rule,
        starts_at=series.starts_at if change.starts_at is None else change.starts_at,
        length=series.length if change.length is None else change.length,
        room_id=change.room_id or series.room_id,
    )
    if change.title is not None:
        changed = with_title(changed, change.title)
    return with_end(changed, rules)


def with_end(series: Series, rules: Rules) -> Series:
    """The series with the end of its last date."""
    last = occurrence_slot(last_date(series.rule), series.starts_at, series.length, rules.zone)
    return replace(series, ends_at=last.end)


def _changed(
    state: SeriesState, change: SeriesChange, booking: Booking, after: Series, rules: Rules
) -> Candidate:
    """Where a booking moves. Only its title may change: then it stays where it is."""
    room_id = change.room_id or booking.room_id
    replaced = state.replaced(booking)
    if change.starts_at is None and change.length is None:
        return Candidate(day_of(booking), booking.interval, room_id, replaced=replaced)
    return candidate(day_of(booking), after.starts_at, after.length, room_id, rules, replaced)


def _added(state: SeriesState, after: Series, change: SeriesChange, rules: Rules) -> Iterable[Candidate]:
    """The dates after the old end, without tombstones and dates that are booked already."""
    old_last, left_out = last_date(state.series.rule), after.rule.exceptions | _active(state)
    if change.until is None or change.until <= old_last:
        return
    for day in every_date(after.rule):
        if day > old_last and day not in left_out:
            yield candidate(day, after.starts_at, after.length, after.room_id, rules)


def _split(
    state: SeriesState,
    change: SeriesChange,
    changed: Series,
    rules: Rules,
    now: datetime,
    split_id: SeriesId,
) -> tuple[Series, Series | None]:
    """The series after a change, and the one for the following dates if earlier ones are still to come."""
    day = change.day
    if change.scope is not SeriesScope.FOLLOWING or day is None or not _has_earlier(state, day, now):
        return changed, None
    first = min((each for each in every_date(changed.rule) if each >= day), default=None)
    if first is None:
        return changed, None
    until = changed.rule.until or last_date(changed.rule)
    following = replace(
        changed,
        id=split_id,
        version=1,
        created_at=now,
        rule=_part(changed.rule, lambda each: each >= first, starts_on=first, until=until),
    )
    leading = replace(
        state.series,
        rule=_part(
            state.series.rule,
            lambda each: each < first,
            starts_on=state.series.rule.starts_on,
            until=first - timedelta(days=1),
        ),
    )
    return with_end(leading, rules), with_end(following, rules)


def _has_earlier(state: SeriesState, day: date, now: datetime) -> bool:
    return any(day_of(each) < day and each.interval.start > now for each in state.bookings)


def _part(rule: SeriesRule, belongs: Callable[[date], bool], *, starts_on: date, until: date) -> SeriesRule:
    exceptions = frozenset(day for day in rule.exceptions if belongs(day))
    return replace(rule, starts_on=starts_on, until=until, count=None, exceptions=exceptions)


def settle(plan: ChangePlan) -> tuple[Series, Series | None]:
    """The series after a plan, with a tombstone for each date that has no booking and never gets one.

    Also for dates beyond a new end: nothing cancelled comes back when the series is made longer again, and
    what a split has moved to the following series is not booked twice.
    """
    added = {each.day for each in plan.added}
    cancelled = {day_of(each) for each in plan.cancelled}
    booked = (plan.active | added) - (cancelled if plan.leaves_tombstones else set())
    if plan.split is None:
        return _with_tombstones(plan.after, plan.before, booked), None
    moved = {each.day for each in plan.changed} | added
    following = _with_tombstones(plan.split, plan.before, moved | cancelled)
    return _with_tombstones(plan.after, plan.before, booked - moved), following


def _with_tombstones(series: Series, before: Series, booked: Iterable[date]) -> Series:
    dates = frozenset((*every_date(series.rule), *every_date(before.rule)))
    missing = {day for day in dates.difference(booked) if day >= series.rule.starts_on}
    return replace(series, rule=replace(series.rule, exceptions=series.rule.exceptions | missing))
