"""What someone could book instead, each a press away: nothing is offered that would be refused."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.chat.command import CommandContext
from bot.chat.formatting import EXTENSION, booking_buttons, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, ReplyItem, TimeRange
from bot.conversation.button_values import MoveValue, SlotValue
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model.entities import Booking, Person, PersonId, Room, SocietyId, UserGroup
from core.policy.quota import has_quota
from core.services.bookings import open_hours, snap_to_grid
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.find_rooms import Alternative, AlternativeKind, alternatives, first_available

_DAYS_AHEAD = 7
_MIN_DURATION = timedelta(hours=4)
_A_STUDENT = Person(PersonId(0), "", "", "", frozenset({UserGroup.STUDENT}))
"""Whom a stranger is taken for while looking; booking takes an account."""

_LABELS = {
    AlternativeKind.LATER: "A little later",
    AlternativeKind.SHORTER: "Shorter",
    AlternativeKind.NEARBY: "Close by",
    AlternativeKind.SPLIT: "Two rooms in turn",
}


@dataclass(frozen=True, slots=True)
class UnavailableSlot:
    """A slot that cannot be had, the kind of room, and the society it would be for."""

    query: RoomQuery
    slot: Interval
    society_id: SocietyId | None = None

    @property
    def bookable(self) -> RoomQuery:
        return bookable_query(self.query, self.society_id)


def bookable_query(query: RoomQuery, society_id: SocietyId | None) -> RoomQuery:
    """Only rooms that the asker could book: societies book any, people those with individual access."""
    return replace(query, bookable_only=True, individual_only=society_id is None)


def eligibility(context: CommandContext, society_id: SocietyId | None, spent: int = 0) -> EligibilityCheck:
    """What the asker could book now, as far as memory tells; quota counts where `spent` says so."""
    known = context.account
    society = context.read_model.directory.societies.get(society_id) if society_id is not None else None
    role = known.role_in(society.id) if known is not None and society is not None else None
    person = known.person if known is not None else _A_STUDENT
    asking = BookingParty(person, society, role, spent)
    return EligibilityCheck(asking, context.services.rules, context.services.clock.now())


async def eligibility_with_quota(
    context: CommandContext, society_id: SocietyId | None, moving: Booking | None = None
) -> EligibilityCheck:
    """The same, with what this week's quota leaves; a booking that is moved takes its minutes along."""
    if society_id is not None or context.account is None or not has_quota(context.person):
        return eligibility(context, society_id)
    quota = await context.services.bookings.quota(context.person.id)
    moved = moving.interval.minutes if moving is not None else 0
    return eligibility(context, society_id, quota.weekly_quota - quota.left - moved)


async def alternative_items(
    context: CommandContext, slot: UnavailableSlot, moving: Booking | None = None
) -> tuple[ReplyItem, ...]:
    """The nearest things that would work; the next that is free at all where nothing is near.

    To be booked with a press or, where a booking is `moving`, for that to be moved there.
    """
    trial = await eligibility_with_quota(context, slot.society_id, moving)
    found = _near(context, slot, trial) or _next_days(context, slot, trial)
    if moving is not None:
        found = tuple(each for each in found if len(each.parts) == 1)
    return tuple(_item(context, slot, each, moving) for each in found if trial.affords(_length(each)))


def _near(
    context: CommandContext, unavailable: UnavailableSlot, eligibility: EligibilityCheck
) -> tuple[Alternative, ...]:
    room = _room(context, unavailable)
    slot = snap_to_grid(unavailable.slot, room, context.services.rules)
    closes = open_hours(slot.start, room, context.services.rules).end
    return alternatives(
        context.read_model.availability,
        unavailable.bookable,
        _seconds(slot.start),
        _seconds(slot.end),
        _seconds(closes),
        eligibility.allows,
    )


def _next_days(
    context: CommandContext, unavailable: UnavailableSlot, eligibility: EligibilityCheck
) -> tuple[Alternative, ...]:
    """From the next opening on, for a week."""
    rules, room = context.services.rules, _room(context, unavailable)
    slot = snap_to_grid(unavailable.slot, room, rules)
    local = slot.start.astimezone(rules.zone)
    for days in range(_DAYS_AHEAD + 1):
        hours = open_hours(local + timedelta(days=days), room, rules)
        first, last = _seconds(max(hours.start, slot.start)), _seconds(hours.end - slot.duration)
        found = first_available(
            context.read_model.availability,
            unavailable.bookable,
            first,
            last,
            slot.minutes * 60,
            eligibility.allows,
        )
        if found is not None:
            return (found,)
    return ()


def _room(context: CommandContext, unavailable: UnavailableSlot) -> Room | None:
    return context.read_model.catalogue.rooms.get(unavailable.query.room) if unavailable.query.room else None


def _length(found: Alternative) -> timedelta:
    return timedelta(seconds=sum(end - start for _, start, end in found.parts))


def _item(
    context: CommandContext, unavailable: UnavailableSlot, found: Alternative, moving: Booking | None
) -> ReplyItem:
    title: list[Inline] = []
    buttons: list[Button] = []
    for place, (room, start, end) in enumerate(found.parts, 1):
        slot = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        title += [*([", then "] if title else []), Bold(room_name(room)), " ", TimeRange(slot)]
        label = "Book" if len(found.parts) == 1 else f"Book part {place}"
        booking = book_button(room, slot, unavailable.society_id, label)
        buttons.append(booking if moving is None else move_button(moving, room, slot))
    return ReplyItem((f"{_kind(found, unavailable, context)}: ", *title), (), tuple(buttons))


def _kind(found: Alternative, unavailable: UnavailableSlot, context: CommandContext) -> str:
    """In which way it differs; what lies on another day is not just a little later."""
    zone = context.services.rules.zone
    begins = datetime.fromtimestamp(found.parts[0][1], UTC).astimezone(zone)
    if begins.date() != unavailable.slot.start.astimezone(zone).date():
        return "The next that is free"
    if begins - unavailable.slot.start > _MIN_DURATION:
        return "Later that day"
    return _LABELS[found.kind]


def book_button(room: Room, slot: Interval, society_id: SocietyId | None, label: str = "Book") -> Button:
    return Button("book", label, str(SlotValue(room.id, slot, society_id)), ButtonStyle.PRIMARY)


def move_button(booking: Booking, room: Room, slot: Interval, label: str = "Move") -> Button:
    return Button("move", label, str(MoveValue(booking.id, room.id, slot)), ButtonStyle.PRIMARY)


def owner_buttons(
    context: CommandContext, booking: Booking, quota_left: int | None = None
) -> tuple[Button, ...]:
    """What its owner can do with a booking; more time only where there is some, and quota for it."""
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    more = Interval.of_length(booking.interval.end, timedelta(minutes=EXTENSION))
    first, last = _seconds(more.start), _seconds(more.end)
    can_stay = (
        room is not None
        and context.read_model.availability.schedule(room.id).is_free(first, last)
        and eligibility(context, booking.society_id).refusal(room, more) is None
        and (
            quota_left is None
            or not has_quota(context.person)
            or booking.society_id
            or quota_left >= EXTENSION
        )
    )
    return booking_buttons(booking, context.services.clock.now(), can_stay=bool(can_stay))


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
