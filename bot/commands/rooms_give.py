"""`/rooms give`: offers a booking to somebody, who accepts it or not."""

from functools import partial

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import booking_buttons
from bot.chat.reply import Button, ButtonStyle, Reply, Tone
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.calendar_buttons import calendar_buttons
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, find_booking
from bot.conversation.people_arguments import people_in
from bot.conversation.transfer_offers import accepted_text, offered_reply, place_text, read_offer
from core.errors import Invalid, UnknownBooking
from core.model import BookingId, PersonId
from core.services.sharing import TransferClosed

_EXAMPLE = "/rooms give my 5pm to @rema"
_GIVE = "give"


async def handle(context: CommandContext) -> Reply:
    argument = people_in(context, _EXAMPLE, is_last=True)
    to = argument.account
    try:
        booking = find_booking(context, argument.rest)
    except AmbiguousBooking as ambiguous:
        return choose_booking(
            context, ambiguous, lambda each: Button(_GIVE, "Give", f"{each.id}~{to}", ButtonStyle.PRIMARY)
        )
    return await _give(context, booking.id, to)


async def handle_button(context: CommandContext) -> Reply:
    booking_id, _, to = context.value.partition("~")
    if not to.isdecimal() or len(to) > 18:
        raise Invalid("This button has expired. Please ask again.")
    return await renew_if_gone(context, partial(_give, context, BookingId(booking_id), PersonId(int(to))))


async def _give(context: CommandContext, booking_id: BookingId, to: PersonId) -> Reply:
    booking = await context.services.sharing.offer(booking_id, context.person.id, to)
    if booking.transfer is None:
        raise UnknownBooking
    return offered_reply(context, booking, booking.transfer)


async def accept(context: CommandContext) -> Reply:
    booking_id, transfer_id = read_offer(context)
    try:
        accepted = await context.services.sharing.accept(booking_id, transfer_id, context.person.id)
    except UnknownBooking as gone:
        raise TransferClosed("This booking no longer exists, so there is nothing left to take.") from gone
    buttons = booking_buttons(accepted.booking, context.services.clock.now(), can_extend=False)
    buttons += calendar_buttons(context, accepted.booking)
    return Reply(accepted_text(context, accepted), tone=Tone.DONE, actions=buttons, replaces=True)


async def decline(context: CommandContext) -> Reply:
    booking_id, transfer_id = read_offer(context)
    try:
        booking = await context.services.sharing.decline(booking_id, transfer_id, context.person.id)
    except UnknownBooking as gone:
        raise TransferClosed("This booking no longer exists.") from gone
    text = ("All right, you've said no to ", *place_text(context, booking), ".")
    return Reply(text, tone=Tone.DONE, replaces=True)


async def take_back(context: CommandContext) -> Reply:
    return await renew_if_gone(context, partial(_take_back, context))


async def _take_back(context: CommandContext) -> Reply:
    booking = await context.services.sharing.withdraw(BookingId(context.value), context.person.id)
    text = ("You keep ", *place_text(context, booking), ". The offer is taken back.")
    return Reply(text, tone=Tone.DONE, replaces=True)


COMMAND = Command(
    name="rooms give",
    summary="Give a booking to somebody else",
    usage="/rooms give [BOOKING] @user",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "The person to give it to", required=True),
        CommandParameter("booking", ParameterType.BOOKING, "Your booking, if you have several"),
    ),
    actions=(
        ButtonAction(_GIVE, handle_button),
        ButtonAction(Action.ACCEPT, accept),
        ButtonAction(Action.DECLINE, decline),
        ButtonAction(Action.TAKE_BACK, take_back),
    ),
    examples=("/rooms give @rema", "/rooms give my 5pm to @rema"),
    is_mutating=True,
)
