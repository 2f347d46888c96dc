"""`/rooms mine`: someone's bookings to come."""

from bot.chat.command import Call, Command
from bot.chat.formatting import booking_item
from bot.chat.reply import Button, ButtonStyle, Code, Reply
from bot.conversation.alternatives import own_buttons
from bot.conversation.own_bookings import mine

_MOST = 20


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    bookings = mine(call)
    if not bookings:
        find = Button("free_now", "Free now", style=ButtonStyle.PRIMARY)
        said = ("You have no bookings to come. Find a room with ", Code("/rooms free now 20 seats"), ".")
        return Reply(said, actions=(find, Button("help", "How to book")))
    items = tuple(
        booking_item(each, picture.catalogue.rooms.get(each.room_id), *own_buttons(call, each))
        for each in bookings[:_MOST]
    )
    count = "one booking" if len(bookings) == 1 else f"{len(bookings)} bookings"
    more = f"Only the first {_MOST} are shown." if len(bookings) > _MOST else ""
    return Reply((f"You have {count} to come.",), items=items, footer=(more,) if more else ())


COMMAND = Command(
    name="rooms mine", summary="Your bookings", usage="/rooms mine", answer=answer, also=("mine",)
)
