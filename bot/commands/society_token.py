"""`/society token`: the token with which programs and members book for a society."""

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, ButtonStyle, Code, Reply, Tone
from bot.conversation.society_arguments import society_in
from core.model.entities import SocietyId


async def handle(context: CommandContext) -> Reply:
    words, renew = context.text.strip(), False
    for word in ("new", "renew", "regenerate"):
        if words.casefold().startswith(word):
            words, renew = words[len(word) :], True
            break
    return await _token(context, society_in(context, words), renew=renew)


async def handle_button(context: CommandContext) -> Reply:
    return await _token(context, SocietyId(context.value), renew=True)


async def _token(context: CommandContext, society_id: SocietyId | None, *, renew: bool) -> Reply:
    society, term = await context.services.societies.token_term(context.person.id, society_id, renew=renew)
    token = context.services.accounts.society_token(society.id, term)
    days = context.services.rules.society_token_days
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
    handle=handle,
    parameters=(
        CommandParameter("society", ParameterType.SOCIETY, "Which society, if you preside over several"),
    ),
    actions=(ButtonAction("new_token", handle_button),),
    is_mutating=True,
)
