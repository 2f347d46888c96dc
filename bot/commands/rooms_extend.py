"""`/rooms extend`: makes a booking longer or shorter."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import EXTENSION_MINUTES, format_minutes, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Reply, Text, TimeRange
from bot.conversation.alternatives import price_text
from bot.conversation.booking import move_confirmation, refusal_reply
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.button_values import SlotValue
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, resolve_request
from bot.conversation.search import parse_text
from bot.language import TimeKind
from core.errors import Invalid, RoomClosed, SlotTaken
from core.interval import Interval
from core.model import Booking, BookingId
from core.services.bookings import snap_to_grid

_LENGTH = re.compile(
    r"^(?:by |for )?(?P<less>[-−] ?|less )?\+?(?:(?P<hours>\d{1,2}(?:\.5)?) ?(?:h|hr|hrs|hours?))? ?"
    r"(?:(?P<minutes>\d{1,3}) ?(?:m|min|mins|minutes?)?)?(?P<fewer> less| earlier| shorter)?"
    r"(?: more| longer)?$"
)
_UNTIL = re.compile(r"^(?:until|till|til|to) ", re.IGNORECASE)
_IN_FIGURES = (("half an hour", "30m"), ("an hour", "1h"), ("one hour", "1h"), ("quarter of 1h", "15m"))


async def handle(context: CommandContext) -> Reply:
    try:
        booking, text = resolve_request(context)
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, partial(_choice_button, context))
    change = _parse_change(context, booking, context.argument("length") if context.options else text)
    on_grid = _snap_change(context, booking, change)
    if on_grid != change:
        return _offer(context, booking, on_grid)
    return await _extend(context, booking, change)


def _choice_button(context: CommandContext, booking: Booking) -> Button:
    """The button that changes this one of several bookings as the text says."""
    change = _snap_change(
        context, booking, _parse_change(context, booking, context.argument("length").strip())
    )
    end = (booking.interval.end + change).astimezone(context.zone)
    minutes = int(change.total_seconds()) // 60
    return Button(Action.EXTEND, f"Until {end:%H:%M}", f"{booking.id}~{minutes}")


def _parse_change(context: CommandContext, booking: Booking, text: str) -> timedelta:
    return _parse_length(text) if _UNTIL.match(text) is None else _parse_end(context, booking, text)


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, partial(_press, context))


async def _press(context: CommandContext) -> Reply:
    booking_id, _, length = context.value.partition("~")
    booking = await context.services.bookings.get(BookingId(booking_id))
    return await _extend(context, booking, _parse_length(length or str(EXTENSION_MINUTES)))


async def _extend(context: CommandContext, booking: Booking, change: timedelta) -> Reply:
    try:
        moved = await context.services.bookings.extend(booking, context.person.id, change)
    except (SlotTaken, RoomClosed) as taken:
        more = Interval.of_length(booking.interval.end, change)
        return await refusal_reply(context, SlotValue(booking.room_id, more, booking.society_id), taken)
    is_lost = change < timedelta(0) and not moved.cost
    note = "The minutes you gave up can't be refunded." if is_lost else ""
    return replace(move_confirmation(context, moved, "You now have ", note), replaces=True)


def _parse_length(text: str) -> timedelta:
    """The change in length, negative for less."""
    text = text.strip().lower()
    for phrase, figures in _IN_FIGURES:
        text = text.replace(phrase, figures)
    match = _LENGTH.match(text)
    if match is None or not (match["hours"] or match["minutes"]):
        raise Invalid(
            "How much longer? For example: /rooms extend 21cf0a17 30 min, or -30 min to end earlier."
        )
    length = timedelta(hours=float(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return -length if match["less"] or match["fewer"] else length


def _parse_end(context: CommandContext, booking: Booking, text: str) -> timedelta:
    """The change in length that ends a booking at a time on the day on which it ends now."""
    day = booking.interval.end.astimezone(context.services.rules.zone)
    reading = parse_text(replace(context, text=f"{day:%Y-%m-%d} {_UNTIL.sub('', text)}"))
    if reading.when is None or reading.when.kind is not TimeKind.INSTANT:
        raise Invalid("Until when? For example: /rooms extend 21cf0a17 until 17:00.")
    return reading.when.start - booking.interval.end


def _snap_change(context: CommandContext, booking: Booking, change: timedelta) -> timedelta:
    """The change in length, rounded up so that the booking ends on the grid."""
    end = booking.interval.end + change
    if end <= booking.interval.start:
        return change
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return (
        snap_to_grid(Interval(booking.interval.start, end), room, context.services.rules).end
        - booking.interval.end
    )


def _offer(context: CommandContext, booking: Booking, change: timedelta) -> Reply:
    """Asks for a confirmation; its button extends."""
    room = context.read_model.catalogue.room(booking.room_id)
    slot = Interval(booking.interval.start, booking.interval.end + change)
    step = format_minutes(context.services.rules.slot_length_of(room))
    text: Text = (
        f"Bookings run in steps of {step}. Change ",
        Bold(room_name(room)),
        " to ",
        TimeRange(slot),
        "?",
    )
    minutes = int(change.total_seconds()) // 60
    price = price_text(context, minutes, booking.society_id) if minutes > 0 else ""
    text = (*text, f" It {price}.") if price else text
    value = f"{booking.id}~{minutes}"
    return Reply(text, actions=(Button(Action.EXTEND, "Yes", value, ButtonStyle.PRIMARY),))


COMMAND = Command(
    name="rooms extend",
    summary="Extend or shorten a booking",
    usage="/rooms extend [ID] LENGTH|until TIME",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),
        CommandParameter("length", ParameterType.TEXT, "How much longer: 30 min, 1h, -15 min", required=True),
    ),
    actions=(ButtonAction(Action.EXTEND, handle_button),),
    aliases=("extend", "rooms shorten"),
    examples=("/rooms extend 21cf0a17 30 min",),
    is_mutating=True,
)
