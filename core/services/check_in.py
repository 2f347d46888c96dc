"""Decision: check in to a booking."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from core.errors import CheckInClosed, DoorCodeNeeded, WrongDoorCode
from core.model import AuditEntry, Booking, BookingId, Identity, PersonId, Room, RoomId
from core.policy.door_code import DoorCodes, needs_door_code
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import Decision, DecisionKeys, Facts, WriteSet
from core.services.ownership import attended_booking
from core.services.versions import next_version


class CheckIn(Struct, frozen=True):
    booking_id: BookingId
    by: PersonId | None
    identities: tuple[Identity, ...] = ()
    """Chat accounts of `by`, which may have been invited without an account."""
    door_code: str = ""
    """The code at the door, as it was scanned or typed."""


class DoorCodeCheck(Struct, frozen=True):
    """Which rooms need a code, and which codes are valid."""

    codes: DoorCodes = field(default_factory=DoorCodes)
    rooms: Mapping[RoomId, Room] = field(default_factory=dict)

    def run(self, request: CheckIn, room_id: RoomId, rules: Rules, now: datetime) -> None:
        """Raises `DoorCodeNeeded` or `WrongDoorCode`. A code that no room asks for is not looked at."""
        room = self.rooms.get(room_id)
        if room is None or not needs_door_code(room, rules):
            return
        if not request.door_code:
            raise DoorCodeNeeded(room)
        if not self.codes.is_valid(room_id, request.door_code, now):
            raise WrongDoorCode(room)


NO_DOOR_CODES = DoorCodeCheck()


def check_in_keys(request: CheckIn, rules: Rules, now: datetime) -> DecisionKeys:
    return DecisionKeys(week=quota_week(now, rules), person=request.by, booking=request.booking_id)


def decide_check_in(
    facts: Facts,
    request: CheckIn,
    rules: Rules,
    now: datetime,
    check: DoorCodeCheck = NO_DOOR_CODES,
) -> Decision[Booking]:
    """Records the time of the check-in; repeats change nothing."""
    booking = attended_booking(facts, request.by, now, request.identities)
    if booking.checked_in_at is not None:
        return Decision(booking)
    opens = opens_at(booking, rules)
    if now < opens:
        raise CheckInClosed(opens, rules.check_in_opens_before)
    check.run(request, booking.room_id, rules, now)
    checked_in = replace(next_version(booking), checked_in_at=now)
    actor = f"person:{request.by}" if request.by is not None else next(iter(request.identities), "")
    audit = AuditEntry(now, actor, "check in", booking.id)
    return Decision(checked_in, WriteSet(update=checked_in, before=booking, audit=audit))


def opens_at(booking: Booking, rules: Rules) -> datetime:
    """When check-in to a booking opens."""
    return booking.interval.start - timedelta(minutes=rules.check_in_opens_before)
