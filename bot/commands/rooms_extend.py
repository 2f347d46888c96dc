"""`/rooms extend`: keeping a room for longer, or giving back the end of a booking."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.formatting import MORE, minutes, room_name, short_id
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Reply, Stretch, Tone
from bot.conversation.alternatives import own_buttons
from bot.conversation.booking import refused
from bot.conversation.button_values import SlotCode
from bot.conversation.own_bookings import meant
from bot.conversation.search import read_words
from bot.language import Kind
from core.errors import Invalid, SlotTaken
from core.interval import Interval
from core.model.entities import Booking, BookingId
from core.policy.quota import has_quota
from core.services.bookings import widened

_LENGTH = re.compile(
    r"^(?:by |for )?(?P<less>[-−] ?|less )?\+?(?:(?P<hours>\d{1,2}(?:\.5)?) ?(?:h|hr|hrs|hours?))? ?"
    r"(?:(?P<minutes>\d{1,3}) ?(?:m|min|mins|minutes?)?)?(?P<fewer> less| earlier| shorter)?"
    r"(?: more| longer)?$"
)
_UNTIL = re.compile(r"^(?:until|till|til|to) ")
_IN_FIGURES = (("half an hour", "30m"), ("an hour", "1h"), ("one hour", "1h"), ("quarter of 1h", "15m"))


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    booking, words = meant(call, call.words)
    longer = _length(words) if _UNTIL.match(words) is None else _until(call, booking, words)
    on_grid = _on_grid(call, booking, longer)
    if on_grid != longer:
        return _offer(call, booking, on_grid)
    return await _extend(call, booking, longer)


async def press(call: Call) -> Reply:
    await call.desk.fresh()
    booking_id, _, length = call.value.partition("~")
    booking = await call.desk.bookings.get(BookingId(booking_id))
    return await _extend(call, booking, _length(length or str(MORE)))


async def _extend(call: Call, booking: Booking, longer: timedelta) -> Reply:
    try:
        moved = await call.desk.bookings.extend(booking, call.person.id, longer)
    except SlotTaken as taken:
        more = Interval.lasting(booking.interval.end, longer)
        return await refused(call, SlotCode(booking.room_id, more, booking.society_id), taken)
    after = moved.booking
    room = call.desk.picture.catalogue.room(after.room_id)
    said: list[Inline] = [Bold(room_name(room)), " is now yours ", Stretch(after.interval), "."]
    if after.society_id is None and has_quota(call.person):
        kept = " The minutes given up do not come back;" if longer < timedelta(0) and not moved.cost else ""
        said.append(f"{kept} {minutes(moved.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=own_buttons(call, after, moved.quota_left),
        footer=(f"Booking {short_id(after)}",),
        replaces=True,
    )


def _length(words: str) -> timedelta:
    said = words.strip().lower()
    for phrase, figures in _IN_FIGURES:
        said = said.replace(phrase, figures)
    match = _LENGTH.match(said)
    if match is None or not (match["hours"] or match["minutes"]):
        raise Invalid("By how long? For example: /rooms extend 21cf0a17 30 min, or -30 min to end earlier.")
    length = timedelta(hours=float(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return -length if match["less"] or match["fewer"] else length


def _until(call: Call, booking: Booking, words: str) -> timedelta:
    """What takes a booking to the end said: on the day on which it ends."""
    day = booking.interval.end.astimezone(call.desk.rules.zone)
    reading = read_words(replace(call, words=f"{day:%Y-%m-%d} {_UNTIL.sub('', words)}"))
    if reading.when is None or reading.when.kind is not Kind.INSTANT:
        raise Invalid("Until when? For example: /rooms extend 21cf0a17 until 17:00.")
    return reading.when.start - booking.interval.end


def _on_grid(call: Call, booking: Booking, longer: timedelta) -> timedelta:
    """The length that ends the booking on the grid; never less of it than was said."""
    end = booking.interval.end + longer
    if end <= booking.interval.start:
        return longer
    room = call.desk.picture.catalogue.rooms.get(booking.room_id)
    return widened(Interval(booking.interval.start, end), room, call.desk.rules).end - booking.interval.end


def _offer(call: Call, booking: Booking, longer: timedelta) -> Reply:
    """The echo; the press on it extends."""
    room = call.desk.picture.catalogue.room(booking.room_id)
    slot = Interval(booking.interval.start, booking.interval.end + longer)
    grid = minutes(call.desk.rules.grid(room))
    said = (f"Bookings end every {grid}. Shall ", Bold(room_name(room)), " be yours ", Stretch(slot), "?")
    value = f"{booking.id}~{int(longer.total_seconds()) // 60}"
    return Reply(said, actions=(Button("extend", "Yes", value, ButtonStyle.PRIMARY),))


COMMAND = Command(
    name="rooms extend",
    summary="Keep a room longer, or give back the end",
    usage="/rooms extend [ID] LENGTH|until TIME",
    answer=answer,
    takes=(
        Parameter("booking", Takes.BOOKING, "Which booking, as /rooms mine shows it"),
        Parameter("length", Takes.TEXT, "By how long: 30 min, 1h, -15 min", required=True),
    ),
    actions=(Action("extend", press),),
    also=("extend", "rooms shorten"),
    examples=("/rooms extend 21cf0a17 30 min",),
    changes_things=True,
)
