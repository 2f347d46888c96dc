"""Making a booking from chat, and telling how it went: shared by typed lines, buttons and forms."""

from datetime import UTC, datetime

from bot.codes import SlotCode
from bot.command import Call
from bot.reply import Bold, Button, ButtonStyle, Inline, Item, Reply, Stretch, Tone
from bot.wording import booking_buttons, minutes, room_name, short_id
from core.catalogue import RoomWish
from core.errors import SlotTaken
from core.interval import Interval
from core.model import Room, SocietyId
from core.policy.quota import has_quota
from core.services.book_room import Booked, BookRoom
from core.services.bookings import new_booking_id, open_hours, widened
from core.services.find_rooms import alternatives

_LONGEST_TITLE = 150


async def book(call: Call, code: SlotCode, title: str, *, offer_others: bool = True) -> Reply:
    """Hold the room, or say kindly why not and what would work."""
    person = call.person
    wish = BookRoom(
        booking_id=new_booking_id(),
        room_id=code.room_id,
        slot=code.slot,
        by=person.id,
        society_id=code.society_id,
        title=title[:_LONGEST_TITLE] if code.society_id else "",
        notes="" if code.society_id else title[:_LONGEST_TITLE],
        request=call.key,
    )
    try:
        booked = await call.desk.bookings.book(wish)
    except SlotTaken as taken:
        if not offer_others:
            raise
        return taken_reply(call, code, taken)
    return confirmation(call, booked)


def confirmation(call: Call, booked: Booked) -> Reply:
    """What was booked, and what can be done about it."""
    booking, now = booked.booking, call.desk.clock.now()
    room = call.desk.picture.catalogue.room(booking.room_id)
    said: list[Inline] = ["Booked ", Bold(room_name(room)), " for ", Stretch(booking.interval), "."]
    if booking.society_id is not None:
        society = call.desk.picture.directory.societies.get(booking.society_id)
        said.append(f" It is held for {society.name if society else booking.society_id}.")
    elif has_quota(call.person):
        said.append(f" That took {minutes(booked.cost)}; {minutes(booked.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=(*booking_buttons(booking, now), Button("share", "Share", booking.id)),
        footer=(f"Booking {short_id(booking)}",),
        replaces=False,
    )


def taken_reply(call: Call, code: SlotCode, taken: SlotTaken) -> Reply:
    """Who has it, when that may be said, and the first things that would work."""
    picture, start, end = call.desk.picture, code.slot.start, code.slot.end
    room = picture.catalogue.room(code.room_id)
    said: list[Inline] = [Bold(room_name(room)), " is taken ", Stretch(code.slot)]
    names = sorted({each.name for each in taken.holders} - {"Booked"})
    said.append(f" ({', '.join(names)})." if names else ": somebody has booked it.")
    wish = RoomWish(room=room.id, bookable_only=True, individual_only=code.society_id is None)
    closes = int(open_hours(start, room, call.desk.rules).end.timestamp())
    found = alternatives(picture.availability, wish, int(start.timestamp()), int(end.timestamp()), closes)
    items = tuple(
        _alternative(call, code.society_id, each_room, first, last)
        for option in found
        if len(option.parts) == 1
        for each_room, first, last in option.parts
    )
    if items:
        said.append(" What would work:")
    return Reply(tuple(said), tone=Tone.REFUSED, items=items)


def _alternative(call: Call, society_id: SocietyId | None, room: Room, start: int, end: int) -> Item:
    exact = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
    slot = widened(exact, room, call.desk.rules)
    button = Button("book", "Book", str(SlotCode(room.id, slot, society_id)), ButtonStyle.PRIMARY)
    return Item((Bold(room_name(room)), " ", Stretch(slot)), (), (button,))
