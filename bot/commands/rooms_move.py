"""`/rooms move`: having a booking at another time, in another room, or both."""

from dataclasses import replace

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.formatting import minutes, room_name, short_id
from bot.chat.reply import Bold, Code, Inline, Reply, Stretch, Tone
from bot.conversation.alternatives import move_button, own_buttons
from bot.conversation.booking import CURABLE, refused
from bot.conversation.button_values import MoveCode, SlotCode, named
from bot.conversation.own_bookings import meant, mine
from bot.conversation.search import confusion, read_words
from bot.language import Kind, Reading, When
from core.errors import NoSuchBooking
from core.interval import Interval
from core.model.entities import Booking, Room
from core.policy.quota import has_quota
from core.services.bookings import widened
from core.services.move_booking import Moved


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    booking, words = meant(call, call.words)
    reading = read_words(replace(call, words=words))
    if (confused := confusion(reading)) is not None:
        return confused
    when = reading.when
    if reading.room is None and (when is None or when.kind not in {Kind.INSTANT, Kind.RANGE}):
        return _where_to(call, booking)
    room = picture.catalogue.room(reading.room or booking.room_id)
    said = _slot(booking, when)
    slot = widened(said, room, call.desk.rules)
    if slot != said or reading.leftover or reading.alternatives:
        return _offer(reading, booking, room, slot)
    return await _move(call, booking, room, slot)


async def press(call: Call) -> Reply:
    """A Move button: where to was shown when it was pressed."""
    picture = await call.desk.fresh()
    code = MoveCode.read(call.value)
    booking = next((each for each in mine(call) if each.id.startswith(code.booking_id)), None)
    if booking is None or not code.booking_id:
        raise NoSuchBooking
    room = picture.catalogue.room(named(code.room_id, picture.catalogue.rooms))
    return await _move(call, booking, room, code.slot)


def _where_to(call: Call, booking: Booking) -> Reply:
    room = next(iter(call.desk.picture.catalogue.rooms), booking.room_id)
    begin = f"/rooms move {short_id(booking)}"
    said = ("Where or when to? For example: ", Code(f"{begin} fri 3pm"), ", or ", Code(f"{begin} {room}"))
    return Reply(said, tone=Tone.CONFUSED)


def _slot(booking: Booking, when: When | None) -> Interval:
    """As long as before where no end was said, and at the same time where only a room was."""
    if when is None or when.kind not in {Kind.INSTANT, Kind.RANGE}:
        return booking.interval
    if when.end is None:
        return Interval.lasting(when.start, booking.interval.duration)
    return Interval(when.start, when.end)


def _offer(reading: Reading, booking: Booking, room: Room, slot: Interval) -> Reply:
    """The echo; the press on it moves."""
    said: list[Inline] = ["Move to ", Bold(room_name(room)), " ", Stretch(slot), "?"]
    if reading.leftover:
        said.append(f" I could not place: {', '.join(reading.leftover)}.")
    return Reply(tuple(said), actions=(move_button(booking, room, slot, "Move it"),))


async def _move(call: Call, booking: Booking, room: Room, slot: Interval) -> Reply:
    try:
        moved = await call.desk.bookings.move(booking, call.person.id, slot, room.id)
    except CURABLE as refusal:
        return await refused(call, SlotCode(room.id, slot, booking.society_id), refusal, booking)
    return _moved(call, moved)


def _moved(call: Call, moved: Moved) -> Reply:
    after = moved.booking
    room = call.desk.picture.catalogue.room(after.room_id)
    said: list[Inline] = ["Moved to ", Bold(room_name(room)), " ", Stretch(after.interval), "."]
    if after.society_id is None and has_quota(call.person):
        said.append(f" {minutes(moved.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=own_buttons(call, after, moved.quota_left),
        footer=(f"Booking {short_id(after)}",),
    )


COMMAND = Command(
    name="rooms move",
    summary="Have a booking at another time or in another room",
    usage="/rooms move [ID] WHEN|ROOM",
    answer=answer,
    takes=(
        Parameter("booking", Takes.BOOKING, "Which booking, as /rooms mine shows it"),
        Parameter("room", Takes.ROOM, "The room to move to"),
        Parameter("when", Takes.WHEN, "The time to move to"),
    ),
    actions=(Action("move", press),),
    also=("move",),
    examples=("/rooms move 21cf0a17 friday 3pm", "/rooms move 21cf0a17 K-J17-G03"),
    changes_things=True,
)
