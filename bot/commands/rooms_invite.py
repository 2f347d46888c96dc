"""`/rooms invite`: invites people to a booking."""

from functools import partial
from uuid import uuid4

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import booking_text, guests_button
from bot.chat.reply import Button, ButtonStyle, Inline, Reply, Tone
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.guest_drafts import load_guests, store_guests
from bot.conversation.guest_list import names, seats_note
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, find_booking
from bot.conversation.people_arguments import people_in
from core.model import BookingId, Guest

_EXAMPLE = "/rooms invite @rema"
_INVITE = "invite"


async def handle(context: CommandContext) -> Reply:
    argument = people_in(context, _EXAMPLE)
    try:
        booking = find_booking(context, argument.rest)
    except AmbiguousBooking as ambiguous:
        draft = await store_guests(context, uuid4().hex[:16], argument.people)
        return choose_booking(
            context,
            ambiguous,
            lambda each: Button(_INVITE, "Invite", f"{draft}~{each.id}", ButtonStyle.PRIMARY),
        )
    return await _invite(context, booking.id, argument.people)


async def handle_button(context: CommandContext) -> Reply:
    draft, _, booking_id = context.value.partition("~")
    guests = await load_guests(context, draft)
    return await renew_if_gone(context, partial(_invite, context, BookingId(booking_id), guests))


async def _invite(context: CommandContext, booking_id: BookingId, guests: tuple[Guest, ...]) -> Reply:
    result = await context.services.sharing.invite(booking_id, context.person.id, guests)
    booking = result.booking
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    text: list[Inline] = []
    if result.invited:
        text += ["Invited ", *names(context, result.invited), " to ", *booking_text(booking, room), "."]
    if result.already:
        verb = "was" if len(result.already) == 1 else "were"
        text += [" "] if text else []
        text += [*names(context, result.already), f" {verb} invited before."]
    if not text:
        text = ["That's your own booking: you're on it already. Name somebody else to invite."]
    text.append(seats_note(context, booking))
    tone = Tone.DONE if result.invited else Tone.INFO
    return Reply(tuple(filter(None, text)), tone=tone, actions=(guests_button(booking),), replaces=True)


COMMAND = Command(
    name="rooms invite",
    summary="Invite people to your booking",
    usage="/rooms invite @user [@user …] [to BOOKING]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "The person to invite", required=True),
        CommandParameter("user2", ParameterType.PERSON, "Another person"),
        CommandParameter("user3", ParameterType.PERSON, "Another person"),
        CommandParameter("booking", ParameterType.BOOKING, "Your booking, if you have several"),
    ),
    actions=(ButtonAction(_INVITE, handle_button),),
    aliases=("invite",),
    examples=("/rooms invite @rema @emily", "/rooms invite @rema to my 5pm"),
    is_mutating=True,
)
