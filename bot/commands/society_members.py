"""`/society members`: lists the members of a society."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Bold, Reply, Table
from bot.conversation.society_arguments import belonging_in


async def handle(context: CommandContext) -> Reply:
    society_id = belonging_in(context, context.argument("society"))
    society, people = await context.services.societies.members(context.person.id, society_id)
    rows = tuple(((person.name,), (person.username,), (role.value,)) for person, role in people)
    return Reply(
        (
            Bold(society.name),
            f" ({society.id}): {'1 person' if len(rows) == 1 else f'{len(rows)} people'} can book for it.",
        ),
        table=Table(("Name", "Username", "Role"), rows),
    )


COMMAND = Command(
    name="society members",
    summary="See who can book for a society",
    usage="/society members [SOCIETY]",
    handle=handle,
    parameters=(CommandParameter("society", ParameterType.SOCIETY, "The society"),),
    aliases=("society list",),
)
