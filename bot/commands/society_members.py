"""`/society members`: who may book for a society."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Bold, Reply, Table
from bot.conversation.society_arguments import belonging_in


async def handle(context: CommandContext) -> Reply:
    by = context.person.id
    society, people = await context.services.societies.members(by, belonging_in(context, context.text))
    rows = tuple(((person.name,), (person.username,), (role.value,)) for person, role in people)
    return Reply(
        (Bold(society.name), f" ({society.id}): {len(rows)} may book for it."),
        table=Table(("Name", "Username", "Role"), rows),
    )


COMMAND = Command(
    name="society members",
    summary="Who may book for a society",
    usage="/society members [SOCIETY]",
    handle=handle,
    parameters=(CommandParameter("society", ParameterType.SOCIETY, "Which society"),),
    aliases=("society list",),
)
