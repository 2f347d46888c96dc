"""Making a booking from chat, and telling how it went: shared by typed lines, buttons and forms."""

from collections.abc import Iterator
from dataclasses import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import format_minutes, one_line, room_name, short_id
from bot.chat.reply import Bold, Button, Inline, Reply, Text, TimeRange, Tone
from bot.conversation.alternatives import (
    UnavailableSlot,
    alternative_items,
    book_button,
    eligibility,
    eligibility_with_quota,
    owner_buttons,
)
from bot.conversation.button_values import SlotValue, resolve_id
from bot.conversation.refusals import refusal_actions, refusal_text, refusal_tone
from core.catalogue import RoomQuery
from core.errors import (
    InThePast,
    NotAuthenticated,
    NotBookable,
    OutsideHours,
    QuotaSpent,
    RoomieError,
    SlotTaken,
    SocietyOnly,
)
from core.interval import Interval
from core.model.entities import Booking, Room
from core.policy.quota import has_quota
from core.services.book_room import BookingResult, BookRoom
from core.services.bookings import new_booking_id

_MAX_TITLE = 150
RECOVERABLE = (SlotTaken, OutsideHours, QuotaSpent, SocietyOnly, NotBookable, InThePast)
"""Refusals after which something near may work."""


async def book(context: CommandContext, code: SlotValue, title: str, *, offer_others: bool = True) -> Reply:
    """Hold the room, or say kindly why not and what would work."""
    code, title = resolve_slot(context, code), one_line(title)[:_MAX_TITLE]
    wish = BookRoom(
        booking_id=new_booking_id(),
        room_id=code.room_id,
        slot=code.slot,
        by=context.person.id,
        society_id=code.society_id,
        title=title if code.society_id else "",
        notes="" if code.society_id else title,
        request=context.key,
    )
    try:
        booked = await context.services.bookings.book(wish)
    except RECOVERABLE as refusal:
        if not offer_others:
            raise
        return await refusal_reply(context, code, refusal)
    return confirmation(context, booked)


def resolve_slot(context: CommandContext, code: SlotValue) -> SlotValue:
    """The code with whole ids, where it held digests."""
    read_model = context.read_model
    room_id = resolve_id(code.room_id, read_model.catalogue.rooms)
    society_id = resolve_id(code.society_id, read_model.directory.societies) if code.society_id else None
    return replace(code, room_id=room_id, society_id=society_id)


async def predicted_refusal(context: CommandContext, code: SlotValue) -> Reply | None:
    """The refusal that booking would meet as things stand; None when it would succeed."""
    room = context.read_model.catalogue.room(code.room_id)
    busy = context.read_model.availability.schedule(room.id).conflicts(*_seconds(code.slot))
    if context.account is None:
        raise NotAuthenticated("Roomie does not know who you are yet, so it cannot book for you.")
    refusal = (await eligibility_with_quota(context, code.society_id)).refusal(room, code.slot, busy)
    if refusal is None:
        return None
    if isinstance(refusal, RECOVERABLE):
        return await refusal_reply(context, code, refusal)
    raise refusal


def confirmation(context: CommandContext, booked: BookingResult) -> Reply:
    """What was booked, and what can be done about it."""
    booking = booked.booking
    room = context.read_model.catalogue.room(booking.room_id)
    said: list[Inline] = ["Booked ", Bold(room_name(room)), " for ", TimeRange(booking.interval), "."]
    if booking.society_id is not None:
        society = context.read_model.directory.societies.get(booking.society_id)
        said.append(f" It is held for {society.name if society else booking.society_id}.")
    elif has_quota(context.person) and booked.cost:
        said.append(
            f" That took {format_minutes(booked.cost)};"
            f" {format_minutes(booked.quota_left)} are left this week."
        )
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=(*owner_buttons(context, booking, booked.quota_left), Button("share", "Share", booking.id)),
        footer=(f"Booking {short_id(booking)}",),
        replaces=False,
    )


async def refusal_reply(
    context: CommandContext, code: SlotValue, refusal: RoomieError, moving: Booking | None = None
) -> Reply:
    """Why not: who has it, when that may be said, and the first things that would work."""
    room = context.read_model.catalogue.room(code.room_id)
    items = await alternative_items(
        context, UnavailableSlot(RoomQuery(room=room.id), code.slot, code.society_id), moving
    )
    said = (
        _taken(room, code, refusal)
        if isinstance(refusal, SlotTaken)
        else refusal_text(refusal, context.services)
    )
    if items:
        said = (*said, " What would work:")
    actions = (*_for_a_society(context, code, refusal), *refusal_actions(refusal))
    return Reply(said, tone=refusal_tone(refusal), items=items, actions=actions)


def _taken(room: Room, code: SlotValue, taken: SlotTaken) -> Text:
    names = sorted({each.name for each in taken.holders} - {"Booked"})
    why = f" ({', '.join(names)})." if names else ": somebody has booked it."
    return (Bold(room_name(room)), " is taken ", TimeRange(code.slot), why)


def _for_a_society(context: CommandContext, code: SlotValue, refusal: RoomieError) -> Iterator[Button]:
    """The same slot for each society of the asker's, when the room is for societies only."""
    if not isinstance(refusal, SocietyOnly) or context.account is None:
        return
    room = context.read_model.catalogue.room(code.room_id)
    busy = context.read_model.availability.schedule(room.id).conflicts(*_seconds(code.slot))
    for each in context.account.memberships[:3]:
        if eligibility(context, each.society.id).refusal(room, code.slot, busy) is None:
            yield book_button(room, code.slot, each.society.id, f"Book for {each.society.name}")


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())
