"""Making a booking from chat, and telling how it went: shared by typed lines, buttons and forms."""

from collections.abc import Iterator
from dataclasses import replace

from bot.chat.command import Call
from bot.chat.formatting import minutes, one_line, room_name, short_id
from bot.chat.reply import Bold, Button, Inline, Reply, Stretch, Text, Tone
from bot.conversation.alternatives import (
    Wanted,
    book_button,
    instead,
    own_buttons,
    rehearsal,
    rehearsal_with_quota,
)
from bot.conversation.button_values import SlotCode, named
from bot.conversation.refusals import kindly, tone_of, ways_on
from core.catalogue import RoomWish
from core.errors import (
    InThePast,
    NotBookable,
    NotSignedIn,
    OutsideHours,
    QuotaSpent,
    RoomieError,
    SlotTaken,
    SocietyOnly,
)
from core.interval import Interval
from core.model.entities import Booking, Room
from core.policy.quota import has_quota
from core.services.book_room import Booked, BookRoom
from core.services.bookings import new_booking_id

_LONGEST_TITLE = 150
CURABLE = (SlotTaken, OutsideHours, QuotaSpent, SocietyOnly, NotBookable, InThePast)
"""Refusals after which something near may work."""


async def book(call: Call, code: SlotCode, title: str, *, offer_others: bool = True) -> Reply:
    """Hold the room, or say kindly why not and what would work."""
    code, title = resolved(call, code), one_line(title)[:_LONGEST_TITLE]
    wish = BookRoom(
        booking_id=new_booking_id(),
        room_id=code.room_id,
        slot=code.slot,
        by=call.person.id,
        society_id=code.society_id,
        title=title if code.society_id else "",
        notes="" if code.society_id else title,
        request=call.key,
    )
    try:
        booked = await call.desk.bookings.book(wish)
    except CURABLE as refusal:
        if not offer_others:
            raise
        return await refused(call, code, refusal)
    return confirmation(call, booked)


def resolved(call: Call, code: SlotCode) -> SlotCode:
    """The code with whole ids, where it held digests."""
    picture = call.desk.picture
    room_id = named(code.room_id, picture.catalogue.rooms)
    society_id = named(code.society_id, picture.directory.societies) if code.society_id else None
    return replace(code, room_id=room_id, society_id=society_id)


async def foreseen(call: Call, code: SlotCode) -> Reply | None:
    """The refusal that booking would meet as things stand; None when it would succeed."""
    room = call.desk.picture.catalogue.room(code.room_id)
    busy = call.desk.picture.availability.schedule(room.id).taken_by(*_seconds(code.slot))
    if call.known is None:
        raise NotSignedIn("Roomie does not know who you are yet, so it cannot book for you.")
    refusal = (await rehearsal_with_quota(call, code.society_id)).refusal(room, code.slot, busy)
    if refusal is None:
        return None
    if isinstance(refusal, CURABLE):
        return await refused(call, code, refusal)
    raise refusal


def confirmation(call: Call, booked: Booked) -> Reply:
    """What was booked, and what can be done about it."""
    booking = booked.booking
    room = call.desk.picture.catalogue.room(booking.room_id)
    said: list[Inline] = ["Booked ", Bold(room_name(room)), " for ", Stretch(booking.interval), "."]
    if booking.society_id is not None:
        society = call.desk.picture.directory.societies.get(booking.society_id)
        said.append(f" It is held for {society.name if society else booking.society_id}.")
    elif has_quota(call.person) and booked.cost:
        said.append(f" That took {minutes(booked.cost)}; {minutes(booked.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=(*own_buttons(call, booking, booked.quota_left), Button("share", "Share", booking.id)),
        footer=(f"Booking {short_id(booking)}",),
        replaces=False,
    )


async def refused(call: Call, code: SlotCode, refusal: RoomieError, moving: Booking | None = None) -> Reply:
    """Why not: who has it, when that may be said, and the first things that would work."""
    room = call.desk.picture.catalogue.room(code.room_id)
    items = await instead(call, Wanted(RoomWish(room=room.id), code.slot, code.society_id), moving)
    said = _taken(room, code, refusal) if isinstance(refusal, SlotTaken) else kindly(refusal, call.desk)
    if items:
        said = (*said, " What would work:")
    actions = (*_for_a_society(call, code, refusal), *ways_on(refusal))
    return Reply(said, tone=tone_of(refusal), items=items, actions=actions)


def _taken(room: Room, code: SlotCode, taken: SlotTaken) -> Text:
    names = sorted({each.name for each in taken.holders} - {"Booked"})
    why = f" ({', '.join(names)})." if names else ": somebody has booked it."
    return (Bold(room_name(room)), " is taken ", Stretch(code.slot), why)


def _for_a_society(call: Call, code: SlotCode, refusal: RoomieError) -> Iterator[Button]:
    """The same slot for each society of the asker's, when the room is for societies only."""
    if not isinstance(refusal, SocietyOnly) or call.known is None:
        return
    room = call.desk.picture.catalogue.room(code.room_id)
    busy = call.desk.picture.availability.schedule(room.id).taken_by(*_seconds(code.slot))
    for each in call.known.memberships[:3]:
        if rehearsal(call, each.society.id).refusal(room, code.slot, busy) is None:
            yield book_button(room, code.slot, each.society.id, f"Book for {each.society.name}")


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())
