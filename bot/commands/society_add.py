"""`/society add`: letting someone book for a society."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Bold, Reply, Tone
from bot.conversation.society_arguments import member_in


async def handle(context: CommandContext) -> Reply:
    named = member_in(context)
    change = await context.services.societies.add_member(context.person.id, named.who, named.society_id)
    if not change.changed:
        return Reply((Bold(change.person.name), f" already belongs to {change.society.name}."))
    return Reply((Bold(change.person.name), f" can now book for {change.society.name}."), tone=Tone.DONE)


COMMAND = Command(
    name="society add",
    summary="Let someone book for your society",
    usage="/society add @user [SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "Whom to add", required=True),
        CommandParameter("society", ParameterType.SOCIETY, "Which society, if you preside over several"),
    ),
    examples=("/society add rema", "/society add @rema SOTECHSOC"),
    is_mutating=True,
)
