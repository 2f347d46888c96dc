"""Whether a booking would be accepted, as far as memory tells: so that nobody is offered what must fail."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from core.errors import RoomieError
from core.interval import Interval
from core.model.entities import BookingId, Busy, OpeningHours, Person, Role, Room, Society
from core.policy.rules import Rules
from core.ports.storage import Facts
from core.services.book_room import BookRoom, cost_of, decide_booking
from core.services.bookings import GridSlot


@dataclass(frozen=True, slots=True)
class BookingParty:
    """Who would book, and for which society if any.

    `spent` is what this quota week took already; leave it 0 where quota is nobody's business yet.
    """

    person: Person
    society: Society | None = None
    role: Role | None = None
    spent: int = 0


_Kind: TypeAlias = tuple[int, int, OpeningHours | None, OpeningHours | None, int | None, bool, bool]


class EligibilityCheck:
    """What one asker could book at one moment; remembered, for many rooms share their rules."""

    def __init__(self, party: BookingParty, rules: Rules, now: datetime) -> None:
        self._asking, self._rules, self._now = party, rules, now
        self._known: dict[_Kind, bool] = {}

    def refusal(self, room: Room, slot: Interval, busy: tuple[Busy, ...] = ()) -> RoomieError | None:
        """What would be said to a wish for `room`, were it busy with `busy`; None when it would be booked."""
        asking = self._asking
        facts = Facts(
            room=room,
            person=asking.person,
            society=asking.society,
            role=asking.role,
            busy=busy,
            spent=asking.spent,
        )
        society_id = asking.society.id if asking.society else None
        wish = BookRoom(BookingId(""), room.id, slot, asking.person.id, society_id)
        try:
            decide_booking(facts, wish, self._rules, self._now)
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
        kind = (
            start,
            end,
            room.weekday_hours,
            room.weekend_hours,
            room.granularity,
            room.bookable,
            room.individual_access,
        )
        if (allowed := self._known.get(kind)) is None:
            slot = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
            allowed = self._known[kind] = self.refusal(room, slot) is None
        return allowed

    def affords(self, length: timedelta) -> bool:
        """Whether bookings that last so long together fit into what is left of the quota."""
        asking = self._asking
        slot = Interval.of_length(self._now, length)
        cost = cost_of(slot, asking.person, asking.society.id if asking.society else None)
        return asking.spent + cost <= self._rules.weekly_quota or not cost
