"""Sharing service: guests of bookings, and bookings that change hands."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from core.clock import Clock
from core.errors import StaleVersion, UnknownBooking
from core.model import Booking, BookingId, Guest, Person, PersonId, RequestedAction, Transfer
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import DecisionKeys, Storage, UnitOfWork
from core.read_model import ReadModel
from core.services.attempts import about, attempting
from core.services.sharing.answers import AcceptedTransfer, AcceptTransfer, accept_keys, decide_accept
from core.services.sharing.guests import (
    Attendee,
    InvitationResult,
    InviteGuests,
    decide_invite,
    decide_leave,
    decide_remove,
)
from core.services.sharing.transfers import (
    OfferTransfer,
    decide_decline,
    decide_offer,
    decide_withdraw,
    is_waiting,
)

_MAX_ATTEMPTS = 4
"""An answer is decided again when the booking changed between reading and deciding."""


class SharingService:
    """Use cases of owners, guests, and those to whom a booking is offered.

    Rights are checked as each is decided.
    """

    def __init__(self, storage: Storage, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        self._storage = storage
        self._read_model = read_model
        self._rules = rules
        self._clock = clock

    def invited(self, requester: Attendee) -> tuple[Booking, ...]:
        """The bookings to which the requester is invited and that are not over, by start."""
        now = self._clock.now()
        found = self._read_model.of_guest(requester.person_id, requester.identities)
        return tuple(each for each in found if each.interval.end > now)

    def offered(self, person_id: PersonId) -> tuple[tuple[Booking, Transfer], ...]:
        """The bookings that are offered to a person, each with its offer, which can still be accepted."""
        now, found = self._clock.now(), self._read_model.offered_to(person_id)
        offers = ((each, each.transfer) for each in found)
        return tuple(
            (booking, offer)
            for booking, offer in offers
            if offer is not None and is_waiting(booking, offer, now)
        )

    async def invite(self, booking_id: BookingId, by: PersonId, guests: Sequence[Guest]) -> InvitationResult:
        """Invites guests to a booking of `by`. Raises `TooManyGuests` beyond the limit."""
        now = self._clock.now()
        request = InviteGuests(booking_id, by, tuple(guests), self._people(guests))
        return await self._storage.decide(
            self._keys(booking_id, by, now),
            partial(decide_invite, request=request, rules=self._rules, now=now),
        )

    def _people(self, guests: Sequence[Guest]) -> tuple[Person, ...]:
        people = self._read_model.directory.people
        found = (people.get(each.person_id) for each in guests if each.person_id is not None)
        return tuple(each.person for each in found if each is not None)

    async def remove(self, booking_id: BookingId, by: PersonId, key: str) -> tuple[Booking, Guest | None]:
        """Takes the guest with this key off a booking of `by`; returns who it was, if anybody."""
        now = self._clock.now()
        return await self._storage.decide(
            self._keys(booking_id, by, now),
            partial(decide_remove, booking_id=booking_id, by=by, key=key, now=now),
        )

    async def leave(self, booking_id: BookingId, requester: Attendee) -> tuple[Booking, Guest]:
        """Takes the requester off a booking to which they were invited."""
        now = self._clock.now()
        return await self._storage.decide(
            self._keys(booking_id, requester.person_id, now),
            partial(decide_leave, requester=requester, now=now),
        )

    async def offer(
        self, booking_id: BookingId, by: PersonId, to: PersonId, swap: Booking | None = None
    ) -> Booking:
        """Offers a booking of `by` to another person, or in exchange for theirs."""
        now = self._clock.now()
        request = OfferTransfer(str(uuid.uuid4())[:8], booking_id, by, to, swap)
        keys = [self._keys(booking_id, each, now) for each in (by, to)]
        return await self._storage.decide_jointly(
            keys, partial(decide_offer, request=request, rules=self._rules, now=now)
        )

    async def accept(self, booking_id: BookingId, transfer_id: str, by: PersonId) -> AcceptedTransfer:
        """Accepts an offer. Raises `TransferClosed`, or the rule that a new booking of `by` would break."""
        for _ in range(_MAX_ATTEMPTS - 1):
            try:
                return await self._accept(booking_id, transfer_id, by)
            except StaleVersion:
                continue
        return await self._accept(booking_id, transfer_id, by)

    async def _accept(self, booking_id: BookingId, transfer_id: str, by: PersonId) -> AcceptedTransfer:
        now = self._clock.now()
        booking, swap = await self._storage.read(partial(_offered, booking_id=booking_id))
        account = self._read_model.directory.people.get(by)
        identities = account.identities if account is not None else ()
        request = AcceptTransfer(transfer_id, booking, by, swap, identities)
        with attempting(about(RequestedAction.ACCEPT, booking, by)):
            return await self._storage.decide_jointly(
                accept_keys(request, self._rules, now),
                partial(decide_accept, request=request, rules=self._rules, now=now),
            )

    async def decline(self, booking_id: BookingId, transfer_id: str, by: PersonId) -> Booking:
        now = self._clock.now()
        return await self._storage.decide(
            self._keys(booking_id, by, now),
            partial(decide_decline, transfer_id=transfer_id, by=by, now=now),
        )

    async def withdraw(self, booking_id: BookingId, by: PersonId) -> Booking:
        """Takes back the open offer of a booking of `by`."""
        now = self._clock.now()
        return await self._storage.decide(
            self._keys(booking_id, by, now), partial(decide_withdraw, by=by, now=now)
        )

    def _keys(self, booking_id: BookingId, person_id: PersonId | None, now: datetime) -> DecisionKeys:
        return DecisionKeys(quota_week(now, self._rules), person=person_id, booking=booking_id)


def _offered(unit: UnitOfWork, *, booking_id: BookingId) -> tuple[Booking, Booking | None]:
    """A booking, and the one asked for in exchange."""
    booking = unit.bookings.get(booking_id)
    if booking is None:
        raise UnknownBooking
    transfer = booking.transfer
    wanted = transfer.swap_with if transfer is not None else None
    return booking, None if wanted is None else unit.bookings.get(wanted)
