"""`/society remove`: taking somebody's society access away."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Bold, Reply, Tone
from bot.conversation.society_arguments import member_in


async def handle(context: CommandContext) -> Reply:
    named = member_in(context)
    change = await context.services.societies.remove_member(context.person.id, named.who, named.society_id)
    if not change.changed:
        return Reply((Bold(change.person.name), f" does not belong to {change.society.name}."))
    return Reply(
        (Bold(change.person.name), f" can no longer book for {change.society.name}."), tone=Tone.DONE
    )


COMMAND = Command(
    name="society remove",
    summary="Take someone's society access away",
    usage="/society remove @user [SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "Whom to remove", required=True),
        CommandParameter("society", ParameterType.SOCIETY, "Which society, if you preside over several"),
    ),
    aliases=("society delete",),
    is_mutating=True,
)
