"""`/society token`: shows or replaces the token that books for a society."""

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, ButtonStyle, Code, Reply, Tone
from bot.conversation.society_arguments import society_in
from core.model import SocietyId

_RENEW_WORDS = {"new", "renew", "regenerate"}


async def handle(context: CommandContext) -> Reply:
    text, renew = context.argument("society").strip(), False
    first, _, rest = text.partition(" ")
    if not context.options and first.casefold() in _RENEW_WORDS:
        text, renew = rest, True
    return await _token(context, society_in(context, text), renew=renew)


async def handle_button(context: CommandContext) -> Reply:
    return await _token(context, SocietyId(context.value), renew=True)


async def _token(context: CommandContext, society_id: SocietyId | None, *, renew: bool) -> Reply:
    society, term = await context.services.societies.token_term(context.person.id, society_id, renew=renew)
    token = context.services.accounts.society_token(society.id, term)
    days = context.services.rules.society_token_days
    warning = "The old token stops working immediately. Replace it?"
    return Reply(
        (f"Booking token of {society.name}: ", Code(token)),
        tone=Tone.DONE if renew else Tone.INFO,
        actions=(Button("new_token", "Replace token", society.id, ButtonStyle.DANGER, confirm=warning),),
        footer=(f"Anyone with this token can book for {society.name}. Keep it safe. Valid for {days} days.",),
    )


COMMAND = Command(
    name="society token",
    summary="Get your society's booking token",
    usage="/society token [new] [SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter("society", ParameterType.SOCIETY, "The society, if you're president of several"),
    ),
    actions=(ButtonAction("new_token", handle_button),),
    is_mutating=True,
)
