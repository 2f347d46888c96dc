"""`/login`: sends a link that connects this chat account to a person."""

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Bold, Button, Code, Reply
from bot.chat.request import PlatformName
from bot.login.chat_link import login_link_reply


async def handle(context: CommandContext) -> Reply:
    if context.account is None:
        return await login_link_reply(context.services, context.request, waits=False)
    person = context.account.person
    text = ("You're logged in as ", Bold(person.name), f" ({person.username}).")
    if context.request.requester.platform in {PlatformName.TERMINAL, PlatformName.WEB}:
        return Reply(text)
    return Reply(
        (*text, " To switch accounts, use ", Code("/logout"), " first."),
        actions=(Button(Action.LOG_OUT, "Log out"),),
    )


COMMAND = Command(
    name="login",
    summary="Log in to Roomie",
    usage="/login",
    handle=handle,
    actions=(ButtonAction(Action.LOG_IN, handle),),
)
