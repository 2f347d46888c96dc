"""Reads the requests of a period, in their order, from bookings, the audit trail and refusals."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bot.simulation.values import Past, PastEvent, PastKind
from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingState,
    PersonId,
    RefusedRequest,
    RequestedAction,
    RoomId,
)
from core.policy.rules import Rules
from core.ports import CLOSURE_LOOKAHEAD, UnitOfWork

_ACTIONS = {"move": PastKind.MOVE, "cancel": PastKind.CANCEL, "release": PastKind.RELEASE}
_WEEK = timedelta(days=7)


def read_past(unit: UnitOfWork, period: Interval, rules: Rules) -> Past:
    """All that happened to bookings made in a period, and to those that were there before."""
    window = Interval(period.start, period.end + rules.max_horizon)
    found = [each for each in unit.history.bookings(window) if each.held_until is None]
    audit = defaultdict[str, list[AuditEntry]](list)
    for entry in unit.history.audit(period):
        if entry.action in {"book", *_ACTIONS}:
            audit[entry.subject].append(entry)
    made = [each for each in found if period.start <= each.created_at < period.end]
    before = [each for each in found if each.created_at < period.start]
    events = [
        *(event for each in made for event in _story(each, audit[each.id])),
        *(event for each in before for event in _later(each, audit[each.id])),
        *_refused(unit.refusals.during(period)),
    ]
    people = {each.id: each for each in unit.people.all()}
    ids = {each.id for each in before}
    return Past(
        tuple(sorted(events, key=lambda each: (each.at, each.kind.value, each.booking_id))),
        {each.id: each for each in unit.rooms.rooms()},
        people,
        {each.id: each for each in unit.societies.all()},
        {
            (person_id, each.society.id): each.role
            for person_id, memberships in unit.societies.all_memberships().items()
            for each in memberships
        },
        tuple(unit.timetable.busy(window)),
        tuple(unit.closures.busy(Interval(window.start, window.end + CLOSURE_LOOKAHEAD))),
        tuple(_as_it_was(each, audit[each.id]) for each in before if _was_active(each, audit[each.id])),
        tuple(
            each
            for each in unit.history.charges(Interval(period.start - _WEEK, period.start))
            if each.booking_id in ids
        ),
    )


def _story(booking: Booking, entries: Iterable[AuditEntry]) -> Iterator[PastEvent]:
    """The request for a booking as it was first made, and what came after."""
    entries = list(entries)
    kind = PastKind.BOOK if booking.series_id is None else PastKind.SERIES_DATE
    first = next((each for each in entries if each.action == "book"), None)
    room_id, slot = _place(first, booking)
    event = PastEvent(
        booking.created_at, kind, booking.id, booking.booked_by, room_id, slot, booking.society_id
    )
    yield event
    yield from _later(booking, entries)


def _later(booking: Booking, entries: Iterable[AuditEntry]) -> Iterator[PastEvent]:
    for entry in entries:
        if (kind := _ACTIONS.get(entry.action)) is not None:
            room_id, slot = _place(entry, booking)
            by = _person(entry.actor) or booking.booked_by
            yield PastEvent(entry.at, kind, booking.id, by, room_id, slot, booking.society_id)


def _place(entry: AuditEntry | None, booking: Booking) -> tuple[RoomId, Interval]:
    """Room and slot that an entry names; the booking's latest where it is too old to say so."""
    details = entry.details if entry is not None else {}
    start, end = details.get("start"), details.get("end")
    room_id = RoomId(str(details.get("room", booking.room_id)))
    if not isinstance(start, int) or not isinstance(end, int):
        return room_id, booking.interval
    return room_id, Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))


def _was_active(booking: Booking, entries: Iterable[AuditEntry]) -> bool:
    """Whether a booking from before the period was there when it began."""
    return booking.state is BookingState.ACTIVE or any(each.action == "cancel" for each in entries)


def _as_it_was(booking: Booking, _entries: Iterable[AuditEntry]) -> Booking:
    """The booking when the period began, where its latest room and slot stand for the first."""
    return replace(booking, state=BookingState.ACTIVE, released_at=None, checked_in_at=None)


def _refused(refusals: Iterable[RefusedRequest]) -> Iterator[PastEvent]:
    """Bookings that were refused; a person who tries the same again is one request."""
    seen: set[tuple[object, ...]] = set()
    for number, each in enumerate(refusals):
        attempt = each.attempt
        if attempt.action is not RequestedAction.BOOK or attempt.room_id is None or attempt.slot is None:
            continue
        same = (attempt.by, attempt.society_id, attempt.room_id, attempt.slot)
        if same not in seen:
            seen.add(same)
            yield PastEvent(
                each.at,
                PastKind.BOOK,
                BookingId(f"refused-{number}"),
                attempt.by,
                attempt.room_id,
                attempt.slot,
                attempt.society_id,
                each.code,
            )


def _person(actor: str) -> PersonId | None:
    kind, _, key = actor.partition(":")
    return PersonId(int(key)) if kind == "person" and key.isdecimal() else None
