"""Decision: extend, shorten or move a booking, under the rules of a new one; or give it another title."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from core.errors import InThePast, InvalidTimes, SlotTaken, StaleVersion, UnknownRoom
from core.interval import Interval
from core.model import AuditEntry, Booking, BookingId, Charge, PersonId, Room, RoomId, SocietyId
from core.policy.access import check_personal_access, check_society_access
from core.policy.blocking import check_not_blocked
from core.policy.closures import check_closures
from core.policy.horizon import check_personal_horizon, check_society_horizon
from core.policy.opening_hours import check_opening
from core.policy.quota import check_quota, quota_left, quota_week
from core.policy.refund import changes_by_week, non_refundable_after_change, refundable_minutes
from core.policy.rules import Rules
from core.policy.series_horizon import week_of
from core.policy.society_limits import check_society_minutes, minutes_with
from core.ports import Decision, DecisionKeys, Facts, WriteSet
from core.services.book_room import cost_of, slot_details
from core.services.guest_messages import notices
from core.services.ownership import own_booking
from core.services.reminders import reminders
from core.services.titles import with_title

HAS_STARTED = "This booking has started: you can extend or shorten it, but not move it."


class MoveBooking(Struct, frozen=True):
    """Request to move a booking to `slot` of `room_id`; `title` is its new one, None leaves it.

    `version` is the one that the requester saw; `StaleVersion` if it has changed (optimistic locking). Dates
    of a series (`is_occurrence`) are charged to the week in which they take place.
    """

    booking_id: BookingId
    by: PersonId
    room_id: RoomId
    slot: Interval
    version: int
    is_occurrence: bool = False
    title: str | None = None
    society_id: SocietyId | None = None


class MoveResult(Struct, frozen=True):
    """The booking before and after, the difference in minutes charged, and those left this week."""

    before: Booking
    booking: Booking
    cost: int
    quota_left: int


def move_keys(request: MoveBooking, rules: Rules, now: datetime) -> DecisionKeys:
    return DecisionKeys(
        week=quota_week(request.slot.start if request.is_occurrence else now, rules),
        room=request.room_id,
        window=request.slot,
        person=request.by,
        booking=request.booking_id,
        society=request.society_id,
        society_week=week_of(request.slot.start, rules) if request.society_id is not None else None,
    )


def decide_move(facts: Facts, request: MoveBooking, rules: Rules, now: datetime) -> Decision[MoveResult]:
    """Returns the moved booking, or raises the first rule that is broken.

    The difference is charged to the week of the change. Shortening refunds no more than cancelling would, and
    so no more than this week was charged. A booking that stays where it is may always get another title.
    """
    booking = own_booking(facts, request.by, now)
    if booking.version != request.version:
        raise StaleVersion
    if request.title is not None and (request.room_id, request.slot) == (booking.room_id, booking.interval):
        return _rename(facts, booking, request, request.title, rules, now)
    if (room := facts.room) is None or room.retired_at is not None:
        raise UnknownRoom(request.room_id)
    _check_as_new(facts, booking, request, room, rules, now)
    check_closures(request.slot, facts.closures, room, rules, booking)
    others = tuple(busy for busy in facts.busy if busy.booking_id != booking.id)
    if others:
        raise SlotTaken(others)
    if booking.society_id is not None and request.slot.minutes > booking.interval.minutes:
        check_society_minutes(
            minutes_with(request.slot, facts.society_minutes, booking, rules), facts.society
        )
    changes = _charges(facts, booking, request, rules, now)
    if facts.person is not None:
        check_quota(changes.get(_week(request, rules, now), 0), facts.spent, facts.person, rules, now)
    return _writes(facts, booking, request, changes, rules, now)


def _rename(
    facts: Facts, booking: Booking, request: MoveBooking, title: str, rules: Rules, now: datetime
) -> Decision[MoveResult]:
    renamed = replace(with_title(booking, title), version=booking.version + 1)
    audit = AuditEntry(now, f"person:{request.by}", "rename", booking.id, {})
    result = MoveResult(booking, renamed, 0, quota_left(facts.spent, rules))
    return Decision(result, WriteSet(update=renamed, before=booking, audit=audit))


def _week(request: MoveBooking, rules: Rules, now: datetime) -> int:
    """The quota week that the change is charged to."""
    return quota_week(request.slot.start if request.is_occurrence else now, rules)


def _charges(
    facts: Facts, booking: Booking, request: MoveBooking, rules: Rules, now: datetime
) -> dict[int, int]:
    """Charges and refunds by quota week."""
    week = _week(request, rules, now)
    if request.is_occurrence:
        cost = cost_of(request.slot, facts.person, booking.society_id)
        return changes_by_week(booking, facts.charges, cost, week, rules, now)
    difference = _difference(facts, booking, request, rules, now)
    return {week: difference} if difference else {}


def _check_as_new(
    facts: Facts, booking: Booking, request: MoveBooking, room: Room, rules: Rules, now: datetime
) -> None:
    check_not_blocked(facts.person, now)
    if booking.society_id is not None:
        check_society_access(facts.person, facts.society, facts.role, room)
    elif facts.person is not None:
        check_personal_access(facts.person, room)
    if not _stays_in_its_week(booking, request, rules):
        _check_horizon(facts, booking, request, rules, now)
    _check_opening(booking, request, room, rules, now)


def _stays_in_its_week(booking: Booking, request: MoveBooking, rules: Rules) -> bool:
    """Whether a date of a series moves to no later week; it may lie beyond the horizon already."""
    if not request.is_occurrence:
        return False
    day = booking.interval.start.astimezone(rules.zone).date()
    sunday = day + timedelta(days=6 - day.weekday())
    return request.slot.start.astimezone(rules.zone).date() <= sunday


def _check_horizon(facts: Facts, booking: Booking, request: MoveBooking, rules: Rules, now: datetime) -> None:
    if booking.society_id is not None:
        check_society_horizon(request.slot.start, rules, now)
    elif facts.person is not None:
        check_personal_horizon(request.slot.start, facts.person, rules, now)


def _check_opening(booking: Booking, request: MoveBooking, room: Room, rules: Rules, now: datetime) -> None:
    """Checks opening hours as for a new booking; one in progress may keep its start."""
    same_start = request.slot.start == booking.interval.start and request.room_id == booking.room_id
    check_movable(booking, request.slot, request.room_id, now)
    if request.slot.end <= now:
        raise InThePast(request.slot.start)
    check_opening(request.slot, room, rules, min(now, request.slot.start) if same_start else now)


def check_movable(booking: Booking, slot: Interval, room_id: RoomId, now: datetime) -> None:
    """Raises `InvalidTimes` for a booking in progress that would change its start or its room."""
    keeps_start = slot.start == booking.interval.start and room_id == booking.room_id
    if booking.interval.start <= now and not keeps_start:
        raise InvalidTimes(HAS_STARTED)


def _difference(facts: Facts, booking: Booking, request: MoveBooking, rules: Rules, now: datetime) -> int:
    """The charge (negative: refund). Minutes charged this week and not refunded are not charged again."""
    new = cost_of(request.slot, facts.person, booking.society_id)
    old = cost_of(booking.interval, facts.person, booking.society_id)
    if new > old:
        return max(0, new - max(old, facts.charged))
    return max(new - old, -refundable_minutes(booking, facts.charged, rules, now))


def _writes(
    facts: Facts,
    booking: Booking,
    request: MoveBooking,
    changes: Mapping[int, int],
    rules: Rules,
    now: datetime,
) -> Decision[MoveResult]:
    week, cost = _week(request, rules, now), sum(changes.values())
    charged = facts.charged
    if request.is_occurrence:
        charged = sum(minutes for each, minutes in facts.charges if each >= quota_week(now, rules))
    moved = replace(
        booking if request.title is None else with_title(booking, request.title),
        room_id=request.room_id,
        interval=request.slot,
        version=booking.version + 1,
        non_refundable=non_refundable_after_change(booking, charged, rules, now),
        checked_in_at=booking.checked_in_at if request.slot.start == booking.interval.start else None,
    )
    charges = {each: Charge(request.by, booking.id, each, changes[each], now) for each in changes}
    details: dict[str, str | int] = {"room": moved.room_id, "cost": cost, **slot_details(moved.interval)}
    audit = AuditEntry(now, f"person:{request.by}", "move", booking.id, details)
    left = quota_left(facts.spent + changes.get(week, 0), rules)
    has_new_start = moved.interval.start != booking.interval.start
    return Decision(
        MoveResult(booking, moved, cost, left),
        WriteSet(
            update=moved,
            before=booking,
            charge=charges.pop(week, None),
            refunds=tuple(charges.values()),
            audit=audit,
            withdraw_messages_of=booking.id if has_new_start else None,
            messages=(
                *(reminders(moved, facts.person, now, facts.guests) if has_new_start else ()),
                *notices(booking, moved, now),
            ),
        ),
    )
