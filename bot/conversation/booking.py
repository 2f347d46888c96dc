"""Books a room and replies with the result; shared by typed commands, buttons and forms."""

from collections.abc import Iterator

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, format_minutes, quota_left_text, room_name, short_id
from bot.chat.reply import Bold, Button, Inline, Reply, Subject, Text, TimeRange, Tone
from bot.chat.request import PlatformName
from bot.conversation.alternatives import (
    UnavailableSlot,
    alternative_items,
    book_button,
    eligibility,
    eligibility_with_quota,
    owner_actions,
    remaining_quota,
)
from bot.conversation.button_values import SlotValue, resolve_id
from bot.conversation.own_bookings import upcoming_bookings
from bot.conversation.refusals import of_request, refusal_actions, refusal_text, refusal_tone
from bot.conversation.term_notes import week_note
from bot.conversation.wait_buttons import wait_buttons
from core.catalogue import RoomQuery
from core.errors import (
    InThePast,
    Invalid,
    NotAuthenticated,
    NotBookable,
    OutsideHours,
    QuotaSpent,
    RoomClosed,
    RoomieError,
    SlotTaken,
    SocietyOnly,
    UnknownBooking,
)
from core.interval import Interval
from core.model import AttemptedRequest, Booking, BookingId, RequestedAction, Room
from core.names import one_line
from core.policy.quota import has_quota
from core.services.book_room import BookingResult, BookRoom
from core.services.bookings import new_booking_id
from core.services.move_booking import MoveResult

MAX_TITLE = 500
"""Letters of a title, as many as a chat platform lets people type into an option."""
RECOVERABLE = (SlotTaken, RoomClosed, OutsideHours, QuotaSpent, SocietyOnly, NotBookable, InThePast)
"""Refusals for which alternatives are offered."""


async def book(
    context: CommandContext, value: SlotValue, title: str, *, offer_alternatives: bool = True
) -> Reply:
    """Books the slot, or replies why not and offers alternatives."""
    value, title = resolve_slot(context, value), valid_title(title)
    request = BookRoom(
        booking_id=new_booking_id(),
        room_id=value.room_id,
        slot=value.slot,
        by=context.person.id,
        society_id=value.society_id,
        title=title if value.society_id else "",
        notes="" if value.society_id else title,
        request=context.key,
        confirm=is_lost_from_view(context),
        booked_from=context.request.requester.identity,
    )
    try:
        booked = await context.services.bookings.book(request)
    except RECOVERABLE as refusal:
        if not offer_alternatives:
            raise
        return await refusal_reply(context, replace(value, title=title), refusal)
    return confirmation(context, booked)


def valid_title(title: str) -> str:
    """The title on one line; raises `Invalid` for one that is too long, rather than cut it."""
    title = one_line(title)
    if len(title) > MAX_TITLE:
        raise Invalid(f"That title is too long. Please keep it under {MAX_TITLE} characters.")
    return title


def is_lost_from_view(context: CommandContext) -> bool:
    """Whether the reply may be gone tomorrow, so that a direct message should confirm the booking."""
    request = context.request
    is_terminal = request.requester.platform is PlatformName.TERMINAL
    return context.services.confirmations and not request.is_direct and not is_terminal


def resolve_slot(context: CommandContext, value: SlotValue) -> SlotValue:
    """The value with full ids in place of digests."""
    read_model = context.read_model
    room_id = resolve_id(value.room_id, read_model.catalogue.rooms)
    society_id = resolve_id(value.society_id, read_model.directory.societies) if value.society_id else None
    return replace(value, room_id=room_id, society_id=society_id)


async def predicted_refusal(context: CommandContext, value: SlotValue) -> Reply | None:
    """The refusal that booking the slot would get now; None when it would succeed."""
    room = context.read_model.catalogue.room(value.room_id)
    busy = context.read_model.availability.schedule(room.id).conflicts(*_seconds(value.slot))
    if context.account is None:
        raise NotAuthenticated("Please log in first, so that Roomie knows who you are.")
    refusal = (await eligibility_with_quota(context, value.society_id)).refusal(room, value.slot, busy)
    if refusal is None:
        return None
    if isinstance(refusal, RECOVERABLE):
        return await refusal_reply(context, value, refusal)
    raise of_request(refusal, _attempt(context, value))


def confirmation(context: CommandContext, booked: BookingResult) -> Reply:
    """What was booked, with buttons to change it."""
    booking = booked.booking
    room = context.read_model.catalogue.room(booking.room_id)
    week = week_note(context.services, booking.interval.start)
    text: list[Inline] = ["You're booked: ", *booking_text(booking, room, week=week), "."]
    if booking.society_id is not None:
        society = context.read_model.directory.societies.get(booking.society_id)
        text.append(f" It's for {society.name if society else booking.society_id}.")
    elif has_quota(context.person) and booked.cost:
        text.append(f" This used {format_minutes(booked.cost)}. {quota_left_text(booked.quota_left)}")
    return Reply(
        tuple(text),
        tone=Tone.DONE,
        actions=owner_actions(context, booking, booked.quota_left),
        footer=(f"Booking {short_id(booking)}",),
        replaces=False,
        subject=Subject(booking_id=booking.id),
    )


