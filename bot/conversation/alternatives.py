"""Alternatives to an unavailable slot, each with a button; nothing is offered that would be refused."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import EXTENSION_MINUTES, booking_buttons, format_minutes, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, ReplyItem, TimeRange
from bot.conversation.button_values import MoveValue, SlotValue
from bot.conversation.calendar_buttons import calendar_buttons
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import Booking, Person, PersonId, Room, SocietyId, UserGroup
from core.policy.opening_hours import open_hours, open_until
from core.policy.quota import has_quota
from core.services.bookings import snap_to_grid
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.find_rooms import Alternative, AlternativeKind, alternatives, first_available

_DAYS_AHEAD = 7
_MAX_LITTLE_LATER = timedelta(hours=4)
_ANONYMOUS = Person(PersonId(0), "", "", "", frozenset({UserGroup.STUDENT}))
"""Searches without an account see what students see; booking requires an account."""

_LABELS = {
    AlternativeKind.LATER: "A little later",
    AlternativeKind.SHORTER: "Shorter",
    AlternativeKind.NEARBY: "Nearby",
    AlternativeKind.SPLIT: "In two rooms",
}


class UnavailableSlot(Struct, frozen=True):
    """Slot that cannot be booked, with the kind of room and the society."""

    query: RoomQuery
    slot: Interval
    society_id: SocietyId | None = None
    title: str = ""

    @property
    def bookable(self) -> RoomQuery:
        return bookable_query(self.query, self.society_id)


def bookable_query(query: RoomQuery, society_id: SocietyId | None) -> RoomQuery:
    """Narrows a query to bookable rooms; without a society, to those with individual access."""
    return replace(query, bookable_only=True, individual_only=society_id is None)


def eligibility(context: CommandContext, society_id: SocietyId | None, spent: int = 0) -> EligibilityCheck:
    """Check of what the requester could book now, according to the read model.

    `spent` is the used part of this week's quota, in minutes; 0 ignores the quota.
    """
    account = context.account
    society = context.read_model.directory.societies.get(society_id) if society_id is not None else None
    role = account.role_in(society.id) if account is not None and society is not None else None
    person = account.person if account is not None else _ANONYMOUS
    party = BookingParty(person, society, role, spent)
    return EligibilityCheck(party, context.services.rules, context.services.clock.now())


async def eligibility_with_quota(
    context: CommandContext, society_id: SocietyId | None, moving: Booking | None = None
) -> EligibilityCheck:
    """The same, including this week's quota; a booking being moved brings its minutes along."""
    if society_id is not None or context.account is None or not has_quota(context.person):
        return eligibility(context, society_id)
    quota = await context.services.bookings.quota(context.person.id)
    moved = moving.interval.minutes if moving is not None else 0
    return eligibility(context, society_id, quota.spent - moved)


async def alternative_items(
    context: CommandContext, slot: UnavailableSlot, moving: Booking | None = None
) -> tuple[ReplyItem, ...]:
    """The nearest alternatives, or else the next free slot, with buttons that book them.

    With `moving`, the buttons move that booking instead.
    """
    check = await eligibility_with_quota(context, slot.society_id, moving)
    found = await _near(context, slot, check) or await _next_days(context, slot, check)
    if moving is not None:
        found = tuple(each for each in found if len(each.parts) == 1)
    return tuple(_item(context, slot, each, moving) for each in found if check.affords(_length(each)))


async def _near(
    context: CommandContext, unavailable: UnavailableSlot, eligibility: EligibilityCheck
) -> tuple[Alternative, ...]:
    room = _room(context, unavailable)
    slot = snap_to_grid(unavailable.slot, room, context.services.rules)
    closes = open_until(slot.start, room, context.services.rules)
    availability = context.read_model.availability
    await availability.prepare(_seconds(slot.start), _seconds(max(slot.end, closes)))
    return alternatives(
        availability,
        unavailable.bookable,
        _seconds(slot.start),
        _seconds(slot.end),
        _seconds(closes),
        eligibility.accepts,
    )


