"""`/rooms mine`: someone's bookings to come."""

from bot.command import Call, Command
from bot.reply import Button, Reply
from bot.wording import booking_buttons, booking_item

_MOST = 20


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    mine = call.desk.bookings.upcoming(call.person.id)
    if not mine:
        find = Button("help", "How to book")
        return Reply(("You have no bookings. Find a room with /rooms free now.",), actions=(find,))
    now = call.desk.clock.now()
    items = tuple(
        booking_item(each, picture.catalogue.rooms.get(each.room_id), *booking_buttons(each, now))
        for each in mine[:_MOST]
    )
    count = "one booking" if len(mine) == 1 else f"{len(mine)} bookings"
    return Reply((f"You have {count} to come.",), items=items)


COMMAND = Command(
    name="rooms mine", summary="Your bookings", usage="/rooms mine", answer=answer, also=("mine",)
)
