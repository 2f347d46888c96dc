"""Notice to administrators: a society has lost its last president, whose account was erased."""

from bot.chat.command import CommandContext
from bot.chat.reply import Bold, Code, Reply, Tone
from bot.notifications.template import NotificationType
from core.model import OutboxMessage, Role, SocietyId
from core.services.privacy import NO_PRESIDENT


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None when it has a president again."""
    society_id = SocietyId(message.payload)
    society = context.read_model.directory.societies.get(society_id)
    members = await context.services.storage.read(lambda unit: unit.societies.members(society_id))
    if society is None or any(each.role is Role.PRESIDENT for each in members):
        return None
    return Reply(
        (
            Bold(society.name),
            " has no president any more: the last one has left Roomie. Its bookings stay. Name a new one: ",
            Code(f"roomie society president {society.id} USERNAME"),
        ),
        tone=Tone.UNCLEAR,
    )


NO_PRESIDENT_TYPE = NotificationType(NO_PRESIDENT, compose)