async def _next_days(
    context: CommandContext, unavailable: UnavailableSlot, eligibility: EligibilityCheck
) -> tuple[Alternative, ...]:
    """The first free slot within opening hours, up to a week ahead."""
    rules, room = context.services.rules, _room(context, unavailable)
    slot = snap_to_grid(unavailable.slot, room, rules)
    local = slot.start.astimezone(rules.zone)
    for days in range(_DAYS_AHEAD + 1):
        hours = open_hours(local + timedelta(days=days), room, rules)
        closes = max(hours.end, open_until(hours.start, room, rules))
        first = _seconds(max(hours.start, slot.start))
        last = min(_seconds(closes - slot.duration), _seconds(hours.end))
        availability = context.read_model.availability
        await availability.prepare(first, last + slot.minutes * 60)
        found = first_available(
            availability,
            unavailable.bookable,
            first,
            last,
            slot.minutes * 60,
            eligibility.accepts,
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
        book = book_button(room, slot, unavailable.society_id, label, unavailable.title)
        buttons.append(book if moving is None else move_button(moving, room, slot))
    price = price_text(context, int(_length(found).total_seconds()) // 60, unavailable.society_id)
    detail = (price[0].upper() + price[1:],) if price and moving is None else ()
    return ReplyItem((f"{_kind(found, unavailable, context)}: ", *title), detail, tuple(buttons))


def _kind(found: Alternative, unavailable: UnavailableSlot, context: CommandContext) -> str:
    """Label of an alternative; one on another day is not just "a little later"."""
    zone = context.services.rules.zone
    begins = datetime.fromtimestamp(found.parts[0][1], UTC).astimezone(zone)
    if begins.date() != unavailable.slot.start.astimezone(zone).date():
        return "Next free"
    if begins - unavailable.slot.start > _MAX_LITTLE_LATER:
        return "Later that day"
    return _LABELS[found.kind]


def price_text(context: CommandContext, minutes: int, society_id: SocietyId | None) -> str:
    """`uses 60 minutes of your quota`; empty where a booking costs nothing."""
    person = context.account.person if context.account is not None else _ANONYMOUS
    if society_id is not None or not has_quota(person):
        return ""
    return f"uses {format_minutes(minutes)} of your quota"


def book_button(
    room: Room, slot: Interval, society_id: SocietyId | None, label: str = "Book", title: str = ""
) -> Button:
    return Button(Action.BOOK, label, str(SlotValue(room.id, slot, society_id, title)), ButtonStyle.PRIMARY)


def move_button(booking: Booking, room: Room, slot: Interval, label: str = "Move") -> Button:
    return Button(Action.MOVE, label, str(MoveValue(booking.id, room.id, slot)), ButtonStyle.PRIMARY)


async def remaining_quota(context: CommandContext) -> int | None:
    """The minutes of quota that the requester has left this week; None for those without a quota."""
    if context.account is None or not has_quota(context.person):
        return None
    return (await context.services.bookings.quota(context.person.id)).left


def owner_buttons(context: CommandContext, booking: Booking, quota_left: int | None) -> tuple[Button, ...]:
    """Buttons for the owner of a booking; "more time" only when the room is free and the quota allows it."""
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    more = Interval.of_length(booking.interval.end, timedelta(minutes=EXTENSION_MINUTES))
    first, last = _seconds(more.start), _seconds(more.end)
    can_extend = (
        room is not None
        and context.read_model.availability.schedule(room.id).is_free(first, last)
        and eligibility(context, booking.society_id).refusal(room, more) is None
        and (
            quota_left is None
            or not has_quota(context.person)
            or booking.society_id
            or quota_left >= EXTENSION_MINUTES
        )
    )
    buttons = booking_buttons(booking, context.services.clock.now(), can_extend=bool(can_extend))
    return (*buttons, *calendar_buttons(context, booking)) if buttons else ()


def owner_actions(context: CommandContext, booking: Booking, quota_left: int | None) -> tuple[Button, ...]:
    """The owner's buttons below an answer about one booking; *Share* where there can be a channel for it."""
    buttons = owner_buttons(context, booking, quota_left)
    is_shareable = bool(buttons) and context.request.can_share and booking.booked_by is not None
    return (*buttons, Button(Action.SHARE, "Share", booking.id)) if is_shareable else buttons


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
