"""Decision: accept a booking that was offered, or a swap, under the rules of a new booking."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.errors import RoomieError, StaleVersion
from core.model import (
    AuditEntry,
    Booking,
    BookingState,
    Busy,
    Charge,
    Guest,
    Identity,
    OutboxMessage,
    PersonId,
    TransferState,
)
from core.policy.quota import quota_left, quota_week
from core.policy.refund import refunds_by_week
from core.policy.rules import Rules
from core.ports import DecisionKeys, Facts, JointDecision, WriteSet
from core.services.book_room import BookRoom, booking_keys, check_booking
from core.services.guest_messages import notices
from core.services.move_booking import MoveBooking, MoveResult, decide_move, move_keys
from core.services.reminders import reminders
from core.services.sharing.transfers import TransferClosed, answer, ended, open_transfer


class AcceptTransfer(Struct, frozen=True):
    """Request of `by` to accept an offer; `booking` and `swap` are as the requester's process knows them."""

    transfer_id: str
    booking: Booking
    by: PersonId
    swap: Booking | None = None
    identities: tuple[Identity, ...] = ()
    """Chat accounts of `by`, who may have been invited by one of them."""


class AcceptedTransfer(Struct, frozen=True):
    """The booking accepted, and what was given for it in a swap.

    `cost` are the minutes charged (negative: refunded), `quota_left` those left this quota week.
    """

    booking: Booking
    given: Booking | None
    cost: int
    quota_left: int


def accept_keys(request: AcceptTransfer, rules: Rules, now: datetime) -> list[DecisionKeys]:
    """Keys of a new booking, and of the owner's refund; of a swap, those of two moves."""
    booking, swap = request.booking, request.swap
    if swap is not None and booking.booked_by is not None:
        moves = (_move(swap, request.by, booking), _move(booking, booking.booked_by, swap))
        return [move_keys(each, rules, now) for each in moves]
    book = booking_keys(_book(request), rules, now)
    owner = DecisionKeys(quota_week(now, rules), person=booking.booked_by, booking=booking.id)
    return [replace(book, booking=booking.id), owner]


def _book(request: AcceptTransfer) -> BookRoom:
    booking = request.booking
    return BookRoom(booking.id, booking.room_id, booking.interval, request.by, booking.society_id)


def _move(booking: Booking, by: PersonId, to: Booking) -> MoveBooking:
    is_occurrence = booking.occurrence is not None
    return MoveBooking(booking.id, by, to.room_id, to.interval, booking.version, is_occurrence)


def decide_accept(
    facts: Sequence[Facts], request: AcceptTransfer, rules: Rules, now: datetime
) -> JointDecision[AcceptedTransfer]:
    """Hands the booking over, or exchanges two; raises the first rule that is broken.

    `StaleVersion` when a booking is not as the keys were made for.
    """
    theirs, mine = facts
    booking = theirs.booking if request.swap is None else mine.booking
    transfer = open_transfer(booking, request.transfer_id, request.by, now)
    if booking is None or booking.version != request.booking.version:
        raise StaleVersion
    if transfer.swap_with is None:
        return _hand_over(theirs, mine, booking, request, rules, now)
    _check_swap(theirs.booking if request.swap is not None else None, request, transfer.swap_place, now)
    return _exchange(theirs, mine, request, rules, now)


def _hand_over(
    theirs: Facts, mine: Facts, booking: Booking, request: AcceptTransfer, rules: Rules, now: datetime
) -> JointDecision[AcceptedTransfer]:
    as_new = replace(theirs, booking=None, busy=_others(theirs, booking))
    cost, week = check_booking(as_new, _book(request), rules, now), quota_week(now, rules)
    refunds = refunds_by_week(booking, mine.charges, week, rules, now)
    kept = sum(minutes for each, minutes in theirs.charges if each >= week)
    after = replace(
        booking,
        booked_by=request.by,
        version=booking.version + 1,
        checked_in_at=None,
        occurrence=None,
        non_refundable=max(0, kept),
        guests=tuple(each for each in booking.guests if not _is_requester(each, request)),
        transfer=ended(booking, TransferState.ACCEPTED),
    )
    charges = [Charge(request.by, booking.id, week, cost, now)] if cost else []
    if booking.booked_by is not None:
        owner = booking.booked_by
        charges += [Charge(owner, booking.id, each, -refunds[each], now) for each in sorted(refunds)]
    details: dict[str, str | int] = {"from": _actor(booking), "cost": cost, "refund": sum(refunds.values())}
    writes = WriteSet(
        update=after,
        before=booking,
        refunds=tuple(charges),
        audit=AuditEntry(now, f"person:{request.by}", "accept offer", booking.id, details),
        withdraw_messages_of=booking.id,
        messages=(
            *answer(booking, TransferState.ACCEPTED, request.by, now),
            *reminders(after, theirs.person, now, theirs.guests),
        ),
    )
    left = quota_left(theirs.spent + cost, rules)
    return JointDecision(AcceptedTransfer(after, None, cost, left), (writes,))