def move_confirmation(context: CommandContext, moved: MoveResult, lead: str, quota_note: str = "") -> Reply:
    """Says where and when a moved booking is now; `quota_note` only to people with a quota."""
    booking = moved.booking
    room = context.read_model.catalogue.room(booking.room_id)
    week = week_note(context.services, booking.interval.start)
    text: list[Inline] = [lead, *booking_text(booking, room, week=week), "."]
    if booking.society_id is None and has_quota(context.person):
        text += [f" {each}" for each in (quota_note, quota_left_text(moved.quota_left)) if each]
    return Reply(
        tuple(text),
        tone=Tone.DONE,
        actions=owner_actions(context, booking, moved.quota_left),
        footer=(f"Booking {short_id(booking)}",),
        subject=Subject(booking_id=booking.id),
    )


async def refusal_reply(
    context: CommandContext, value: SlotValue, refusal: RoomieError, moving: Booking | None = None
) -> Reply:
    """Why the slot cannot be booked: who has it, where that is public, and the nearest alternatives."""
    room = context.read_model.catalogue.room(value.room_id)
    if moving is None and (own := _own_booking_of(context, value)) is not None:
        return await already_booked(context, own, room)
    items = await alternative_items(
        context, UnavailableSlot(RoomQuery(room=room.id), value.slot, value.society_id, value.title), moving
    )
    text = (
        _taken_text(context, room, value, refusal)
        if isinstance(refusal, SlotTaken)
        else refusal_text(refusal, context.services)
    )
    if items:
        text = (*text, " Free instead:")
    wait = _wait_buttons(context, value, moving) if isinstance(refusal, SlotTaken) else ()
    actions = (*_society_buttons(context, value, refusal), *refusal_actions(refusal), *wait)
    subject = Subject(slot=str(value)) if moving is None else Subject(booking_id=moving.id)
    return Reply(
        text,
        tone=refusal_tone(refusal),
        items=items,
        actions=actions,
        subject=subject,
        refusal=of_request(refusal, _attempt(context, value, moving)),
    )


def _attempt(context: CommandContext, value: SlotValue, moving: Booking | None = None) -> AttemptedRequest:
    by = context.account.person.id if context.account is not None else None
    action = RequestedAction.BOOK if moving is None else RequestedAction.MOVE
    return AttemptedRequest(action, by, value.room_id, value.slot, value.society_id)


def _wait_buttons(context: CommandContext, value: SlotValue, moving: Booking | None) -> tuple[Button, ...]:
    """*Tell me when it's free*, unless the time is partly that of the booking which is to be moved there."""
    if moving is not None and moving.interval.overlaps(value.slot):
        return ()
    return wait_buttons(context, RoomQuery(room=value.room_id), value.slot, value.society_id)


def _own_booking_of(context: CommandContext, value: SlotValue) -> Booking | None:
    """The requester's booking of exactly this slot, such as after a second press of the same button."""
    return next(
        (
            each
            for each in upcoming_bookings(context)
            if (each.room_id, each.interval) == (value.room_id, value.slot)
        ),
        None,
    )


async def already_booked(context: CommandContext, booking: Booking, room: Room) -> Reply:
    return Reply(
        ("You have already booked ", *booking_text(booking, room), ". You have it already; nothing changed."),
        actions=owner_actions(context, booking, await remaining_quota(context)),
        footer=(f"Booking {short_id(booking)}",),
        subject=Subject(booking_id=booking.id),
    )


async def kept_booking(context: CommandContext, booking_id: BookingId) -> Reply:
    """Says that the requester keeps a booking, with its buttons; raises `UnknownBooking` if it is gone."""
    booking = next((each for each in upcoming_bookings(context) if each.id == booking_id), None)
    if booking is None:
        raise UnknownBooking
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return Reply(
        ("Nothing changed. You have ", *booking_text(booking, room), "."),
        actions=owner_actions(context, booking, await remaining_quota(context)),
        footer=(f"Booking {short_id(booking)}",),
        replaces=True,
        subject=Subject(booking_id=booking.id),
    )


def _taken_text(context: CommandContext, room: Room, value: SlotValue, taken: SlotTaken) -> Text:
    if is_held_by_requester(context, taken):
        return ("You have already booked ", Bold(room_name(room)), " at that time.")
    if any(each.is_hold for each in taken.holders):
        return (Bold(room_name(room)), " is held for somebody on the waiting list for a few minutes.")
    names = sorted({each.name for each in taken.holders} - {"Booked"})
    why = f" ({', '.join(names)})." if names else ": somebody else has booked it."
    return (Bold(room_name(room)), " is taken ", TimeRange(value.slot), why)


def is_held_by_requester(context: CommandContext, taken: SlotTaken) -> bool:
    """Whether all bookings that take the slot are the requester's own."""
    if context.account is None:
        return False
    bookings = context.read_model.bookings
    holders = [bookings.get(each.booking_id) for each in taken.holders if each.booking_id is not None]
    return bool(holders) and all(
        each is not None and each.booked_by == context.account.person.id for each in holders
    )


def _society_buttons(context: CommandContext, value: SlotValue, refusal: RoomieError) -> Iterator[Button]:
    """Buttons that book a society-only room for the requester's societies."""
    if not isinstance(refusal, SocietyOnly) or context.account is None:
        return
    room = context.read_model.catalogue.room(value.room_id)
    busy = context.read_model.availability.schedule(room.id).conflicts(*_seconds(value.slot))
    for each in context.account.memberships[:3]:
        if eligibility(context, each.society.id).refusal(room, value.slot, busy) is None:
            label = f"Book for {each.society.name}"
            yield book_button(room, value.slot, each.society.id, label, value.title)


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())
