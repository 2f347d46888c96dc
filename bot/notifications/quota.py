"""Weekly notice, on Monday morning, that the quota has been reset."""

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import format_minutes
from bot.chat.reply import Bold, Button, Reply
from bot.notifications.template import NotificationType
from core.model import OutboxMessage
from core.services.notices import CHANNEL_NOTICE, QUOTA_NOTICE


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None for people who have turned notices off."""
    if context.account is None or not context.account.person.preferences.notices:
        return None
    quota = await context.services.bookings.quota(context.account.person.id)
    used = f" Last week you used {format_minutes(quota.last_week)}." if quota.last_week else ""
    return Reply(
        ("Your quota has been reset: you have ", Bold(format_minutes(quota.left)), f" this week.{used}"),
        actions=(Button(Action.FREE_NOW, "Free now"), Button(Action.MY_BOOKINGS, "My bookings")),
        footer=("Sent every Monday. /settings notices off turns this off.",),
    )


async def compose_for_channel(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """The notice for a channel, without anything personal."""
    if message.identity not in await context.services.storage.read(lambda unit: unit.notice_channels.all()):
        return None
    allowance = format_minutes(context.services.rules.weekly_quota)
    return Reply(
        ("It's a new week: everybody has ", Bold(allowance), " to book rooms again."),
        actions=(Button(Action.FREE_NOW, "Free now"),),
        footer=("Sent every Monday. /rooms notices off turns this off here.",),
    )


PERSONAL_QUOTA_TYPE = NotificationType(QUOTA_NOTICE, compose, is_bulk=True)
CHANNEL_QUOTA_TYPE = NotificationType(CHANNEL_NOTICE, compose_for_channel, is_bulk=True)
