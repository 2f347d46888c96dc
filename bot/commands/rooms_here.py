"""`/rooms here`: checks in to a booking; *Still coming* postpones its release."""

import re
from collections.abc import Sequence

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import check_in_button, leave_button, room_name
from bot.chat.reply import (
    Bold,
    Button,
    ButtonStyle,
    Code,
    Form,
    FormInput,
    Reply,
    Subject,
    Text,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.conversation.alternatives import owner_actions, remaining_quota
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.own_bookings import (
    AmbiguousBooking,
    attended_bookings,
    attendee,
    choose_booking,
    find_booking,
    invited_bookings,
    is_own,
    which_of,
)
from core.errors import DoorCodeNeeded, NotAuthenticated
from core.model import Booking, BookingId
from core.policy.door_code import ALPHABET, LENGTH
from core.services.check_in import opens_at

_CODE = re.compile(
    rf"(?<!\w)([{ALPHABET}]{{{LENGTH // 2}}}[ -]?[{ALPHABET}]{{{LENGTH // 2}}})(?!\w)", re.IGNORECASE
)
_ENTER_CODE = "door_code"
_CODE_INPUT = FormInput("code", "The code at the door", placeholder="KXPM WRTQ")


async def handle(context: CommandContext) -> Reply:
    code, words = _code_and_words(context)
    try:
        booking = find_booking(context, words, attended_bookings(context))
    except AmbiguousBooking as ambiguous:
        opened = _opened(context, ambiguous.bookings, code)
        if len(opened) > 1:
            return choose_booking(context, which_of(opened), check_in_button)
        if not ambiguous.bookings:
            raise
        booking = opened[0] if opened else ambiguous.bookings[0]
    return await _check_in_or_ask(context, booking.id, code)


def _code_and_words(context: CommandContext) -> tuple[str, str]:
    """The door code, and the words that name a booking."""
    if context.options:
        return context.argument("code"), context.argument("booking")
    found = _CODE.search(context.text)
    if found is None:
        return "", context.text
    return found[1], f"{context.text[: found.start()]} {context.text[found.end() :]}".strip()


def _opened(context: CommandContext, bookings: Sequence[Booking], code: str) -> list[Booking]:
    """The bookings whose check-in is open; of them those in the room of the code, if there are any."""
    now, codes = context.services.clock.now(), context.services.door_codes
    opened = [each for each in bookings if opens_at(each, context.services.rules) <= now]
    return [each for each in opened if code and codes.is_valid(each.room_id, code, now)] or opened


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, lambda: _check_in_or_ask(context, BookingId(context.value)))


async def handle_code(context: CommandContext) -> Reply:
    """Opens the form for the code, and checks in with what was typed there."""
    booking_id, code = BookingId(context.value), context.request.form.get("code", "")
    form = Form(_ENTER_CODE, "Check in", (_CODE_INPUT,), submit="Check in", state=booking_id)
    if not code.strip():
        return Reply(form=form)
    try:
        return await renew_if_gone(context, lambda: _check_in(context, booking_id, code))
    except DoorCodeNeeded as refusal:
        return Reply(form=form, form_errors={_CODE_INPUT.name: str(refusal)})


async def handle_still_coming(context: CommandContext) -> Reply:
    return await renew_if_gone(context, lambda: _postpone(context, BookingId(context.value)))


async def _postpone(context: CommandContext, booking_id: BookingId) -> Reply:
    notice = await context.services.releases.still_coming(booking_id, attendee(context))
    booking = context.read_model.bookings[booking_id]
    room = context.read_model.catalogue.room(booking.room_id)
    until = Timestamp(notice.release_at, TimestampStyle.TIME)
    text: Text = ("All right. ", Bold(room_name(room)), " stays yours.")
    if notice.release_at < booking.interval.end:
        kept = (Bold(room_name(room)), " is kept for you until ", until)
        text = ("All right. ", *kept, ". Check in when you're there.")
    return Reply(text, tone=Tone.DONE, actions=(check_in_button(booking),), replaces=True)


async def _check_in_or_ask(context: CommandContext, booking_id: BookingId, code: str = "") -> Reply:
    """Checks in, or asks for the code at the door where one is needed."""
    try:
        return await _check_in(context, booking_id, code)
    except DoorCodeNeeded as refusal:
        return Reply(
            (Bold(room_name(refusal.room)), f": {refusal}"),
            tone=Tone.REFUSED,
            actions=(Button(_ENTER_CODE, "Type the code", booking_id, ButtonStyle.PRIMARY, opens=True),),
            footer=("In words: ", Code("/rooms here CODE")),
            code=refusal.code,
            subject=Subject(booking_id=booking_id),
        )


async def _check_in(context: CommandContext, booking_id: BookingId, code: str = "") -> Reply:
    requester = attendee(context)
    if requester.person_id is None and not invited_bookings(context):
        raise NotAuthenticated("Please log in first, so that Roomie knows who you are.")
    booking = await context.services.bookings.check_in(
        booking_id, requester.person_id, requester.identities, code
    )
    room = context.read_model.catalogue.room(booking.room_id)
    until = Timestamp(booking.interval.end, TimestampStyle.TIME)
    return Reply(
        ("You're checked in. ", Bold(room_name(room)), " is yours until ", until, "."),
        tone=Tone.DONE,
        actions=owner_actions(context, booking, await remaining_quota(context))
        if is_own(context, booking)
        else (leave_button(booking),),
        replaces=True,
        subject=Subject(booking_id=booking.id),
    )


COMMAND = Command(
    name="rooms here",
    summary="Check in to your booking",
    usage="/rooms here [ID] [CODE]",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),
        CommandParameter("code", ParameterType.TEXT, "The code at the door, where there is one"),
    ),
    actions=(
        ButtonAction(Action.CHECK_IN, handle_button),
        ButtonAction(_ENTER_CODE, handle_code),
        ButtonAction(Action.STILL_COMING, handle_still_coming),
    ),
    aliases=("here", "rooms check-in"),
    is_mutating=True,
)
