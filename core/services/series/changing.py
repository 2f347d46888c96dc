"""Decision: change or cancel dates of a series, completely or not at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from core.errors import NotYourBooking, RoomieError, StaleVersion
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingState,
    Charge,
    Occurrence,
    PersonId,
    Role,
    Series,
)
from core.policy.quota import quota_left, quota_week
from core.policy.refund import non_refundable_after_change, refunds_by_week
from core.policy.rules import Rules
from core.ports import DecisionKeys, Facts, JointDecision, WriteSet
from core.services.guest_messages import notices
from core.services.ownership import own_booking
from core.services.reminders import reminders
from core.services.series.booking import OwnSlots, is_final, ledger_of, society_week
from core.services.series.change_plan import ChangePlan, day_of, settle
from core.services.series.preview import Candidate
from core.services.series.verdicts import Replaced, SeriesLedger, SeriesParty, check_date
from core.services.titles import with_title


class ChangeSeries(Struct, frozen=True):
    """Request to carry out a plan, whose dates have rooms. `ids` are for the bookings it adds."""

    plan: ChangePlan
    by: PersonId
    ids: tuple[BookingId, ...] = ()
    last_day: date = date.max
    key: str | None = None
    """Idempotency key of a cancellation."""


class ChangeOutcome(Struct, frozen=True):
    """The series and its bookings as changed; or why each date that cannot be had was refused.

    `changes` are minutes of quota by week: charged, or refunded if negative.
    """

    series: Series
    split: Series | None = None
    bookings: tuple[Booking, ...] = ()
    cancelled: tuple[Booking, ...] = ()
    changes: Mapping[int, int] = field(default_factory=dict)
    refusals: Mapping[date, RoomieError] = field(default_factory=dict)
    quota_left: int = 0
    """Minutes of this quota week."""


def change_keys(request: ChangeSeries, rules: Rules, now: datetime) -> list[DecisionKeys]:
    """Keys of the dates changed, added and cancelled, in this order; and of the owner and this week."""
    plan, series = request.plan, request.plan.before
    person, society = request.by, series.society_id
    dates = [
        DecisionKeys(
            week=quota_week(each.slot.start, rules),
            room=each.room_id,
            window=each.slot,
            person=person,
            society=society,
            booking=None if each.booking is None else each.booking.id,
            series=series.id,
            society_week=society_week(series, each.slot, rules),
        )
        for each in plan.candidates
    ]
    week = quota_week(now, rules)
    cancelled = [
        DecisionKeys(week=week, person=person, society=society, booking=each.id, series=series.id)
        for each in plan.cancelled
    ]
    owner = DecisionKeys(week, person=person, society=society, request=request.key, series=series.id)
    return [*dates, *cancelled, owner]


def decide_change(
    facts: Sequence[Facts], request: ChangeSeries, rules: Rules, now: datetime
) -> JointDecision[ChangeOutcome]:
    """Carries out a plan, or says which dates refuse it; then nothing changes."""
    plan = request.plan
    *facts, owner = facts
    owner = replace(owner, guests=tuple(guest for each in facts for guest in each.guests))
    if owner.previous_result is not None:
        raise StaleVersion
    _check_owner(plan.before, request.by, owner.role)
    dates = facts[: len(plan.candidates)]
    ledger = ledger_of(dates, [each.slot for each in plan.candidates], rules)
    refunds = list(_cancellations(plan, facts[len(dates) :], request.by, rules, now))
    for booking, changes in refunds:
        ledger.cancel(booking, changes)
    refusals, changed = dict[date, RoomieError](), list[tuple[Candidate, Mapping[int, int]]]()
    own = OwnSlots()
    for known, wanted in sorted(zip(dates, plan.candidates, strict=True), key=lambda each: each[1].slot):
        try:
            changed.append((wanted, _check(known, request, wanted, own, ledger, now)))
        except RoomieError as refusal:
            if is_final(refusal):
                raise
            refusals[wanted.day] = refusal
    if refusals:
        return JointDecision(ChangeOutcome(plan.before, refusals=refusals))
    return _writes(request, owner, changed, refunds, rules, now)


def _check_owner(series: Series, by: PersonId, role: Role | None) -> None:
    """Presidents own their society's series that were booked with a token."""
    if series.booked_by != by and not (series.booked_by is None and role is Role.PRESIDENT):
        raise NotYourBooking


def _own(facts: Facts, known: Booking, by: PersonId, now: datetime) -> Booking:
    """The stored booking, which must still be as the plan knows it."""
    booking = own_booking(facts, by, now)
    if booking.version != known.version:
        raise StaleVersion
    return booking


def _cancellations(
    plan: ChangePlan, facts: Sequence[Facts], by: PersonId, rules: Rules, now: datetime
) -> Iterator[tuple[Booking, Mapping[int, int]]]:
    """The bookings to cancel, each with its refunds by week."""
    week = quota_week(now, rules)
    for known, cancelled in zip(facts, plan.cancelled, strict=True):
        booking = _own(known, cancelled, by, now)
        refunds = refunds_by_week(booking, known.charges, week, rules, now)
        yield booking, {each: -minutes for each, minutes in refunds.items()}


