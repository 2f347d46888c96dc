"""Judges the dates of a series on known facts, with the same checks that book them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from core.errors import (
    InThePast,
    InvalidTimes,
    NotAllowed,
    OutsideHours,
    QuotaSpent,
    RoomClosed,
    RoomieError,
    SeriesHoursSpent,
    SlotTaken,
    TooFarAhead,
    UnknownRoom,
    UnknownSociety,
)
from core.interval import Interval
from core.model import Booking, BookingId, BookingType, Busy, Person, Role, Room, Society, TokenTerm
from core.policy.quota import check_quota, quota_week
from core.policy.refund import Charges, changes_by_week
from core.policy.rules import Rules
from core.policy.society_limits import check_series_hours, check_society_minutes
from core.ports import Facts
from core.services.book_room import BookRoom, check_booking
from core.services.series.values import Verdict

_NO_ID = BookingId("")
_VERDICTS = {
    SlotTaken.code: Verdict.TAKEN,
    RoomClosed.code: Verdict.CLOSED,
    OutsideHours.code: Verdict.OUTSIDE_HOURS,
    TooFarAhead.code: Verdict.TOO_FAR,
    QuotaSpent.code: Verdict.OVER_QUOTA,
    SeriesHoursSpent.code: Verdict.OVER_QUOTA,
    InThePast.code: Verdict.PAST,
}


class SeriesParty(Struct, frozen=True):
    """Who books a series, and for which society if any. `term` is that of a society token."""

    person: Person | None = None
    society: Society | None = None
    role: Role | None = None
    valid_term: TokenTerm | None = None
    term: TokenTerm | None = None


class SeriesLedger(Struct):
    """Minutes by quota week, as they add up from date to date: quota charged, and hours of society series.

    `spent`, `series_minutes` and `society_minutes` are what was there before; the last are of all bookings
    of `society`.
    """

    rules: Rules
    spent: Mapping[int, int] = field(default_factory=dict)
    series_minutes: Mapping[int, int] = field(default_factory=dict)
    society_minutes: Mapping[int, int] = field(default_factory=dict)
    society: Society | None = None
    charged: Counter[int] = field(default_factory=Counter)
    added: Counter[int] = field(default_factory=Counter)

    def copy(self) -> "SeriesLedger":
        return replace(self, charged=self.charged.copy(), added=self.added.copy())

    def spent_in(self, week: int) -> int:
        return self.spent.get(week, 0) + self.charged[week]

    def add_charges(self, changes: Mapping[int, int], person: Person, now: datetime) -> None:
        """Adds charges and refunds; `QuotaSpent` if one does not fit into its week."""
        for week, minutes in changes.items():
            check_quota(minutes, self.spent_in(week), person, self.rules, now)
        self.charged.update(changes)

    def cancel(self, booking: Booking, changes: Mapping[int, int]) -> None:
        """Subtracts what a cancelled date of a series gives back."""
        self.charged.update(changes)
        if booking.society_id is not None:
            self.added[quota_week(booking.interval.start, self.rules)] -= booking.interval.minutes

    def add_hours(self, changes: Mapping[int, int], *, are_booked: bool = False) -> None:
        """Adds minutes of society series, `are_booked` if they count as the society's already.

        `SeriesHoursSpent` or `SocietyMinutesSpent` if a week has too many then.
        """
        for week, minutes in changes.items():
            if minutes > 0:
                more = self.added[week] + minutes
                check_series_hours(self.series_minutes.get(week, 0) + more, self.society, self.rules)
                if not are_booked:
                    check_society_minutes(self.society_minutes.get(week, 0) + more, self.society)
        self.added.update(changes)


class Replaced(Struct, frozen=True):
    """A booking that a date updates, and what it was charged in each week."""

    booking: Booking
    charges: Charges = ()


def check_date(
    party: SeriesParty,
    room: Room | None,
    slot: Interval,
    busy: tuple[Busy, ...],
    ledger: SeriesLedger,
    last_day: date,
    now: datetime,
    replaced: Replaced | None = None,
) -> dict[int, int]:
    """Returns what a date costs in each week, and adds it to the ledger; or raises the first broken rule.

    `busy` holds closures too.
    """
    rules, week = ledger.rules, quota_week(slot.start, ledger.rules)
    cost = _check_place(party, room, slot, busy, rules, last_day, now, replaced)
    changes = {week: cost} if cost else {}
    if replaced is not None:
        changes = changes_by_week(replaced.booking, replaced.charges, cost, week, rules, now)
    if party.society is not None:
        ledger.add_hours(_hours(slot, week, replaced, rules))
    if party.person is not None:
        ledger.add_charges(changes, party.person, now)
    return changes


def _check_place(
    party: SeriesParty,
    room: Room | None,
    slot: Interval,
    busy: tuple[Busy, ...],
    rules: Rules,
    last_day: date,
    now: datetime,
    replaced: Replaced | None,
) -> int:
    """Every rule of a single booking but the quota left, which the ledger knows."""
    if room is None:
        raise UnknownRoom
    person, society = party.person, party.society
    facts = Facts(
        room=room,
        person=person,
        society=society,
        role=party.role,
        term=party.valid_term,
        booking=None if replaced is None else replaced.booking,
        busy=tuple(each for each in busy if not each.is_closure),
        closures=tuple(each for each in busy if each.is_closure),
    )
    request = BookRoom(
        _NO_ID,
        room.id,
        slot,
        None if person is None else person.id,
        None if society is None else society.id,
        term=party.term,
    )
    return check_booking(facts, request, rules, now, last_day)


def _hours(slot: Interval, week: int, replaced: Replaced | None, rules: Rules) -> Counter[int]:
    changes = Counter({week: slot.minutes})
    if replaced is not None:
        old = replaced.booking.interval
        changes[quota_week(old.start, rules)] -= old.minutes
    return changes


def verdict_of(refusal: RoomieError) -> Verdict:
    if isinstance(refusal, SlotTaken) and any(
        each.booking_type == BookingType.BLOCK for each in refusal.holders
    ):
        return Verdict.CLOSED
    return _VERDICTS.get(refusal.code, Verdict.NOT_ALLOWED)


def is_about_everything(refusal: RoomieError) -> bool:
    """Whether a refusal is of the requester, whatever the date and the room."""
    return isinstance(refusal, (NotAllowed, UnknownSociety, UnknownRoom))


def raise_if_all_alike(refusals: Sequence[RoomieError | None]) -> None:
    """Raises what makes every date impossible for the same reason: times off the booking grid."""
    if refusals and all(isinstance(each, InvalidTimes) for each in refusals) and refusals[0] is not None:
        raise refusals[0]
