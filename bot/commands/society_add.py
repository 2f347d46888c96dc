"""`/society add`: adds a member to a society."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Reply
from bot.conversation.member_changes import change_members


async def handle(context: CommandContext) -> Reply:
    return await change_members(
        context,
        context.services.societies.add_member,
        "can now book for",
        ("is already a member of", "are already members of"),
    )


COMMAND = Command(
    name="society add",
    summary="Add a member to your society",
    usage="/society add @user [@user …] [SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "The person to add", required=True),
        CommandParameter("society", ParameterType.SOCIETY, "The society, if you're president of several"),
    ),
    examples=("/society add rema", "/society add @rema SOTECHSOC"),
    is_mutating=True,
)
