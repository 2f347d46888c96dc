"""`/society remove`: removes a member from a society."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Reply
from bot.conversation.member_changes import change_members


async def handle(context: CommandContext) -> Reply:
    return await change_members(
        context,
        context.services.societies.remove_member,
        "can no longer book for",
        ("isn't a member of", "aren't members of"),
    )


COMMAND = Command(
    name="society remove",
    summary="Remove a member from your society",
    usage="/society remove @user [@user …] [SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "The person to remove", required=True),
        CommandParameter("society", ParameterType.SOCIETY, "The society, if you're president of several"),
    ),
    aliases=("society delete",),
    is_mutating=True,
)
