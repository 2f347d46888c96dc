"""`/rooms quota`: how many minutes are left this week."""

from bot.chat.command import Call, Command
from bot.chat.formatting import minutes
from bot.chat.reply import Bold, Moment, Reply
from core.policy.quota import has_quota, next_reset


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    if not has_quota(call.person):
        return Reply(("You may book as much as you need: staff have no quota.",))
    quota = await call.desk.bookings.quota(call.person.id)
    fresh_at = Moment(next_reset(call.desk.clock.now(), call.desk.rules))
    return Reply(
        (
            "You have ",
            Bold(minutes(quota.left)),
            f" of {quota.allowance} left this week. They are fresh again ",
            fresh_at,
            ".",
        ),
        footer=(f"Last week you used {quota.last_week}.",),
    )


COMMAND = Command(
    name="rooms quota",
    summary="Your minutes left this week",
    usage="/rooms quota",
    answer=answer,
    also=("quota",),
)
