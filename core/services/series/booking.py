"""Decision: book a series, completely or not at all."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from core.errors import (
    BookingIsOver,
    DuplicateRequest,
    NotYourBooking,
    RoomieError,
    SlotTaken,
    StaleVersion,
    UnknownBooking,
)
from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingState,
    Charge,
    Occurrence,
    OutboxMessage,
    RoomId,
    Series,
    TokenTerm,
)
from core.policy.quota import quota_left, quota_week
from core.policy.recurrence import occurrence_slot
from core.policy.rules import Rules
from core.policy.series_horizon import week_of
from core.ports import DecisionKeys, Facts, JointDecision, WriteSet
from core.services.ownership import own_booking
from core.services.reminders import reminders, series_confirmation
from core.services.series.values import Choices
from core.services.series.verdicts import SeriesLedger, SeriesParty, check_date, is_about_everything


class BookSeries(Struct, frozen=True):
    """Request to book these dates of a series, which is stored as given.

    `ids` are those of the bookings. `adopted` is an existing booking that becomes the date on which it takes
    place. `key` is an idempotency key. `last_day` is how far the series may reach.
    """

    series: Series
    choices: Choices
    ids: tuple[BookingId, ...]
    last_day: date
    term: TokenTerm | None = None
    adopted: Booking | None = None
    key: str | None = None
    confirm: bool = False

    def adopts(self, day: date, rules: Rules) -> bool:
        adopted = self.adopted
        return adopted is not None and adopted.interval.start.astimezone(rules.zone).date() == day


class SeriesOutcome(Struct, frozen=True):
    """What was booked; or why each date that cannot be booked was refused, and then nothing was.

    `previous` is a booking of the series that an earlier request with the same key made.
    """

    bookings: tuple[Booking, ...] = ()
    charged: Mapping[int, int] = field(default_factory=dict)
    refusals: Mapping[date, RoomieError] = field(default_factory=dict)
    previous: Booking | None = None
    quota_left: int = 0
    """Minutes of this quota week."""


def slots_of(series: Series, choices: Choices, rules: Rules) -> list[Interval]:
    return [occurrence_slot(day, series.starts_at, series.length, rules.zone) for day, _ in choices]


def series_keys(request: BookSeries, rules: Rules, now: datetime) -> list[DecisionKeys]:
    """Keys of each date, and of this week; those of the request itself go with the first."""
    series, choices = request.series, request.choices
    dates = [
        DecisionKeys(
            week=quota_week(slot.start, rules),
            room=room_id,
            window=slot,
            person=series.booked_by,
            society=series.society_id,
            booking=request.adopted.id if request.adopted and request.adopts(day, rules) else None,
            request=None if place else request.key,
            society_week=society_week(series, slot, rules),
        )
        for place, ((day, room_id), slot) in enumerate(
            zip(choices, slots_of(series, choices, rules), strict=True)
        )
    ]
    return [*dates, DecisionKeys(quota_week(now, rules), person=series.booked_by)]


def society_week(series: Series, slot: Interval, rules: Rules) -> Interval | None:
    """The week in which the bookings of the society count, of which there may be a limit."""
    return week_of(slot.start, rules) if series.society_id is not None else None


def ledger_of(facts: Sequence[Facts], slots: Sequence[Interval], rules: Rules) -> SeriesLedger:
    """The ledger before a decision."""
    weeks = [quota_week(slot.start, rules) for slot in slots]
    return SeriesLedger(
        rules,
        {week: each.spent for week, each in zip(weeks, facts, strict=True)},
        {week: each.series_minutes for week, each in zip(weeks, facts, strict=True)},
        {week: each.society_minutes for week, each in zip(weeks, facts, strict=True)},
        next((each.society for each in facts if each.society is not None), None),
    )


class OwnSlots:
    """Slots of one request, in order of time, none of which may overlap another in its room."""

    def __init__(self) -> None:
        self._ends: dict[RoomId, datetime] = {}

    def add(self, room_id: RoomId, slot: Interval) -> None:
        if (before := self._ends.get(room_id)) is not None and before > slot.start:
            raise SlotTaken
        self._ends[room_id] = slot.end


def is_final(refusal: RoomieError) -> bool:
    """Whether a refusal ends the whole request, rather than being shown at its date."""
    final = (StaleVersion, NotYourBooking, UnknownBooking, BookingIsOver)
    return is_about_everything(refusal) or isinstance(refusal, final)


def decide_series(
    facts: Sequence[Facts], request: BookSeries, rules: Rules, now: datetime
) -> JointDecision[SeriesOutcome]:
    """Books all dates, or none and says why. Raises what refuses the requester, whatever the date."""
    *dates, this_week = facts
    if facts[0].previous_result is not None:
        return _repeat(facts[0].previous_result, request, quota_left(this_week.spent, rules))
    slots = slots_of(request.series, request.choices, rules)
    ledger, own = ledger_of(dates, slots, rules), OwnSlots()
    refusals, bookings = dict[date, RoomieError](), list[tuple[Booking, int]]()
    for place, ((day, room_id), slot) in enumerate(zip(request.choices, slots, strict=True)):
        try:
            own.add(room_id, slot)
            cost = sum(_check(facts[place], request, day, slot, ledger, now).values())
        except RoomieError as refusal:
            if is_final(refusal):
                raise
            refusals[day] = refusal
        else:
            bookings.append((_booking(request, place, slot, facts[place].booking, now), cost))
    if refusals:
        return JointDecision(SeriesOutcome(refusals=refusals))
    spent = this_week.spent + ledger.charged[quota_week(now, rules)]
    return _writes(dates, request, bookings, ledger, quota_left(spent, rules), now)


def _repeat(earlier: Booking, request: BookSeries, left: int) -> JointDecision[SeriesOutcome]:
    series = request.series
    is_same_owner = (earlier.booked_by, earlier.society_id) == (series.booked_by, series.society_id)
    if earlier.occurrence is None or not is_same_owner:
        raise DuplicateRequest(earlier)
    return JointDecision(SeriesOutcome(previous=earlier, quota_left=left))


def _check(
    facts: Facts, request: BookSeries, day: date, slot: Interval, ledger: SeriesLedger, now: datetime
) -> dict[int, int]:
    """Returns what a date costs; nothing if it is the booking that the series adopts."""
    if request.adopted is not None and request.adopts(day, ledger.rules):
        return _check_adopted(facts, request.adopted, request.series, slot, ledger, now)
    party = SeriesParty(facts.person, facts.society, facts.role, facts.term, request.term)
    busy = (*facts.busy, *facts.closures)
    return check_date(party, facts.room, slot, busy, ledger, request.last_day, now)


def _check_adopted(
    facts: Facts, adopted: Booking, series: Series, slot: Interval, ledger: SeriesLedger, now: datetime
) -> dict[int, int]:
    """Requires that the booking be the requester's, and still as the requester saw it."""
    booking = own_booking(facts, adopted.booked_by, now) if adopted.booked_by else facts.booking
    if booking is None or (booking.state, adopted.society_id) != (BookingState.ACTIVE, series.society_id):
        raise UnknownBooking
    if adopted.booked_by != series.booked_by:
        raise NotYourBooking
    if (booking.version, booking.room_id, booking.interval) != (adopted.version, adopted.room_id, slot):
        raise StaleVersion
    if booking.society_id is not None:
        ledger.add_hours({quota_week(slot.start, ledger.rules): slot.minutes}, are_booked=True)
    return {}


