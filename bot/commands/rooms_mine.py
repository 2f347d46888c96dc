"""`/rooms mine`: someone's bookings to come."""

from bot.chat.command import Command, CommandContext
from bot.chat.formatting import booking_item
from bot.chat.reply import Button, ButtonStyle, Code, Reply
from bot.conversation.alternatives import owner_buttons
from bot.conversation.own_bookings import upcoming_bookings

_MAX_BOOKINGS = 20


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    bookings = upcoming_bookings(context)
    if not bookings:
        find = Button("free_now", "Free now", style=ButtonStyle.PRIMARY)
        said = ("You have no bookings to come. Find a room with ", Code("/rooms free now 20 seats"), ".")
        return Reply(said, actions=(find, Button("help", "How to book")))
    items = tuple(
        booking_item(each, read_model.catalogue.rooms.get(each.room_id), *owner_buttons(context, each))
        for each in bookings[:_MAX_BOOKINGS]
    )
    count = "one booking" if len(bookings) == 1 else f"{len(bookings)} bookings"
    more = f"Only the first {_MAX_BOOKINGS} are shown." if len(bookings) > _MAX_BOOKINGS else ""
    return Reply((f"You have {count} to come.",), items=items, footer=(more,) if more else ())


COMMAND = Command(
    name="rooms mine", summary="Your bookings", usage="/rooms mine", handle=handle, aliases=("mine",)
)
