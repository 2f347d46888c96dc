"""`/rooms repeat`: makes a series of a booking; the buttons of all series are handled here."""

import re
from functools import partial

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import short_id
from bot.chat.reply import Button, Reply
from bot.conversation.button_values import RepeatValue
from bot.conversation.own_bookings import (
    AmbiguousBooking,
    choose_booking,
    resolve_request,
    upcoming_bookings,
)
from bot.conversation.series_change import press_cancel, press_change
from bot.conversation.series_end import ask_for_end_of
from bot.conversation.series_preview import press_preview, series_preview
from bot.conversation.series_text import read_rule_text
from bot.conversation.series_views import FORM, open_form, press_view, submit_form
from core.errors import Invalid, UnknownBooking
from core.model import Booking
from core.names import one_line

_REPEAT = "repeat"
_OWN_BOOKING = re.compile(r"^\s*(?:my|the|this|our)\s+(?:booking|reservation|room)\s+", re.IGNORECASE)


async def handle(context: CommandContext) -> Reply:
    often = context.argument("often")
    try:
        booking, rest = resolve_request(context)
    except AmbiguousBooking as ambiguous:
        singles = [each for each in ambiguous.bookings if each.series_id is None]
        if len(singles) != 1:
            return choose_booking(context, ambiguous, partial(_choice_button, often))
        booking, rest = singles[0], context.text
    return await _repeat(context, booking, often if context.options else _OWN_BOOKING.sub("", rest))


async def _repeat(context: CommandContext, booking: Booking, often: str) -> Reply:
    if booking.series_id is not None:
        raise Invalid("That booking is part of a series. Change the end of the series instead: /rooms mine")
    rule = read_rule_text(context, often, booking.interval.start)
    request = context.services.series.from_booking(booking, rule)
    if rule.until is None and rule.count is None:
        command = f"/rooms repeat {short_id(booking)}"
        return await ask_for_end_of(context, request, command, one_line(often), "every week", booking)
    return await series_preview(context, request, adopt=booking)


def _choice_button(often: str, booking: Booking) -> Button | None:
    """The button that repeats this one of several bookings; None for one that is repeated already."""
    if booking.series_id is not None:
        return None
    value = RepeatValue(booking.id, often)
    return Button(_REPEAT, "Repeat this one", str(value))


async def press_repeat(context: CommandContext) -> Reply:
    value = RepeatValue.read(context.value)
    found = (each for each in upcoming_bookings(context) if each.id.startswith(value.booking_id))
    booking = next(found, None)
    if booking is None:
        raise UnknownBooking
    return await _repeat(context, booking, value.often)


COMMAND = Command(
    name="rooms repeat",
    summary="Repeat a booking as a series",
    usage="/rooms repeat [ID] every week until DAY",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),
        CommandParameter(
            "often", ParameterType.TEXT, "How often: every week until 1 may, weekly 10 times", required=True
        ),
    ),
    actions=(
        ButtonAction(_REPEAT, press_repeat),
        ButtonAction(Action.SERIES_BOOK, press_preview),
        ButtonAction(Action.SERIES, press_view),
        ButtonAction(Action.SERIES_CANCEL, press_cancel),
        ButtonAction(Action.SERIES_CHANGE, press_change),
        ButtonAction(Action.SERIES_EDIT, open_form),
        ButtonAction(FORM, submit_form),
    ),
    aliases=("repeat",),
    examples=("/rooms repeat 21cf0a17 every week until 1 may", "/rooms repeat 21cf0a17 weekly 10 times"),
    is_mutating=True,
)
