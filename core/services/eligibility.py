"""Dry run of the booking rules on the read model, so that only bookable slots are offered."""

from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from msgspec import Struct

from core.errors import RoomieError
from core.interval import Interval
from core.model import BookingId, BookingRules, Busy, Person, Role, Room, Society, TokenTerm
from core.policy.rules import Rules
from core.ports import Facts
from core.services.book_room import BookRoom, check_booking, cost_of
from core.services.bookings import GridSlot


class BookingParty(Struct, frozen=True):
    """Who would book, and for which society if any.

    `spent` is what was spent this quota week; 0 ignores quota. `last_day` is how far a series of theirs
    reaches, `term` that of a society token. Its bearer is no person.
    """

    person: Person | None
    society: Society | None = None
    role: Role | None = None
    spent: int = 0
    last_day: date | None = None
    term: TokenTerm | None = None


_Kind: TypeAlias = tuple[int, int, BookingRules]


class EligibilityCheck:
    """Decides what a requester could book now; cached by booking rules, which many rooms share."""

    def __init__(self, party: BookingParty, rules: Rules, now: datetime) -> None:
        self._party, self._rules, self._now = party, rules, now
        self._allowed: dict[_Kind, bool] = {}

    def refusal(self, room: Room, slot: Interval, busy: tuple[Busy, ...] = ()) -> RoomieError | None:
        """Returns the error that booking `room`, with these busy times, would raise.

        None if it would succeed.
        """
        party = self._party
        facts = Facts(
            room=room,
            person=party.person,
            society=party.society,
            role=party.role,
            busy=tuple(each for each in busy if not each.is_closure),
            closures=tuple(each for each in busy if each.is_closure),
            spent=party.spent,
            term=party.term,
        )
        society_id = party.society.id if party.society else None
        by = None if party.person is None else party.person.id
        request = BookRoom(BookingId(""), room.id, slot, by, society_id, term=party.term)
        try:
            check_booking(facts, request, self._rules, self._now, party.last_day)
        except RoomieError as refusal:
            return refusal
        return None

    def allows(self, room: Room, slot: GridSlot) -> bool:
        """Whether the room, if free, can be booked for a slot on its grid."""
        return self.accepts(room, int(slot.start.timestamp()), int(slot.end.timestamp()))

    def accepts(self, room: Room, start: int, end: int) -> bool:
        """Filter for searches: whether the room, if free, can be booked for `[start, end)`, in seconds.

        False for times off the room's grid.
        """
        kind = (start, end, room.booking_rules)
        if (allowed := self._allowed.get(kind)) is None:
            slot = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
            allowed = self._allowed[kind] = self.refusal(room, slot) is None
        return allowed

    def affords(self, length: timedelta) -> bool:
        """Whether bookings of this total length fit into the quota left."""
        party = self._party
        slot = Interval.of_length(self._now, length)
        cost = cost_of(slot, party.person, party.society.id if party.society else None)
        return party.spent + cost <= self._rules.weekly_quota or not cost