def _booking(
    request: BookSeries, place: int, slot: Interval, adopted: Booking | None, now: datetime
) -> Booking:
    series, (day, room_id) = request.series, request.choices[place]
    if adopted is not None:
        version = adopted.version + 1
        return replace(adopted, version=version, occurrence=Occurrence(series.id, day, version))
    return Booking(
        request.ids[place],
        room_id,
        slot,
        series.booked_by,
        now,
        series.society_id,
        series.title,
        series.notes,
        occurrence=Occurrence(series.id, day),
    )


def _writes(
    facts: Sequence[Facts],
    request: BookSeries,
    bookings: Sequence[tuple[Booking, int]],
    ledger: SeriesLedger,
    left: int,
    now: datetime,
) -> JointDecision[SeriesOutcome]:
    """One write for each booking; the first also writes the series, the audit and the confirmation."""
    made = tuple(booking for booking, _ in bookings)
    head = WriteSet(
        series=request.series,
        audit=_audit(request, bookings, now),
    )
    dates = [
        _date_writes(request, known, booking, cost, ledger.rules, now)
        for known, (booking, cost) in zip(facts, bookings, strict=True)
    ]
    if request.key is not None:
        new = next((place for place, each in enumerate(dates) if each.insert is not None), None)
        if new is not None:
            dates[new] = replace(dates[new], request=request.key)
    if request.confirm and request.series.booked_by is not None:
        confirmation = series_confirmation(request.series, made, now)
        dates[0] = replace(dates[0], messages=(confirmation, *dates[0].messages))
    charged = {week: minutes for week, minutes in ledger.charged.items() if minutes}
    return JointDecision(SeriesOutcome(made, charged, quota_left=left), (head, *dates))


def _audit(request: BookSeries, bookings: Sequence[tuple[Booking, int]], now: datetime) -> AuditEntry:
    series = request.series
    actor = f"person:{series.booked_by}" if series.booked_by else f"society:{series.society_id}"
    cost = sum(cost for _, cost in bookings)
    details: dict[str, str | int] = {"room": series.room_id, "dates": len(bookings), "cost": cost}
    return AuditEntry(now, actor, "book series", series.id, details)


def _date_writes(
    request: BookSeries, facts: Facts, booking: Booking, cost: int, rules: Rules, now: datetime
) -> WriteSet:
    if facts.booking is not None:
        return WriteSet(update=booking, before=facts.booking)
    messages: tuple[OutboxMessage, ...] = reminders(booking, facts.person, now)
    by, week = booking.booked_by, quota_week(booking.interval.start, rules)
    charge = Charge(by, booking.id, week, cost, now) if by is not None and cost else None
    return WriteSet(insert=booking, charge=charge, messages=messages)
