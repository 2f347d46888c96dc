"""`/society remove`: taking somebody's society access away."""

from bot.chat.command import Call, Command, Parameter, Takes
from bot.chat.reply import Bold, Reply, Tone
from bot.conversation.society_arguments import named_in


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    named = named_in(call)
    change = await call.desk.societies.remove_member(call.person.id, named.who, named.society_id)
    if not change.changed:
        return Reply((Bold(change.person.name), f" does not belong to {change.society.name}."))
    return Reply(
        (Bold(change.person.name), f" can no longer book for {change.society.name}."), tone=Tone.DONE
    )


COMMAND = Command(
    name="society remove",
    summary="Take someone's society access away",
    usage="/society remove @user [SOCIETY]",
    answer=answer,
    takes=(
        Parameter("user", Takes.PERSON, "Whom to remove", required=True),
        Parameter("society", Takes.SOCIETY, "Which society, if you preside over several"),
    ),
    also=("society delete",),
    changes_things=True,
)
