"""`/rooms swap`: offers one of the requester's bookings in exchange for somebody else's."""

import re
from functools import partial

from msgspec.structs import replace

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, ButtonStyle, Reply
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, find_booking
from bot.conversation.search import parse_text
from bot.conversation.transfer_offers import offered_reply
from core.errors import Invalid, UnknownBooking
from core.model import Booking, BookingId, BookingState

_SWAP = "swap"
_WITH = re.compile(r"(?:^|\s)(?:with|for|against)\s", re.IGNORECASE)
_ID = re.compile(r"#?([0-9a-fA-F]{8}(?:-[0-9a-fA-F-]{0,27})?)")
_HOW = "Say which booking you'd like, for example: /rooms swap my 5pm with Wren G02 at 3pm"


async def handle(context: CommandContext) -> Reply:
    mine, theirs = _arguments(context)
    wanted = _wanted(context, theirs)
    try:
        booking = find_booking(context, mine)
    except AmbiguousBooking as ambiguous:
        return choose_booking(
            context,
            ambiguous,
            lambda each: Button(_SWAP, "Swap", f"{each.id[:18]}~{wanted.id}", ButtonStyle.PRIMARY),
        )
    return await _swap(context, booking.id, wanted)


def _arguments(context: CommandContext) -> tuple[str, str]:
    """What each of the two bookings is called."""
    if context.options:
        return context.options.get("booking", ""), context.options.get("with", "")
    places = [*_WITH.finditer(context.text)]
    if not places:
        raise Invalid(_HOW)
    first = next((each for each in places if "with" in each[0].casefold()), places[0])
    return context.text[: first.start()].strip(), context.text[first.end() :].strip()


def _wanted(context: CommandContext, text: str) -> Booking:
    """Somebody else's booking, by its id or by its room and time: whose it is stays untold."""
    if match := _ID.fullmatch(text):
        bookings = context.read_model.bookings.values()
        found = [each for each in bookings if each.id.startswith(match[1].lower())]
    else:
        found = _at(context, text)
    own = context.person.id
    found = [each for each in found if each.state is BookingState.ACTIVE]
    found = [each for each in found if each.booked_by != own and each.booked_by is not None]
    if len(found) != 1:
        raise Invalid(f"I can't find one booking of somebody else's there. {_HOW}")
    return found[0]


def _at(context: CommandContext, text: str) -> list[Booking]:
    reading = parse_text(replace(context, text=text))
    if reading.room is None or reading.when is None:
        raise Invalid(_HOW)
    start = reading.when.start
    return [each for each in context.read_model.in_room(reading.room) if each.interval.contains(start)]


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, partial(_chosen, context))


async def _chosen(context: CommandContext) -> Reply:
    start, _, wanted = context.value.partition("~")
    own = context.services.bookings.upcoming(context.person.id)
    booking = next((each for each in own if start and each.id.startswith(start)), None)
    if booking is None:
        raise UnknownBooking
    return await _swap(context, booking.id, await context.services.bookings.get(BookingId(wanted)))


async def _swap(context: CommandContext, booking_id: BookingId, wanted: Booking) -> Reply:
    if wanted.booked_by is None:
        raise UnknownBooking
    sharing = context.services.sharing
    booking = await sharing.offer(booking_id, context.person.id, wanted.booked_by, wanted)
    if booking.transfer is None:
        raise UnknownBooking
    return offered_reply(context, booking, booking.transfer)


COMMAND = Command(
    name="rooms swap",
    summary="Swap a booking with somebody",
    usage="/rooms swap [BOOKING] with ID | ROOM WHEN",
    handle=handle,
    parameters=(
        CommandParameter(
            "with", ParameterType.TEXT, "Their booking: its id, or room and time", required=True
        ),
        CommandParameter("booking", ParameterType.BOOKING, "Your booking, if you have several"),
    ),
    actions=(ButtonAction(_SWAP, handle_button),),
    examples=("/rooms swap my 5pm with Wren G02 3pm",),
    is_mutating=True,
)
