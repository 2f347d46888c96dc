"""`/whoami`: shows who the requester is logged in as."""

from bot.chat.actions import Action
from bot.chat.command import Command, CommandContext
from bot.chat.reply import Bold, Button, Code, Reply, ReplyField
from core.model import UserGroup

_GROUPS = {
    UserGroup.STAFF: "staff",
    UserGroup.STUDENT: "student",
    UserGroup.SOCIETY_MEMBER: "society member",
    UserGroup.PRESIDENT: "president",
}


async def handle(context: CommandContext) -> Reply:
    if context.account is None:
        return Reply(
            ("You're not logged in: you can search, but not book. To log in, use ", Code("/login"), "."),
            actions=(Button(Action.LOG_IN, "Log in"),),
        )
    person = context.account.person
    societies = ", ".join(f"{each.society.name} ({each.role.value})" for each in context.account.memberships)
    return Reply(
        ("You're ", Bold(person.name), f" ({person.username})."),
        fields=(
            ReplyField("Groups", (", ".join(_GROUPS[each] for each in sorted(person.groups)) or "none",)),
            ReplyField("Societies", (societies or "none",)),
            ReplyField("Time zone", (str(context.zone),)),
        ),
    )


COMMAND = Command(name="whoami", summary="See who you're logged in as", usage="/whoami", handle=handle)
