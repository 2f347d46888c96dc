"""A booking that was offered to somebody: the offer as they see it, with *Accept* and *No thanks*."""

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, format_minutes, quota_left_text, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Reply, ReplyItem, Text, TimeRange, Timestamp
from bot.conversation.guest_list import owner_name, person_name
from core.errors import Invalid
from core.model import Booking, BookingId, Transfer
from core.services.sharing import AcceptedTransfer


def offer_reply(context: CommandContext, booking: Booking, transfer: Transfer) -> Reply:
    """The offer for its recipient."""
    text = (*_offer_text(context, booking, transfer), ". The offer stands until ")
    return Reply((*text, Timestamp(transfer.expires_at), "."), actions=_answers(booking, transfer))


def offer_item(context: CommandContext, booking: Booking, transfer: Transfer) -> ReplyItem:
    """The offer as an item of the recipient's list, for those whom no message reaches."""
    until: Text = ("until ", Timestamp(transfer.expires_at))
    return ReplyItem(_offer_text(context, booking, transfer), until, _answers(booking, transfer))


def _offer_text(context: CommandContext, booking: Booking, transfer: Transfer) -> Text:
    owner = owner_name(context, booking)
    if transfer.swap_with is None:
        return (owner, " offers you ", *place_text(context, booking))
    swap = context.read_model.bookings.get(transfer.swap_with)
    yours: Text = place_text(context, swap) if swap is not None else ("booking",)
    return (owner, " would like to swap: ", *place_text(context, booking), " for your ", *yours)


def _answers(booking: Booking, transfer: Transfer) -> tuple[Button, Button]:
    value = f"{booking.id}~{transfer.id}"
    return (
        Button(Action.ACCEPT, "Accept", value, ButtonStyle.PRIMARY),
        Button(Action.DECLINE, "No thanks", value),
    )


def place_text(context: CommandContext, booking: Booking) -> Text:
    """`Wren G02, Thu 12 Mar, 15:00–16:00`: without the title, which the owner gave it."""
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return Bold(room_name(room) if room else booking.room_id), ", ", TimeRange(booking.interval)


def read_offer(context: CommandContext) -> tuple[BookingId, str]:
    """The booking and the offer that a button carries."""
    booking_id, _, transfer_id = context.value.partition("~")
    if not booking_id or not transfer_id:
        raise Invalid("This button has expired. Please ask for a new offer.")
    return BookingId(booking_id), transfer_id


def offered_reply(context: CommandContext, booking: Booking, transfer: Transfer) -> Reply:
    """What was offered, for the one who did. With whom a swap would be is shown when they have accepted."""
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    what: Text = ("You've offered ", *booking_text(booking, room), " to ", person_name(context, transfer.to))
    if transfer.swap_with is not None:
        swap = context.read_model.bookings.get(transfer.swap_with)
        theirs = place_text(context, swap) if swap is not None else ("their booking",)
        what = ("You've offered ", *booking_text(booking, room), " in exchange for ", *theirs)
    text: Text = (*what, ". It stays yours unless they accept by ", Timestamp(transfer.expires_at), ".")
    return Reply(text, actions=(Button(Action.TAKE_BACK, "Take it back", booking.id),), replaces=True)


def accepted_text(context: CommandContext, accepted: AcceptedTransfer) -> Text:
    """What the recipient has now, and what it cost them."""
    room = context.read_model.catalogue.rooms.get(accepted.booking.room_id)
    text: list[Inline] = ["It's yours: ", *booking_text(accepted.booking, room), "."]
    if accepted.cost > 0:
        text.append(f" It cost {format_minutes(accepted.cost)} of your quota.")
    elif accepted.cost < 0:
        text.append(f" You get {format_minutes(-accepted.cost)} back.")
    if accepted.cost:
        text.append(f" {quota_left_text(accepted.quota_left)}")
    return tuple(text)
