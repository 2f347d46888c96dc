"""`/rooms mine`: lists the requester's upcoming bookings."""

from bot.chat.actions import Action
from bot.chat.command import Command, CommandContext
from bot.chat.formatting import booking_item
from bot.chat.reply import Button, ButtonStyle, Code, Reply
from bot.conversation.alternatives import owner_buttons
from bot.conversation.own_bookings import upcoming_bookings
from bot.conversation.term_notes import week_note

_MAX_BOOKINGS = 20


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    bookings = upcoming_bookings(context)
    if not bookings:
        find = Button(Action.FREE_NOW, "Free now", style=ButtonStyle.PRIMARY)
        text = ("You have no upcoming bookings. Find a room with ", Code("/rooms free now 20 seats"), ".")
        return Reply(text, actions=(find, Button(Action.HELP, "How to book")))
    items = tuple(
        booking_item(
            each,
            read_model.catalogue.rooms.get(each.room_id),
            *owner_buttons(context, each),
            week=week_note(context.services, each.interval.start),
        )
        for each in bookings[:_MAX_BOOKINGS]
    )
    count = "1 upcoming booking" if len(bookings) == 1 else f"{len(bookings)} upcoming bookings"
    more = f"These are the first {_MAX_BOOKINGS}." if len(bookings) > _MAX_BOOKINGS else ""
    return Reply((f"You have {count}.",), items=items, footer=(more,) if more else ())


COMMAND = Command(
    name="rooms mine", summary="See your bookings", usage="/rooms mine", handle=handle, aliases=("mine",)
)
