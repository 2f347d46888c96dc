"""`/society remove`: removes a member from a society."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Bold, Reply, Tone
from bot.conversation.society_arguments import member_in


async def handle(context: CommandContext) -> Reply:
    member = member_in(context)
    change = await context.services.societies.remove_member(context.person.id, member.who, member.society_id)
    if not change.changed:
        return Reply((Bold(change.person.name), f" isn't a member of {change.society.name}."))
    return Reply(
        (Bold(change.person.name), f" can no longer book for {change.society.name}."), tone=Tone.DONE
    )


COMMAND = Command(
    name="society remove",
    summary="Remove a member from your society",
    usage="/society remove @user [SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "The person to remove", required=True),
        CommandParameter("society", ParameterType.SOCIETY, "The society, if you're president of several"),
    ),
    aliases=("society delete",),
    is_mutating=True,
)
