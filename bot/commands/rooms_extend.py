"""`/rooms extend`: makes a booking longer or shorter."""

import re
from datetime import timedelta
from functools import partial

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import EXTENSION_MINUTES, booking_text, format_minutes, room_name, short_id
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Reply, Subject, Text, TimeRange, Tone
from bot.conversation.alternatives import owner_actions, price_text
from bot.conversation.booking import move_confirmation, refusal_reply
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.button_values import SlotValue
from bot.conversation.length_changes import LengthChange, length_changes, words_for_booking
from bot.conversation.own_bookings import (
    AmbiguousBooking,
    choose_booking,
    find_booking,
    named_by_title_or_room,
)
from bot.conversation.questions import word_hint
from bot.conversation.repetition import is_repeated
from bot.conversation.search import parse_text
from bot.language import TimeKind
from core.errors import Invalid, RoomClosed, SlotTaken
from core.interval import Interval
from core.model import Booking, BookingId
from core.services.bookings import snap_to_grid

_SHORTENS = re.compile(r"^/?\s*(?:rooms )?shorten\b", re.IGNORECASE)


async def handle(context: CommandContext) -> Reply:
    text = context.argument("length") if context.options else context.text
    if _SHORTENS.match(context.request.text):
        text = f"{text} shorter"
    candidates = list(length_changes(text))
    if not candidates:
        return _ask_how_much(context, words_for_booking(text))
    doubts = list[tuple[LengthChange, AmbiguousBooking]]()
    for wanted in candidates:
        if wanted.is_guess and (context.options or not named_by_title_or_room(context, wanted.booking)):
            continue
        try:
            booking = _find(context, wanted.booking)
        except AmbiguousBooking as ambiguous:
            doubts.append((wanted, ambiguous))
            continue
        change = _change(context, booking, wanted)
        on_grid = _snap_change(context, booking, change)
        if on_grid != change:
            return _offer(context, booking, on_grid)
        return await _extend(context, booking, change)
    likeliest, doubt = doubts[0]
    return choose_booking(context, doubt, partial(_choice_button, context, likeliest))


def _find(context: CommandContext, words: str) -> Booking:
    """The booking of typed options, or that the words name."""
    chosen = context.argument("booking") if context.options else ""
    return find_booking(context, chosen or words)


def _choice_button(context: CommandContext, wanted: LengthChange, booking: Booking) -> Button:
    """The button that changes this one of several bookings as the text says."""
    change = _snap_change(context, booking, _change(context, booking, wanted))
    end = (booking.interval.end + change).astimezone(context.zone)
    minutes = int(change.total_seconds()) // 60
    return Button(Action.EXTEND, f"Until {end:%H:%M}", f"{booking.id}~{minutes}")


def _change(context: CommandContext, booking: Booking, wanted: LengthChange) -> timedelta:
    """The change in length, negative for less."""
    if wanted.end:
        return _change_to_end(context, booking, wanted.end)
    if wanted.total is not None:
        return wanted.total - booking.interval.duration
    return wanted.change or timedelta(0)


def _ask_how_much(context: CommandContext, words: str) -> Reply:
    """Asks for the length, with the booking's own id in the examples."""
    try:
        booking = _find(context, words)
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, _more_button)
    begin = f"/rooms extend {short_id(booking)}"
    text: Text = (
        "How much longer? For example: ",
        Code(f"{begin} 30 min"),
        ", or ",
        Code(f"{begin} -30 min"),
        f" to end earlier.{word_hint(context, '30 min', 'until 5pm')}",
    )
    return Reply(
        text,
        tone=Tone.UNCLEAR,
        actions=(_more_button(booking),),
        code=Invalid.code,
        subject=Subject(booking_id=booking.id, request=f"rooms extend {booking.id} {{}}"),
    )


def _more_button(booking: Booking) -> Button:
    return Button(Action.EXTEND, f"{EXTENSION_MINUTES} min more", f"{booking.id}~{EXTENSION_MINUTES}")


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, partial(_press, context))


async def _press(context: CommandContext) -> Reply:
    booking_id, _, length = context.value.partition("~")
    if re.fullmatch(r"(?:-?[0-9]{1,4})?", length) is None:
        raise Invalid("This button has expired. Please ask again.")
    booking = await context.services.bookings.get(BookingId(booking_id))
    return await _extend(context, booking, timedelta(minutes=int(length or EXTENSION_MINUTES)))


async def _extend(context: CommandContext, booking: Booking, change: timedelta) -> Reply:
    if await is_repeated(context):
        return _describe(context, booking)
    try:
        moved = await context.services.bookings.extend(booking, context.person.id, change)
    except (SlotTaken, RoomClosed) as taken:
        more = Interval.of_length(booking.interval.end, change)
        reply = await refusal_reply(context, SlotValue(booking.room_id, more, booking.society_id), taken)
        return replace(reply, subject=Subject(booking_id=booking.id))
    is_lost = change < timedelta(0) and not moved.cost
    note = "The minutes you gave up can't be refunded." if is_lost else ""
    return replace(move_confirmation(context, moved, "You now have ", note), replaces=True)


def _describe(context: CommandContext, booking: Booking) -> Reply:
    """The answer to a request that came twice: the booking as it is now."""
    room = context.read_model.catalogue.room(booking.room_id)
    return Reply(
        ("You have ", *booking_text(booking, room), "."),
        tone=Tone.DONE,
        actions=owner_actions(context, booking, None),
        subject=Subject(booking_id=booking.id),
    )


def _change_to_end(context: CommandContext, booking: Booking, text: str) -> timedelta:
    """The change in length that ends a booking at a time on the day on which it ends now."""
    day = booking.interval.end.astimezone(context.services.rules.zone)
    reading = parse_text(replace(context, text=f"{day:%Y-%m-%d} {text}"))
    if reading.when is None or reading.when.kind is not TimeKind.INSTANT:
        raise Invalid(f"Until when? For example: /rooms extend {short_id(booking)} until {day:%H:%M}.")
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
    usage="/rooms extend [ID|TITLE] LENGTH|until TIME",
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