def _is_requester(guest: Guest, request: AcceptTransfer) -> bool:
    return guest.person_id == request.by or guest.identity in request.identities


def _actor(booking: Booking) -> str:
    return f"person:{booking.booked_by}" if booking.booked_by is not None else f"society:{booking.society_id}"


def _others(facts: Facts, *bookings: Booking) -> tuple[Busy, ...]:
    """The busy times of others than these bookings."""
    own = {each.id for each in bookings}
    return tuple(each for each in facts.busy if each.booking_id not in own)


def _check_swap(swap: Booking | None, request: AcceptTransfer, place: str, now: datetime) -> None:
    if swap is None or swap.state is not BookingState.ACTIVE or swap.booked_by != request.by:
        raise TransferClosed("You no longer have the booking that was asked for in exchange.")
    if swap.place != place:
        raise TransferClosed("Your booking was moved in the meantime. Ask for a new offer.")
    if swap.interval.start <= now:
        raise TransferClosed("Your booking has started, so it can't be exchanged any more.")
    if request.swap is None or swap.version != request.swap.version:
        raise StaleVersion


def _exchange(
    theirs: Facts, mine: Facts, request: AcceptTransfer, rules: Rules, now: datetime
) -> JointDecision[AcceptedTransfer]:
    """Two moves to each other's place, written to each other's rows: no place ever has two bookings."""
    swap, booking = theirs.booking, mine.booking
    if swap is None or booking is None or booking.booked_by is None:
        raise StaleVersion
    received = _moved(theirs, _move(swap, request.by, booking), booking, rules, now)
    try:
        handed_on = _moved(mine, _move(booking, booking.booked_by, swap), swap, rules, now)
    except RoomieError as refusal:
        raise TransferClosed(
            "This swap isn't possible any more: your booking would break a rule for the other person."
        ) from refusal
    received = replace(
        received, after=replace(received.after, transfer=ended(booking, TransferState.ACCEPTED))
    )
    accepted = answer(booking, TransferState.ACCEPTED, request.by, now)
    outcome = AcceptedTransfer(
        received.after, handed_on.after, received.result.cost, received.result.quota_left
    )
    return JointDecision(
        outcome,
        (
            WriteSet(detach=(booking.id, swap.id)),
            received.writes(request.by, now, accepted),
            handed_on.writes(request.by, now),
        ),
    )


class _Exchanged(Struct, frozen=True):
    """One person's booking, moved into the row `into`, which was the other's; `after` is the new row."""

    facts: Facts
    result: MoveResult
    into: Booking
    after: Booking
    difference: tuple[Charge, ...]

    def writes(self, by: PersonId, now: datetime, answers: tuple[OutboxMessage, ...] = ()) -> WriteSet:
        before, after = self.result.before, self.after
        details: dict[str, str | int] = {
            "from": _actor(self.into),
            "to": _actor(after),
            "cost": self.result.cost,
        }
        return WriteSet(
            update=after,
            before=self.into,
            refunds=(*self._carried(now), *self.difference),
            audit=AuditEntry(now, f"person:{by}", "swap", after.id, details),
            withdraw_messages_of=after.id,
            messages=(
                *answers,
                *reminders(after, self.facts.person, now, self.facts.guests),
                *notices(replace(before, id=after.id), after, now),
            ),
        )

    def _carried(self, now: datetime) -> Iterator[Charge]:
        """Moves what the person was charged to the row where their booking is now; no week changes."""
        before = self.result.before
        for week, minutes in self.facts.charges:
            if minutes and before.booked_by is not None:
                yield Charge(before.booked_by, before.id, week, -minutes, now)
                yield Charge(before.booked_by, self.after.id, week, minutes, now)


def _moved(facts: Facts, move: MoveBooking, into: Booking, rules: Rules, now: datetime) -> _Exchanged:
    """Moves a person's booking to the place of `into`, which does not count as taken."""
    decision = decide_move(replace(facts, busy=_others(facts, into)), move, rules, now)
    moved = decision.outcome.booking
    after = replace(
        moved,
        id=into.id,
        version=into.version + 1,
        created_at=into.created_at,
        checked_in_at=None,
        occurrence=moved.occurrence and replace(moved.occurrence, version=_CHANGED_BY_HAND),
        transfer=None,
    )
    charges = decision.writes.charges if decision.writes is not None else ()
    difference = tuple(replace(each, booking_id=into.id) for each in charges)
    return _Exchanged(facts, decision.outcome, into, after, difference)


_CHANGED_BY_HAND = 0
"""A version that no booking has."""
