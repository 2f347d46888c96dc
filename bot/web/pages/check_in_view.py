"""What the check-in page of a room says, as a pure function of a visitor's bookings and the schedule."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from core.availability import RoomSchedule
from core.model import Booking, Room
from core.policy.door_code import DoorCodes, needs_door_code
from core.policy.rules import Rules
from core.services.check_in import opens_at

_NIGHT = 24 * 60 * 60
"""Seconds ahead within which the next booking of a free room is named."""


class CheckInStep(StrEnum):
    """What the visitor can do next: press, type or scan a code, nothing more, wait, go elsewhere, book.

    `TAKEN` and `CLOSED`: nothing here before `CheckInView.until`.
    """

    READY = "ready"
    CODE = "code"
    DONE = "done"
    EARLY = "early"
    ELSEWHERE = "elsewhere"
    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"


class CheckInView(Struct, frozen=True):
    """`booking` is the one to check in to, that is checked in, that begins later, or in another room.

    `until` is when a free room is taken next (None: not soon), or a taken or closed one falls free;
    `holder` is the name of what is on that everybody may see.
    """

    step: CheckInStep
    booking: Booking | None = None
    is_code_wrong: bool = False
    opens: datetime | None = None
    until: datetime | None = None
    holder: str = ""


class ScannedRoom(Struct, frozen=True):
    """The room, its schedule, and the code that was scanned or typed."""

    room: Room
    schedule: RoomSchedule
    code: str = ""


def check_in_view(
    scanned: ScannedRoom, bookings: Sequence[Booking], codes: DoorCodes, rules: Rules, now: datetime
) -> CheckInView:
    """`bookings` are those of the visitor, or to which they are invited, that are not over, by start."""
    room = scanned.room
    here = [each for each in bookings if each.room_id == room.id]
    opened = [each for each in here if opens_at(each, rules) <= now]
    if waiting := [each for each in opened if each.checked_in_at is None]:
        return _to_check_in(scanned, waiting[0], codes, rules, now)
    if opened:
        return CheckInView(CheckInStep.DONE, opened[0])
    if begun := [each for each in bookings if each.room_id != room.id and opens_at(each, rules) <= now]:
        return CheckInView(CheckInStep.ELSEWHERE, begun[0])
    if here and here[0].interval.start.timestamp() < now.timestamp() + _NIGHT:
        return CheckInView(CheckInStep.EARLY, here[0], opens=opens_at(here[0], rules))
    return _without_booking(scanned, now)


def _to_check_in(
    scanned: ScannedRoom, booking: Booking, codes: DoorCodes, rules: Rules, now: datetime
) -> CheckInView:
    needs_code = needs_door_code(scanned.room, rules)
    if needs_code and not codes.is_valid(scanned.room.id, scanned.code, now):
        return CheckInView(CheckInStep.CODE, booking, is_code_wrong=bool(scanned.code))
    return CheckInView(CheckInStep.READY, booking)


def _without_booking(scanned: ScannedRoom, now: datetime) -> CheckInView:
    second = int(now.timestamp())
    status = scanned.schedule.at(second, second + _NIGHT)
    until = None if status.until is None else datetime.fromtimestamp(status.until, UTC)
    current = next(iter(scanned.schedule.conflicts(second, second + 1)), None)
    if current is None:
        return CheckInView(CheckInStep.FREE, until=until)
    step = CheckInStep.CLOSED if current.is_closure else CheckInStep.TAKEN
    return CheckInView(step, until=until, holder=current.name)