def _check(
    facts: Facts,
    request: ChangeSeries,
    wanted: Candidate,
    own: OwnSlots,
    ledger: SeriesLedger,
    now: datetime,
) -> Mapping[int, int]:
    """Returns the charges of one date by week, if it breaks no rule."""
    if wanted.room_id is not None:
        own.add(wanted.room_id, wanted.slot)
    booking = wanted.booking
    if booking is not None:
        _own(facts, booking, request.by, now)
        if wanted.is_unchanged:
            return {}
    freed = {each.id for each in request.plan.cancelled}
    freed |= {each.booking.id for each in request.plan.changed if each.booking is not None}
    return check_date(
        SeriesParty(facts.person, facts.society, facts.role, facts.term),
        facts.room,
        wanted.slot,
        (*(each for each in facts.busy if each.booking_id not in freed), *facts.closures),
        ledger,
        request.last_day,
        now,
        None if booking is None else Replaced(booking, facts.charges),
    )


def _writes(
    request: ChangeSeries,
    facts: Facts,
    changed: Sequence[tuple[Candidate, Mapping[int, int]]],
    refunds: Sequence[tuple[Booking, Mapping[int, int]]],
    rules: Rules,
    now: datetime,
) -> JointDecision[ChangeOutcome]:
    """Cancellations first, then the dates that move: those that move later from the last one on."""
    plan = request.plan
    after, split = settle(plan)
    ids = dict(zip((each.day for each in plan.added), request.ids, strict=False))
    heads = [WriteSet(series=after, series_before=plan.before, audit=_audit(request, changed, refunds, now))]
    if split is not None:
        heads.append(WriteSet(series=split))
    cancelled = [_cancel(booking, changes, request.by, now) for booking, changes in refunds]
    if cancelled and request.key is not None:
        cancelled[0] = replace(cancelled[0], request=request.key)
    dates = [
        _change(request, each, changes, split or after, ids, facts, rules, now)
        for each, changes in _in_order(changed)
    ]
    total = Counter[int]()
    for _, changes in (*changed, *refunds):
        total.update(changes)
    bookings = [each.update or each.insert for each in dates]
    made = sorted((each for each in bookings if each is not None), key=lambda each: each.interval)
    gone = tuple(each.update for each in cancelled if each.update is not None)
    left = quota_left(facts.spent + total[quota_week(now, rules)], rules)
    nonzero = {week: minutes for week, minutes in total.items() if minutes}
    outcome = ChangeOutcome(after, split, tuple(made), gone, nonzero, quota_left=left)
    return JointDecision(outcome, (*heads, *cancelled, *dates))


def _in_order(
    changed: Sequence[tuple[Candidate, Mapping[int, int]]],
) -> Iterable[tuple[Candidate, Mapping[int, int]]]:
    """The database refuses overlaps row by row, so that no date may move over one that has not moved yet."""
    moves_later = any(each.booking and each.slot.start > each.booking.interval.start for each, _ in changed)
    return reversed(changed) if moves_later else changed


def _audit(
    request: ChangeSeries, changed: Sequence[object], refunds: Sequence[object], now: datetime
) -> AuditEntry:
    action = "change series" if changed or not refunds else "cancel series"
    details = {"changed": len(changed), "cancelled": len(refunds)}
    return AuditEntry(now, f"person:{request.by}", action, request.plan.before.id, details)


def _cancel(booking: Booking, changes: Mapping[int, int], by: PersonId, now: datetime) -> WriteSet:
    cancelled = replace(booking, state=BookingState.CANCELLED, version=booking.version + 1)
    return WriteSet(
        update=cancelled,
        before=booking,
        refunds=_charges(cancelled, changes, by, now),
        withdraw_messages_of=booking.id,
        messages=notices(booking, cancelled, now),
    )


def _change(
    request: ChangeSeries,
    wanted: Candidate,
    changes: Mapping[int, int],
    series: Series,
    ids: Mapping[date, BookingId],
    facts: Facts,
    rules: Rules,
    now: datetime,
) -> WriteSet:
    before, plan = wanted.booking, request.plan
    if before is None:
        new = _new_booking(wanted, series, ids, now)
        charges = _charges(new, changes, request.by, now)
        return WriteSet(insert=new, refunds=charges, messages=reminders(new, facts.person, now))
    version = before.version + 1
    charged = sum(minutes for _, minutes in wanted.replaced.charges) if wanted.replaced else 0
    moved = replace(
        before if plan.title is None else with_title(before, plan.title),
        room_id=wanted.room_id or before.room_id,
        interval=wanted.slot,
        version=version,
        occurrence=before.occurrence if plan.is_by_hand else Occurrence(series.id, day_of(before), version),
        non_refundable=before.non_refundable
        if wanted.is_unchanged
        else non_refundable_after_change(before, charged, rules, now),
        checked_in_at=before.checked_in_at if wanted.slot.start == before.interval.start else None,
    )
    has_new_start = moved.interval.start != before.interval.start
    return WriteSet(
        update=moved,
        before=before,
        refunds=_charges(moved, changes, request.by, now),
        withdraw_messages_of=before.id if has_new_start else None,
        messages=(
            *(reminders(moved, facts.person, now, facts.guests) if has_new_start else ()),
            *notices(before, moved, now),
        ),
    )


def _new_booking(wanted: Candidate, series: Series, ids: Mapping[date, BookingId], now: datetime) -> Booking:
    return Booking(
        ids[wanted.day],
        wanted.room_id or series.room_id,
        wanted.slot,
        series.booked_by,
        now,
        series.society_id,
        series.title,
        series.notes,
        occurrence=Occurrence(series.id, wanted.day),
    )


def _charges(booking: Booking, changes: Mapping[int, int], by: PersonId, now: datetime) -> tuple[Charge, ...]:
    return tuple(Charge(by, booking.id, week, changes[week], now) for week in sorted(changes))
