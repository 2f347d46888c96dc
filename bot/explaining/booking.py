"""The story of one booking: from the audit trail, the ledger, the outbox and the waiting list."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.formatting import booking_text, format_minutes, short_id
from bot.chat.reply import Subject, Text, Timestamp
from bot.explaining.actions import action_event
from bot.explaining.messages import delivery_event
from bot.explaining.story import Event, Names, Story
from core.errors import UnknownBooking
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingState,
    Charge,
    Delivery,
    Wait,
    WaitEnd,
)
from core.policy.disclosure import Disclosure, Viewer, disclosure
from core.ports import UnitOfWork

_MAX_AUDIT = 200
_MAX_ALIKE = 50
_MIN_ID = 4


class BookingHistory(Struct, frozen=True):
    """What is stored about a booking, and how much of it its viewer may hear."""

    booking: Booking
    seen: Disclosure
    audit: tuple[AuditEntry, ...] = ()
    charges: tuple[Charge, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    waits: tuple[Wait, ...] = ()


def read_booking(unit: UnitOfWork, reference: str, viewer: Viewer) -> BookingHistory:
    """Finds a booking by its id, or by how that begins, in one snapshot with the rights of the viewer.

    Raises `UnknownBooking` for one that the viewer may not know, as for one that does not exist.
    """
    booking, seen = _find(unit, reference, viewer)
    subjects = [booking.id, *([booking.series_id] if booking.series_id is not None else [])]
    audit = unit.history.audit_about(subjects, _MAX_AUDIT)
    if seen < Disclosure.OWNER:
        return BookingHistory(booking, seen, tuple(audit))
    waits = unit.waits.ever_of_person(booking.booked_by, booking.interval) if booking.booked_by else []
    return BookingHistory(
        booking,
        seen,
        tuple(audit),
        tuple(unit.history.refunds_and_charges(booking.id)),
        tuple(unit.history.deliveries(booking.id)),
        tuple(each for each in waits if each.ended is WaitEnd.BOOKED),
    )


def _find(unit: UnitOfWork, reference: str, viewer: Viewer) -> tuple[Booking, Disclosure]:
    start = reference.strip().lstrip("#").lower()
    if len(start) < _MIN_ID or not all(each in "0123456789abcdef-" for each in start):
        raise UnknownBooking
    visible: list[tuple[Booking, Disclosure]] = []
    for each in unit.history.with_id_like(BookingId(start), _MAX_ALIKE):
        if each.state is BookingState.HELD or each.held_until is not None:
            continue
        try:
            visible.append((each, disclosure(each, viewer)))
        except UnknownBooking:
            continue
    if len(visible) != 1:
        raise UnknownBooking
    return visible[0]


def booking_story(facts: BookingHistory, names: Names, now: datetime) -> Story:
    booking, seen = facts.booking, facts.seen
    room = names.rooms.get(booking.room_id)
    shown = booking if seen >= Disclosure.OWNER else _without_notes(booking)
    return Story(
        f"Booking {short_id(booking)}",
        (*booking_text(shown, room), ". ", *_outcome(booking, now)),
        events=tuple(sorted(_events(facts, names, now), key=lambda each: each.at or booking.interval.end)),
        facts=tuple(_facts(facts, names)),
        subject=Subject(booking_id=booking.id) if seen is Disclosure.OWNER else None,
        footer=("Messages are kept for a while only.",) if seen >= Disclosure.OWNER else (),
    )


def _without_notes(booking: Booking) -> Booking:
    return replace(booking, notes="")


def _outcome(booking: Booking, now: datetime) -> Text:
    """How the booking stands, in a sentence."""
    if booking.state is BookingState.CANCELLED:
        return ("It was cancelled.",)
    if booking.released_at is not None:
        return ("The rest was released ", Timestamp(booking.released_at), ", since nobody checked in.")
    if booking.checked_in_at is not None:
        return ("Somebody checked in ", Timestamp(booking.checked_in_at), ".")
    if booking.interval.end <= now:
        return ("It is over. Nobody checked in, which only some rooms ask for.",)
    return ("It is under way.",) if booking.interval.start <= now else ("It is yet to come.",)


def _facts(facts: BookingHistory, names: Names) -> Iterator[tuple[str, Text]]:
    booking = facts.booking
    owner = (
        f"the society {booking.society_id}" if booking.booked_by is None else names.person(booking.booked_by)
    )
    society = f", for {booking.society_id}" if booking.society_id and booking.booked_by is not None else ""
    yield "Booked by", (f"{owner}{society}",)
    if facts.seen >= Disclosure.OWNER and facts.charges:
        charged = sum(each.minutes for each in facts.charges if each.minutes > 0)
        refunded = -sum(each.minutes for each in facts.charges if each.minutes < 0)
        back = f", of which {format_minutes(refunded)} came back" if refunded else ""
        yield "Quota", (f"{format_minutes(charged)}{back}",)


def _events(facts: BookingHistory, names: Names, now: datetime) -> Iterator[Event]:
    booking = facts.booking
    is_private = facts.seen < Disclosure.SOCIETY
    for entry in facts.audit:
        if not (is_private and entry.action in _AMONG_OWNERS):
            yield action_event(entry, names, facts.seen)
    if not any(each.action in {"book", "book series"} for each in facts.audit):
        yield Event(booking.created_at, ("It was booked. The record of by whom is no longer kept.",))
    for wait in facts.waits:
        if wait.ended is WaitEnd.BOOKED and wait.created_at <= booking.created_at:
            who = names.person(wait.person_id)
            yield Event(
                wait.created_at, (f"{who[:1].upper()}{who[1:]} joined the waiting list for that time.",)
            )
    yield from (delivery_event(each, names, now) for each in facts.deliveries)


_AMONG_OWNERS = frozenset(
    {"invite", "remove guest", "leave", "offer", "offer swap", "decline offer", "withdraw offer"}
)
"""Actions that guests of a booking do not hear of."""
