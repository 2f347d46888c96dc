"""On the morning of a new quota week: what people have again, and what last week took."""

from bot.chat.command import Call
from bot.chat.formatting import minutes
from bot.chat.reply import Bold, Button, Reply
from bot.notifications.template import Kind
from core.model.outbox import Message
from core.services.notices import CHANNEL_NOTICE, NOTICE


async def compose(call: Call, message: Message) -> Reply | None:
    """Nothing for those who changed their minds since."""
    if call.known is None or not call.known.person.habits.notices:
        return None
    quota = await call.desk.bookings.quota(call.known.person.id)
    used = f" Last week you used {quota.last_week}." if quota.last_week else " Last week you used none."
    return Reply(
        ("You have ", Bold(minutes(quota.left)), f" again.{used}"),
        actions=(Button("free_now", "What is free now?"), Button("mine", "My bookings")),
        footer=("Fresh every Monday. /settings turns these off.",),
    )


async def compose_for_channel(call: Call, message: Message) -> Reply | None:
    """Nothing in particular about anybody: everybody reads it."""
    if message.identity not in await call.desk.storage.read(lambda unit: unit.channels.all()):
        return None
    allowance = minutes(call.desk.rules.allowance)
    return Reply(
        ("A new week: everybody has ", Bold(allowance), " to book rooms with again."),
        actions=(Button("free_now", "What is free now?"),),
        footer=("Fresh every Monday. /rooms notices off turns these off here.",),
    )


PERSONAL = Kind(NOTICE, compose)
FOR_CHANNEL = Kind(CHANNEL_NOTICE, compose_for_channel)
