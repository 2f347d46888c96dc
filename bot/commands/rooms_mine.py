"""`/rooms mine`: lists the requester's upcoming bookings."""

from msgspec.structs import replace

from bot.chat.command import Command, CommandContext
from bot.chat.reply import Reply
from bot.conversation.booking_list import booking_page

_MAX_DIGITS = 4


async def handle(context: CommandContext) -> Reply:
    """The first page, or the one of the pressed button."""
    page = context.value
    if not (page.isascii() and page.isdecimal() and len(page) <= _MAX_DIGITS):
        return await booking_page(context)
    return replace(await booking_page(context, int(page)), replaces=True)


COMMAND = Command(
    name="rooms mine",
    summary="See your bookings",
    usage="/rooms mine",
    handle=handle,
    aliases=("mine", "rooms list", "rooms bookings"),
)
