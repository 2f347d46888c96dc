"""`/rooms quota`: how many minutes are left this week."""

from bot.chat.command import Command, CommandContext
from bot.chat.formatting import format_minutes
from bot.chat.reply import Bold, Reply, Timestamp
from core.policy.quota import has_quota, next_reset


async def handle(context: CommandContext) -> Reply:
    if not has_quota(context.person):
        return Reply(("You may book as much as you need: staff have no quota.",))
    quota = await context.services.bookings.quota(context.person.id)
    fresh_at = Timestamp(next_reset(context.services.clock.now(), context.services.rules))
    return Reply(
        (
            "You have ",
            Bold(format_minutes(quota.left)),
            f" of {quota.weekly_quota} left this week. They are fresh again ",
            fresh_at,
            ".",
        ),
        footer=(f"Last week you used {quota.last_week}.",),
    )


COMMAND = Command(
    name="rooms quota",
    summary="Your minutes left this week",
    usage="/rooms quota",
    handle=handle,
    aliases=("quota",),
)
