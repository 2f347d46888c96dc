"""`/rooms quota`: shows the rest of this week's quota."""

from bot.chat.command import Command, CommandContext
from bot.chat.formatting import format_minutes
from bot.chat.reply import Bold, Reply, Timestamp
from core.policy.quota import has_quota, next_reset


async def handle(context: CommandContext) -> Reply:
    if not has_quota(context.person):
        return Reply(("Staff have no quota: book as much as you need.",))
    quota = await context.services.bookings.quota(context.person.id)
    resets_at = Timestamp(next_reset(context.services.clock.now(), context.services.rules))
    return Reply(
        (
            "You have ",
            Bold(format_minutes(quota.left)),
            f" of {quota.weekly_quota} left this week. Your quota resets ",
            resets_at,
            ".",
        ),
        footer=(f"Last week you used {format_minutes(quota.last_week)}.",),
    )


COMMAND = Command(
    name="rooms quota",
    summary="See your quota for this week",
    usage="/rooms quota",
    handle=handle,
    aliases=("quota",),
)
