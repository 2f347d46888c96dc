"""A booking that is offered to somebody, alone or in exchange for theirs; and what they answered."""

from bot.chat.command import CommandContext
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Inline, Reply, TimeRange, Tone
from bot.conversation.guest_list import person_name
from bot.conversation.transfer_offers import offer_reply
from bot.notifications.template import NotificationType
from core.model import OutboxMessage, TransferState
from core.services.sharing import TRANSFER_ANSWER, TRANSFER_OFFER, TransferAnswer, is_waiting


async def compose_offer(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once it was answered, taken back or replaced, or the booking was moved or cancelled."""
    booking = context.read_model.bookings.get(message.booking_id) if message.booking_id else None
    transfer = booking.transfer if booking is not None else None
    if booking is None or transfer is None or transfer.id != message.payload:
        return None
    if not is_waiting(booking, transfer, context.services.clock.now()):
        return None
    return offer_reply(context, booking, transfer)


async def compose_answer(context: CommandContext, message: OutboxMessage) -> Reply | None:
    answer = TransferAnswer.read(message.payload)
    room = context.read_model.catalogue.rooms.get(answer.room_id)
    place: tuple[Inline, ...] = (
        Bold(room_name(room) if room else answer.room_id),
        ", ",
        TimeRange(answer.interval),
    )
    who = person_name(context, answer.by)
    if answer.answer is TransferState.ACCEPTED:
        what = " swapped with you. They now have " if answer.is_swap else " accepted your booking: "
        rest = ", and you have theirs: see /rooms mine." if answer.is_swap else " is theirs now."
        return Reply((who, what, *place, rest), tone=Tone.DONE)
    what = (
        " would rather not swap. You still have "
        if answer.is_swap
        else " can't take your booking. You still have "
    )
    return Reply((who, what, *place, "."))


TRANSFER_OFFER_TYPE = NotificationType(TRANSFER_OFFER, compose_offer)
TRANSFER_ANSWER_TYPE = NotificationType(TRANSFER_ANSWER, compose_answer)
