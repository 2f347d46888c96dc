"""Decisions: offer a booking to somebody, take the offer back, decline it; and the messages about it."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.errors import Conflict, Invalid, NotPermitted, UnknownBooking, UnknownPerson
from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingState,
    OutboxMessage,
    PersonId,
    RoomId,
    Transfer,
    TransferState,
)
from core.policy.rules import Rules
from core.ports import Decision, Facts, JointDecision, WriteSet
from core.services.guest_messages import read_place, write_place
from core.services.ownership import own_booking
from core.services.versions import next_version

TRANSFER_OFFER = "transfer offer"
TRANSFER_ANSWER = "transfer answer"


class TransferClosed(Conflict):
    """The offer cannot be accepted, declined or taken back any more; the message says why."""

    code = "transfer_closed"


class OfferTransfer(Struct, frozen=True):
    """Request to offer a booking to `to`; for a swap, in exchange for `swap`, which is theirs."""

    transfer_id: str
    booking_id: BookingId
    by: PersonId
    to: PersonId
    swap: Booking | None = None


class TransferAnswer(Struct, frozen=True):
    """Payload of an answer: who gave it, what it was, and the room and time of the booking offered."""

    answer: TransferState
    by: PersonId
    room_id: RoomId
    interval: Interval
    is_swap: bool = False

    def __str__(self) -> str:
        kind = "swap" if self.is_swap else "give"
        return f"{self.answer} {self.by} {kind} {write_place(self.room_id, self.interval)}"

    @classmethod
    def read(cls, payload: str) -> "TransferAnswer":
        answer, by, kind, place = payload.split(" ", 3)
        return cls(TransferState(answer), PersonId(int(by)), *read_place(place), is_swap=kind == "swap")


def decide_offer(
    facts: Sequence[Facts], request: OfferTransfer, rules: Rules, now: datetime
) -> JointDecision[Booking]:
    """Offers the booking, in place of an earlier offer of it; `facts` are those of owner and recipient."""
    mine, theirs = facts
    booking = own_booking(mine, request.by, now)
    _check_recipient(booking, theirs, request)
    _check_ahead(booking, now)
    if _is_repeated(booking, request, now):
        return JointDecision(booking)
    starts, swap = [booking.interval.start], request.swap
    if swap is not None:
        if booking.booked_by is None:
            raise Invalid("A booking of a whole society can't be swapped. Give it to one of its members.")
        _check_ahead(swap, now)
        starts.append(swap.interval.start)
    transfer = Transfer(
        request.transfer_id,
        request.to,
        min(now + rules.transfer_expiry, *starts),
        booking.place,
        None if swap is None else swap.id,
        "" if swap is None else swap.place,
    )
    after = replace(next_version(booking), transfer=transfer)
    action = "offer" if swap is None else "offer swap"
    audit = AuditEntry(now, f"person:{request.by}", action, booking.id, {"to": f"person:{request.to}"})
    offer = OutboxMessage(
        key=f"{TRANSFER_OFFER} {booking.id} {transfer.id}",
        kind=TRANSFER_OFFER,
        due_at=now,
        payload=transfer.id,
        person_id=transfer.to,
        booking_id=booking.id,
        expires_at=transfer.expires_at,
    )
    return JointDecision(after, (WriteSet(update=after, before=booking, audit=audit, messages=(offer,)),))


def _is_repeated(booking: Booking, request: OfferTransfer, now: datetime) -> bool:
    """Whether this very offer waits for its answer; nobody gets a second message about it."""
    transfer, swap = booking.transfer, request.swap
    if transfer is None or transfer.to != request.to or not is_waiting(booking, transfer, now):
        return False
    return (transfer.swap_with, transfer.swap_place) == (
        (None, "") if swap is None else (swap.id, swap.place)
    )


def _check_recipient(booking: Booking, theirs: Facts, request: OfferTransfer) -> None:
    if theirs.person is None:
        raise UnknownPerson(str(request.to))
    if request.to == request.by:
        raise Invalid("That's your own booking already. Name somebody else.")
    if request.to == booking.booked_by:
        raise Invalid("That booking is theirs already. Name somebody else.")
    if booking.society_id is not None and theirs.role is None:
        raise NotPermitted(
            f"{theirs.person.name} can't book for that society. Ask its president to add them first."
        )


def _check_ahead(booking: Booking, now: datetime) -> None:
    if booking.interval.start <= now:
        raise Conflict("That booking has started. Only bookings that are still ahead can change hands.")


def open_transfer(booking: Booking | None, transfer_id: str, by: PersonId | None, now: datetime) -> Transfer:
    """The offer that `by` (None: its owner) can still answer; raises why not. Needs no cancelled booking."""
    transfer = None if booking is None else booking.transfer
    if booking is None or transfer is None or transfer.id != transfer_id:
        raise TransferClosed("This offer is no longer open: a newer one has taken its place.")
    if by is not None and transfer.to != by:
        raise NotPermitted("This offer is for somebody else.")
    if transfer.state is not TransferState.OPEN:
        raise TransferClosed(_ENDED[transfer.state])
    if booking.state is not BookingState.ACTIVE:
        raise TransferClosed("This booking was cancelled in the meantime, so there is nothing left to take.")
    if booking.place != transfer.place:
        raise TransferClosed("This booking was moved in the meantime. Ask for a new offer.")
    if transfer.expires_at <= now:
        raise TransferClosed("This offer has expired. Ask for a new one.")
    return transfer


def is_waiting(booking: Booking, transfer: Transfer, now: datetime) -> bool:
    """Whether an offer of the booking still waits for an answer."""
    is_open = transfer.state is TransferState.OPEN and transfer.expires_at > now
    return is_open and booking.state is BookingState.ACTIVE and booking.place == transfer.place


_ENDED = {
    TransferState.ACCEPTED: "You have already accepted this offer. /rooms mine lists your bookings.",
    TransferState.DECLINED: "This offer has already been declined.",
    TransferState.WITHDRAWN: "This offer was taken back in the meantime.",
}


def decide_decline(facts: Facts, transfer_id: str, by: PersonId, now: datetime) -> Decision[Booking]:
    """Says no for its recipient, and tells the owner."""
    booking = _booking(facts)
    open_transfer(booking, transfer_id, by, now)
    return _end(booking, TransferState.DECLINED, by, now)


def decide_withdraw(facts: Facts, by: PersonId, now: datetime) -> Decision[Booking]:
    """Takes the offer back for the owner of the booking."""
    booking = own_booking(facts, by, now)
    if booking.transfer is None:
        raise TransferClosed("You haven't offered this booking to anybody.")
    open_transfer(booking, booking.transfer.id, None, now)
    return _end(booking, TransferState.WITHDRAWN, by, now)


def _booking(facts: Facts) -> Booking:
    if facts.booking is None:
        raise UnknownBooking
    return facts.booking


def _end(booking: Booking, state: TransferState, by: PersonId, now: datetime) -> Decision[Booking]:
    after = replace(next_version(booking), transfer=ended(booking, state))
    is_answer = state is TransferState.DECLINED
    audit = AuditEntry(now, f"person:{by}", "decline offer" if is_answer else "withdraw offer", booking.id)
    messages = answer(booking, state, by, now) if is_answer else ()
    return Decision(after, WriteSet(update=after, before=booking, audit=audit, messages=messages))


def ended(booking: Booking, state: TransferState) -> Transfer | None:
    return None if booking.transfer is None else replace(booking.transfer, state=state)


def answer(booking: Booking, state: TransferState, by: PersonId, now: datetime) -> tuple[OutboxMessage, ...]:
    """The message to the one who offered the booking; none where that was not a person."""
    transfer = booking.transfer
    if booking.booked_by is None or transfer is None:
        return ()
    is_swap = transfer.swap_with is not None
    payload = TransferAnswer(state, by, booking.room_id, booking.interval, is_swap)
    return (
        OutboxMessage(
            key=f"{TRANSFER_ANSWER} {booking.id} {transfer.id}",
            kind=TRANSFER_ANSWER,
            due_at=now,
            payload=str(payload),
            person_id=booking.booked_by,
            expires_at=booking.interval.end,
        ),
    )
