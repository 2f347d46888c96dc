"""Why a room was free, taken or closed at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from bot.chat.formatting import format_time, short_id
from bot.chat.reply import Text, TimeRange, Timestamp
from bot.explaining.administered import MAX_CHANGES, administered_events
from bot.explaining.story import Event, Names, Story
from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    Busy,
    Closure,
    ClosureId,
    PublishedEntry,
    RefusedRequest,
    Room,
)
from core.policy.opening_hours import next_opening
from core.policy.rules import Rules
from core.ports import UnitOfWork

_MAX_REFUSALS = 10


class RoomFacts(Struct, frozen=True):
    """What a room was used for during `slot`, and the requests for it then that were refused."""

    room: Room
    slot: Interval
    bookings: tuple[Booking, ...] = ()
    holds: tuple[Booking, ...] = ()
    cancelled: tuple[Booking, ...] = ()
    cancellations: tuple[AuditEntry, ...] = ()
    entries: tuple[PublishedEntry, ...] = ()
    closed: tuple[tuple[Busy, Closure | None], ...] = ()
    refusals: tuple[RefusedRequest, ...] = ()
    changes: tuple[AuditEntry, ...] = ()
    """What administrators did to the room and its building until then."""


def read_room(unit: UnitOfWork, room: Room, slot: Interval) -> RoomFacts:
    cancelled = [each for each in unit.history.cancelled(room.id, slot) if each.held_until is None]
    return RoomFacts(
        room,
        slot,
        tuple(unit.bookings.active(slot, [room.id])),
        tuple(unit.bookings.holds(slot, [room.id])),
        tuple(cancelled),
        tuple(_cancellations(unit, cancelled)),
        tuple(unit.history.entries(room.id, slot)),
        tuple((busy, _closure(unit, busy)) for _, busy in unit.closures.busy(slot, [room.id])),
        tuple(unit.refusals.of_room(room.id, slot, _MAX_REFUSALS)),
        tuple(_changes(unit, room, slot)),
    )


def _changes(unit: UnitOfWork, room: Room, slot: Interval) -> Iterator[AuditEntry]:
    subjects = [f"room:{room.id}", f"building:{room.building_id}", "building:all"]
    yield from (each for each in unit.history.audit_about(subjects, MAX_CHANGES) if each.at < slot.end)


def _cancellations(unit: UnitOfWork, bookings: list[Booking]) -> Iterator[AuditEntry]:
    """The entry that ended each booking."""
    for each in bookings:
        entries = unit.history.audit_about([each.id], 1)
        yield from (entry for entry in entries if entry.action == "cancel")


def _closure(unit: UnitOfWork, busy: Busy) -> Closure | None:
    number = busy.source.partition(":")[2]
    return unit.closures.get(ClosureId(int(number))) if number.isdecimal() else None


def room_story(facts: RoomFacts, names: Names, rules: Rules, now: datetime) -> Story:
    local = facts.slot.start.astimezone(rules.zone)
    hours = rules.hours(facts.room, local.weekday())
    return Story(
        f"{facts.room.name} ({facts.room.id})",
        (TimeRange(facts.slot), ": ", *_verdict(facts, rules, now)),
        events=tuple(_events(facts, names)),
        facts=(
            (
                "Opening hours that day",
                (f"{format_time(hours.opens)}–{format_time(hours.closes)}, campus time",),
            ),
            ("Bookable", (_bookable(facts.room),)),
        ),
    )


def _bookable(room: Room) -> str:
    if not room.bookable:
        return "no"
    return "by everybody" if room.individual_access else "for societies only"


def _verdict(facts: RoomFacts, rules: Rules, now: datetime) -> Text:
    """Free, taken or closed, and by what first of all."""
    is_past = facts.slot.end <= now
    was = "was" if is_past else "is"
    if facts.closed:
        return (f"the room {was} closed.",)
    if facts.entries:
        return (f"the room {was} taken by {facts.entries[0].slot.name}, from the timetable.",)
    if facts.bookings:
        return (f"the room {was} booked.",)
    if any(each.held_until is not None and each.held_until > now for each in facts.holds):
        return ("the room is held for somebody on the waiting list.",)
    if next_opening(facts.slot.start, facts.room, rules) != facts.slot.start:
        return (f"the room {was} outside its opening hours.",)
    if facts.cancelled:
        return (f"the room {was} free, after a booking was cancelled.",)
    return (f"the room {was} free: no class, no booking and no closure.",)


def _events(facts: RoomFacts, names: Names) -> Iterator[Event]:
    yield from administered_events(facts.changes, names)
    for busy, closure in facts.closed:
        yield _closed_event(busy, closure, names)
    for entry in facts.entries:
        source = "a file" if entry.source == "import" else f"the source {entry.source}"
        when = TimeRange(Interval(_instant(entry.slot.start), _instant(entry.slot.end)))
        text: Text = (f"{entry.slot.name} ({entry.slot.booking_type.value}), ", when)
        yield Event(entry.published_at, (*text, f": published by {source}, run {entry.run_id}."))
    for booking in facts.bookings:
        yield Event(booking.created_at, (*_booked(booking, names), f". Booking {short_id(booking)}."))
    ended = {entry.subject: entry for entry in facts.cancellations}
    for booking in facts.cancelled:
        entry_of = ended.get(booking.id)
        by = f" by {names.actor(entry_of.actor)}" if entry_of is not None else ""
        at: Text = (" ", Timestamp(entry_of.at)) if entry_of is not None else ()
        yield Event(booking.created_at, (*_booked(booking, names), f", cancelled{by}", *at, "."))
    for refused in facts.refusals:
        who = names.person(refused.attempt.by) if refused.attempt.by is not None else "Somebody"
        yield Event(refused.at, (f"{who[:1].upper()}{who[1:]} was refused it. {refused.rule}",))


def _booked(booking: Booking, names: Names) -> Text:
    owner = (
        names.person(booking.booked_by)
        if booking.booked_by is not None
        else f"the society {booking.society_id}"
    )
    society = f" for {booking.society_id}" if booking.society_id and booking.booked_by is not None else ""
    released = ""
    if booking.released_at is not None:
        released = ", released since nobody checked in"
    return (f"Booked by {owner}{society}, ", TimeRange(booking.interval), released)


def _closed_event(busy: Busy, closure: Closure | None, names: Names) -> Event:
    when = TimeRange(Interval(_instant(busy.start), _instant(busy.end)))
    if closure is None:
        return Event(None, (f"Closed ({busy.name}), ", when, "."))
    yearly = ", every year" if closure.is_yearly else ""
    by = names.actor(closure.created_by)
    return Event(closure.created_at, (f"Closed by {by} ({closure.reason}), ", when, f"{yearly}."))


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
