"""`/society token`: the token with which programs and members book for a society."""

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.reply import Button, ButtonStyle, Code, Reply, Tone
from bot.conversation.society_arguments import society_in
from core.model.entities import SocietyId


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    words, renew = call.words.strip(), False
    for word in ("new", "renew", "regenerate"):
        if words.casefold().startswith(word):
            words, renew = words[len(word) :], True
            break
    return await _token(call, society_in(call, words), renew=renew)


async def press(call: Call) -> Reply:
    await call.desk.fresh()
    return await _token(call, SocietyId(call.value), renew=True)


async def _token(call: Call, society_id: SocietyId | None, *, renew: bool) -> Reply:
    society, term = await call.desk.societies.token_term(call.person.id, society_id, renew=renew)
    token = call.desk.accounts.society_token(society.id, term)
    days = call.desk.rules.society_token_days
    warning = "The old token stops working at once. Replace it?"
    return Reply(
        (f"The token of {society.name}: ", Code(token)),
        tone=Tone.DONE if renew else Tone.INFO,
        actions=(Button("new_token", "Replace it", society.id, ButtonStyle.DANGER, confirm=warning),),
        footer=(f"Whoever has it can book for {society.name}, and nothing else. Good for {days} days.",),
    )


COMMAND = Command(
    name="society token",
    summary="The token that books for your society",
    usage="/society token [new] [SOCIETY]",
    answer=answer,
    takes=(Parameter("society", Takes.SOCIETY, "Which society, if you preside over several"),),
    actions=(Action("new_token", press),),
    changes_things=True,
)
