"""`/society members`: who may book for a society."""

from bot.chat.command import Call, Command, Parameter, Takes
from bot.chat.reply import Bold, Reply, Table
from bot.conversation.society_arguments import belonging_in


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    by = call.person.id
    society, people = await call.desk.societies.members(by, belonging_in(call, call.words))
    rows = tuple(((person.name,), (person.username,), (role.value,)) for person, role in people)
    return Reply(
        (Bold(society.name), f" ({society.id}): {len(rows)} may book for it."),
        table=Table(("Name", "Username", "Role"), rows),
    )


COMMAND = Command(
    name="society members",
    summary="Who may book for a society",
    usage="/society members [SOCIETY]",
    answer=answer,
    takes=(Parameter("society", Takes.SOCIETY, "Which society"),),
    also=("society list",),
)
