"""`/rooms repeat`: makes a series of a booking; the buttons of all series are handled here."""

import re

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import one_line, short_id
from bot.chat.reply import Reply
from bot.conversation.own_bookings import AmbiguousBooking, resolve_request
from bot.conversation.series_change import press_cancel, press_change
from bot.conversation.series_end import ask_for_end_of
from bot.conversation.series_preview import press_preview, series_preview
from bot.conversation.series_text import read_rule_text
from bot.conversation.series_views import FORM, open_form, press_view, submit_form
from core.errors import Invalid
from core.model import Booking

_OWN_BOOKING = re.compile(r"^\s*(?:my|the|this|our)\s+(?:booking|reservation|room)\s+", re.IGNORECASE)


async def handle(context: CommandContext) -> Reply:
    booking, text = _single_booking(context)
    text = context.argument("often") if context.options else _OWN_BOOKING.sub("", text)
    if booking.series_id is not None:
        raise Invalid("That booking is part of a series. Change the end of the series instead: /rooms mine")
    rule = read_rule_text(context, text, booking.interval.start)
    request = context.services.series.from_booking(booking, rule)
    if rule.until is None and rule.count is None:
        command = f"/rooms repeat {short_id(booking)}"
        return await ask_for_end_of(context, request, command, one_line(text), "every week", booking)
    return await series_preview(context, request, adopt=booking)


def _single_booking(context: CommandContext) -> tuple[Booking, str]:
    """The booking that is meant (without an id the only single one), and the rest of the text."""
    try:
        return resolve_request(context)
    except AmbiguousBooking as ambiguous:
        singles = [each for each in ambiguous.bookings if each.series_id is None]
        if len(singles) != 1:
            raise
        return singles[0], _OWN_BOOKING.sub("", context.text)


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
