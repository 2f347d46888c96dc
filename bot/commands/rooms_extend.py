"""`/rooms extend`: keeping a room for longer, or giving back the end of a booking."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import EXTENSION, format_minutes, room_name, short_id
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Reply, TimeRange, Tone
from bot.conversation.alternatives import owner_buttons
from bot.conversation.booking import refusal_reply
from bot.conversation.button_values import SlotValue
from bot.conversation.own_bookings import resolve_booking
from bot.conversation.search import parse_text
from bot.language import TimeKind
from core.errors import Invalid, SlotTaken
from core.interval import Interval
from core.model.entities import Booking, BookingId
from core.policy.quota import has_quota
from core.services.bookings import snap_to_grid

_LENGTH = re.compile(
    r"^(?:by |for )?(?P<less>[-−] ?|less )?\+?(?:(?P<hours>\d{1,2}(?:\.5)?) ?(?:h|hr|hrs|hours?))? ?"
    r"(?:(?P<minutes>\d{1,3}) ?(?:m|min|mins|minutes?)?)?(?P<fewer> less| earlier| shorter)?"
    r"(?: more| longer)?$"
)
_UNTIL = re.compile(r"^(?:until|till|til|to) ")
_IN_FIGURES = (("half an hour", "30m"), ("an hour", "1h"), ("one hour", "1h"), ("quarter of 1h", "15m"))


async def handle(context: CommandContext) -> Reply:
    booking, words = resolve_booking(context, context.text)
    longer = _length(words) if _UNTIL.match(words) is None else _until(context, booking, words)
    on_grid = _on_grid(context, booking, longer)
    if on_grid != longer:
        return _offer(context, booking, on_grid)
    return await _extend(context, booking, longer)


async def handle_button(context: CommandContext) -> Reply:
    booking_id, _, length = context.value.partition("~")
    booking = await context.services.bookings.get(BookingId(booking_id))
    return await _extend(context, booking, _length(length or str(EXTENSION)))


async def _extend(context: CommandContext, booking: Booking, longer: timedelta) -> Reply:
    try:
        moved = await context.services.bookings.extend(booking, context.person.id, longer)
    except SlotTaken as taken:
        more = Interval.of_length(booking.interval.end, longer)
        return await refusal_reply(context, SlotValue(booking.room_id, more, booking.society_id), taken)
    after = moved.booking
    room = context.read_model.catalogue.room(after.room_id)
    said: list[Inline] = [Bold(room_name(room)), " is now yours ", TimeRange(after.interval), "."]
    if after.society_id is None and has_quota(context.person):
        kept = " The minutes given up do not come back;" if longer < timedelta(0) and not moved.cost else ""
        said.append(f"{kept} {format_minutes(moved.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=owner_buttons(context, after, moved.quota_left),
        footer=(f"Booking {short_id(after)}",),
        replaces=True,
    )


def _length(words: str) -> timedelta:
    said = words.strip().lower()
    for phrase, gauges in _IN_FIGURES:
        said = said.replace(phrase, gauges)
    match = _LENGTH.match(said)
    if match is None or not (match["hours"] or match["minutes"]):
        raise Invalid("By how long? For example: /rooms extend 21cf0a17 30 min, or -30 min to end earlier.")
    length = timedelta(hours=float(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return -length if match["less"] or match["fewer"] else length


def _until(context: CommandContext, booking: Booking, words: str) -> timedelta:
    """What takes a booking to the end said: on the day on which it ends."""
    day = booking.interval.end.astimezone(context.services.rules.zone)
    reading = parse_text(replace(context, text=f"{day:%Y-%m-%d} {_UNTIL.sub('', words)}"))
    if reading.when is None or reading.when.kind is not TimeKind.INSTANT:
        raise Invalid("Until when? For example: /rooms extend 21cf0a17 until 17:00.")
    return reading.when.start - booking.interval.end


def _on_grid(context: CommandContext, booking: Booking, longer: timedelta) -> timedelta:
    """The length that ends the booking on the grid; never less of it than was said."""
    end = booking.interval.end + longer
    if end <= booking.interval.start:
        return longer
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return (
        snap_to_grid(Interval(booking.interval.start, end), room, context.services.rules).end
        - booking.interval.end
    )


def _offer(context: CommandContext, booking: Booking, longer: timedelta) -> Reply:
    """The echo; the press on it extends."""
    room = context.read_model.catalogue.room(booking.room_id)
    slot = Interval(booking.interval.start, booking.interval.end + longer)
    grid = format_minutes(context.services.rules.slot_length_of(room))
    said = (f"Bookings end every {grid}. Shall ", Bold(room_name(room)), " be yours ", TimeRange(slot), "?")
    value = f"{booking.id}~{int(longer.total_seconds()) // 60}"
    return Reply(said, actions=(Button("extend", "Yes", value, ButtonStyle.PRIMARY),))


COMMAND = Command(
    name="rooms extend",
    summary="Keep a room longer, or give back the end",
    usage="/rooms extend [ID] LENGTH|until TIME",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "Which booking, as /rooms mine shows it"),
        CommandParameter("length", ParameterType.TEXT, "By how long: 30 min, 1h, -15 min", required=True),
    ),
    actions=(ButtonAction("extend", handle_button),),
    aliases=("extend", "rooms shorten"),
    examples=("/rooms extend 21cf0a17 30 min",),
    is_mutating=True,
)
