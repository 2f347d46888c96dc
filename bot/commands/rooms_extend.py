"""`/rooms extend`: keeping a room for longer, or giving back the end of a booking."""

import re
from datetime import timedelta

from bot.command import Action, Call, Command, Parameter, Takes
from bot.own_bookings import meant
from bot.reply import Bold, Inline, Reply, Stretch, Tone
from bot.wording import booking_buttons, minutes, room_name, short_id
from core.errors import Invalid
from core.model import Booking, BookingId
from core.policy.quota import has_quota

_LENGTH = re.compile(
    r"^(?:by |for )?(?P<less>-|less )?\+?(?:(?P<hours>\d{1,2}(?:\.5)?) ?(?:h|hr|hrs|hours?))? ?"
    r"(?:(?P<minutes>\d{1,3}) ?(?:m|min|mins|minutes?)?)?$"
)


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    booking, words = meant(call, call.words)
    return await _extend(call, booking, _length(words))


async def press(call: Call) -> Reply:
    await call.desk.fresh()
    booking_id, _, length = call.value.partition("~")
    booking = await call.desk.bookings.get(BookingId(booking_id))
    return await _extend(call, booking, _length(length or "30"))


async def _extend(call: Call, booking: Booking, longer: timedelta) -> Reply:
    moved = await call.desk.bookings.extend(booking, call.person.id, longer)
    after = moved.booking
    room = call.desk.picture.catalogue.room(after.room_id)
    said: list[Inline] = [Bold(room_name(room)), " is now yours ", Stretch(after.interval), "."]
    if after.society_id is None and has_quota(call.person):
        said.append(f" {minutes(moved.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=booking_buttons(after, call.desk.clock.now()),
        footer=(f"Booking {short_id(after)}",),
        replaces=True,
    )


def _length(words: str) -> timedelta:
    match = _LENGTH.match(words.strip().lower())
    if match is None or not (match["hours"] or match["minutes"]):
        raise Invalid("By how long? For example: /rooms extend 21cf0a17 30 min, or -30 min to end earlier.")
    length = timedelta(hours=float(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return -length if match["less"] else length


COMMAND = Command(
    name="rooms extend",
    summary="Keep a room longer, or give back the end",
    usage="/rooms extend [ID] LENGTH",
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
