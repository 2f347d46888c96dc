"""`/rooms move`: having a booking at another time, in another room, or both."""

from dataclasses import replace

from bot.command import Call, Command, Parameter, Takes
from bot.language import Kind, When
from bot.own_bookings import meant
from bot.reply import Bold, Inline, Reply, Stretch, Tone
from bot.wishes import confusion, read_words
from bot.wording import booking_buttons, minutes, room_name, short_id
from core.interval import Interval
from core.model import Booking
from core.policy.quota import has_quota
from core.services.move_booking import Moved


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    booking, words = meant(call, call.words)
    reading = read_words(replace(call, words=words))
    if (confused := confusion(reading)) is not None:
        return confused
    when = reading.when
    if reading.room is None and (when is None or when.kind not in {Kind.INSTANT, Kind.RANGE}):
        return Reply(
            ("Where or when to? For example: /rooms move 21cf0a17 fri 3pm, or /rooms move 21cf0a17 G03",),
            tone=Tone.CONFUSED,
        )
    slot = _slot(booking, when)
    room_id = picture.catalogue.room(reading.room).id if reading.room is not None else None
    return _moved(call, await call.desk.bookings.move(booking, call.person.id, slot, room_id))


def _slot(booking: Booking, when: When | None) -> Interval:
    """As long as before where no end was said, and at the same time where only a room was."""
    if when is None or when.kind not in {Kind.INSTANT, Kind.RANGE}:
        return booking.interval
    if when.end is None:
        return Interval.lasting(when.start, booking.interval.duration)
    return Interval(when.start, when.end)


def _moved(call: Call, moved: Moved) -> Reply:
    after = moved.booking
    room = call.desk.picture.catalogue.room(after.room_id)
    said: list[Inline] = ["Moved to ", Bold(room_name(room)), " ", Stretch(after.interval), "."]
    if after.society_id is None and has_quota(call.person):
        said.append(f" {minutes(moved.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=booking_buttons(after, call.desk.clock.now()),
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
    also=("move",),
    examples=("/rooms move 21cf0a17 friday 3pm", "/rooms move 21cf0a17 K-J17-G03"),
    changes_things=True,
)
