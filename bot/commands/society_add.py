"""`/society add`: letting someone book for a society."""

from bot.chat.command import Call, Command, Parameter, Takes
from bot.chat.reply import Bold, Reply, Tone
from bot.conversation.society_arguments import named_in


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    named = named_in(call)
    change = await call.desk.societies.add_member(call.person.id, named.who, named.society_id)
    if not change.changed:
        return Reply((Bold(change.person.name), f" already belongs to {change.society.name}."))
    return Reply((Bold(change.person.name), f" can now book for {change.society.name}."), tone=Tone.DONE)


COMMAND = Command(
    name="society add",
    summary="Let someone book for your society",
    usage="/society add @user [SOCIETY]",
    answer=answer,
    takes=(
        Parameter("user", Takes.PERSON, "Whom to add", required=True),
        Parameter("society", Takes.SOCIETY, "Which society, if you preside over several"),
    ),
    examples=("/society add rema", "/society add @rema SOTECHSOC"),
    changes_things=True,
)
