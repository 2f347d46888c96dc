"""Decision: book a room."""

from datetime import date, datetime

from msgspec import Struct

from core.errors import DuplicateRequest, SlotTaken, UnknownRoom
from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    Charge,
    Person,
    PersonId,
    Room,
    RoomId,
    SocietyId,
    TokenTerm,
)
from core.policy.access import check_personal_access, check_society_access, check_token_access
from core.policy.blocking import check_not_blocked
from core.policy.closures import check_closures
from core.policy.horizon import check_personal_horizon, check_society_horizon
from core.policy.opening_hours import check_opening
from core.policy.quota import check_quota, has_quota, quota_left, quota_week
from core.policy.rules import Rules
from core.policy.series_horizon import check_series_horizon, week_of
from core.policy.society_limits import check_society_minutes, minutes_with
from core.ports import Decision, DecisionKeys, Facts, WriteSet
from core.services.reminders import confirmation, reminders


class BookRoom(Struct, frozen=True):
    """Request to book a room.

    `by` is None for the bearer of a society token; `term` is then the token's. `request` is an idempotency
    key: the same key books once. `confirm` queues a confirmation message for people who want one, to the chat
    account `booked_from` before their others.
    """

    booking_id: BookingId
    room_id: RoomId
    slot: Interval
    by: PersonId | None
    society_id: SocietyId | None = None
    title: str = ""
    notes: str = ""
    term: TokenTerm | None = None
    request: str | None = None
    confirm: bool = False
    booked_from: str = ""


class BookingResult(Struct, frozen=True):
    """The new booking, its cost, and the minutes left this quota week."""

    booking: Booking
    cost: int
    quota_left: int


def booking_keys(request: BookRoom, rules: Rules, now: datetime) -> DecisionKeys:
    return DecisionKeys(
        week=quota_week(now, rules),
        room=request.room_id,
        window=request.slot,
        person=request.by,
        society=request.society_id,
        request=request.request,
        society_week=week_of(request.slot.start, rules) if request.society_id is not None else None,
    )


def decide_booking(facts: Facts, request: BookRoom, rules: Rules, now: datetime) -> Decision[BookingResult]:
    """Returns the booking to write, or raises the first rule that is broken."""
    if facts.previous_result is not None:
        return _repeat(facts, request, rules)
    cost = check_booking(facts, request, rules, now)
    return _writes(facts, request, cost, rules, now)


def check_booking(
    facts: Facts, request: BookRoom, rules: Rules, now: datetime, last_day: date | None = None
) -> int:
    """Returns the cost of a booking that breaks no rule, or raises the first one that is broken.

    `last_day` is how far the series reaches to which the booking belongs; it takes the place of the horizon.
    With `facts.booking` the request is for a change of that one.
    """
    if (room := facts.room) is None or room.retired_at is not None:
        raise UnknownRoom(request.room_id)
    check_not_blocked(facts.person, now)
    _check_access(facts, request, room, rules, now)
    check_opening(request.slot, room, rules, now)
    _check_horizon(facts, request, rules, now, last_day)
    check_closures(request.slot, facts.closures, room, rules, facts.booking)
    if facts.busy:
        raise SlotTaken(facts.busy)
    if request.society_id is not None and last_day is None:
        minutes = minutes_with(request.slot, facts.society_minutes, facts.booking, rules)
        check_society_minutes(minutes, facts.society)
    cost = cost_of(request.slot, facts.person, request.society_id)
    if facts.person is not None:
        check_quota(cost, facts.spent, facts.person, rules, now)
    return cost


def _repeat(facts: Facts, request: BookRoom, rules: Rules) -> Decision[BookingResult]:
    """Returns the earlier result; `DuplicateRequest` if that was for a different request."""
    earlier = facts.previous_result
    if earlier is None or not _is_same(earlier, request):
        raise DuplicateRequest(earlier)
    return Decision(BookingResult(earlier, 0, quota_left(facts.spent, rules)))


def _is_same(earlier: Booking, request: BookRoom) -> bool:
    """Whether a booking is what the request asks for; its slot is ignored if it was changed since."""
    if (earlier.booked_by, earlier.society_id) != (request.by, request.society_id):
        return False
    return earlier.version > 1 or (earlier.room_id, earlier.interval) == (request.room_id, request.slot)


def _check_access(facts: Facts, request: BookRoom, room: Room, rules: Rules, now: datetime) -> None:
    if request.term is not None:
        check_token_access(request.term, facts.society, facts.term, room, rules, now)
    elif request.society_id is not None:
        check_society_access(facts.person, facts.society, facts.role, room)
    else:
        check_personal_access(facts.person, room)


def _check_horizon(
    facts: Facts, request: BookRoom, rules: Rules, now: datetime, last_day: date | None
) -> None:
    if last_day is not None:
        check_series_horizon(request.slot.start, last_day, rules, now)
    elif request.society_id is not None:
        check_society_horizon(request.slot.start, rules, now)
    elif facts.person is not None:
        check_personal_horizon(request.slot.start, facts.person, rules, now)


def cost_of(slot: Interval, person: Person | None, society_id: SocietyId | None) -> int:
    """Minutes of personal quota that a booking costs: 0 for societies and staff."""
    if society_id is not None or person is None or not has_quota(person):
        return 0
    return slot.minutes


def _writes(
    facts: Facts, request: BookRoom, cost: int, rules: Rules, now: datetime
) -> Decision[BookingResult]:
    booking = Booking(
        id=request.booking_id,
        room_id=request.room_id,
        interval=request.slot,
        booked_by=request.by,
        created_at=now,
        society_id=request.society_id,
        title=request.title,
        notes=request.notes,
    )
    charge = (
        Charge(request.by, booking.id, quota_week(now, rules), cost, now) if request.by and cost else None
    )
    audit = AuditEntry(now, actor_of(booking), "book", booking.id, _details(request, cost))
    left = quota_left(facts.spent + cost, rules)
    wants_one = request.confirm and facts.person is not None and facts.person.preferences.confirmations
    confirmations = (confirmation(booking, now, request.booked_from),) if wants_one else ()
    return Decision(
        BookingResult(booking, cost, left),
        WriteSet(
            insert=booking,
            charge=charge,
            audit=audit,
            request=request.request,
            messages=(*confirmations, *reminders(booking, facts.person, now)),
        ),
    )


def _details(request: BookRoom, cost: int) -> dict[str, str | int]:
    """For the audit; `from` is the platform."""
    details: dict[str, str | int] = {"room": request.room_id, "cost": cost, **slot_details(request.slot)}
    platform = request.booked_from.partition(":")[0]
    return details | {"from": platform} if platform else details


def slot_details(slot: Interval) -> dict[str, int]:
    """A slot in the audit, in seconds since 1970: the booking itself only has the latest."""
    return {"start": int(slot.start.timestamp()), "end": int(slot.end.timestamp())}


def actor_of(booking: Booking) -> str:
    """The owner of a booking as an actor of the audit trail."""
    return f"person:{booking.booked_by}" if booking.booked_by else f"society:{booking.society_id}"
