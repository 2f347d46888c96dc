"""`/society add`: adds a member to a society."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Bold, Reply, Tone
from bot.conversation.society_arguments import member_in


async def handle(context: CommandContext) -> Reply:
    member = member_in(context)
    change = await context.services.societies.add_member(context.person.id, member.who, member.society_id)
    if not change.changed:
        return Reply((Bold(change.person.name), f" is already a member of {change.society.name}."))
    return Reply((Bold(change.person.name), f" can now book for {change.society.name}."), tone=Tone.DONE)


COMMAND = Command(
    name="society add",
    summary="Add a member to your society",
    usage="/society add @user [SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "The person to add", required=True),
        CommandParameter("society", ParameterType.SOCIETY, "The society, if you're president of several"),
    ),
    examples=("/society add rema", "/society add @rema SOTECHSOC"),
    is_mutating=True,
)
