"""On the morning of a new quota week: what people have again, and what last week took."""

from bot.chat.command import CommandContext
from bot.chat.formatting import format_minutes
from bot.chat.reply import Bold, Button, Reply
from bot.notifications.template import NotificationType
from core.model.outbox import OutboxMessage
from core.services.notices import CHANNEL_NOTICE, QUOTA_NOTICE


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """Nothing for those who changed their minds since."""
    if context.account is None or not context.account.person.preferences.notices:
        return None
    quota = await context.services.bookings.quota(context.account.person.id)
    used = f" Last week you used {quota.last_week}." if quota.last_week else " Last week you used none."
    return Reply(
        ("You have ", Bold(format_minutes(quota.left)), f" again.{used}"),
        actions=(Button("free_now", "What is free now?"), Button("mine", "My bookings")),
        footer=("Fresh every Monday. /settings turns these off.",),
    )


async def compose_for_channel(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """Nothing in particular about anybody: everybody reads it."""
    if message.identity not in await context.services.storage.read(lambda unit: unit.notice_channels.all()):
        return None
    allowance = format_minutes(context.services.rules.weekly_quota)
    return Reply(
        ("A new week: everybody has ", Bold(allowance), " to book rooms with again."),
        actions=(Button("free_now", "What is free now?"),),
        footer=("Fresh every Monday. /rooms notices off turns these off here.",),
    )


PERSONAL_QUOTA_TYPE = NotificationType(QUOTA_NOTICE, compose)
CHANNEL_QUOTA_TYPE = NotificationType(CHANNEL_NOTICE, compose_for_channel)
