"""`/login`: a link made for this very chat account, with which its person says who they are."""

from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Bold, Button, Code, Reply
from bot.chat.request import PlatformName
from bot.login.chat_link import login_link_reply


async def handle(context: CommandContext) -> Reply:
    if context.account is None:
        return await login_link_reply(context.services, context.request, waits=False)
    person = context.account.person
    said = ("You are logged in as ", Bold(person.name), f" ({person.username}).")
    if context.request.requester.platform is PlatformName.TERMINAL:
        return Reply(said)
    return Reply(
        (*said, " To be somebody else here, say ", Code("/logout"), " first."),
        actions=(Button("logout", "Log out"),),
    )


COMMAND = Command(
    name="login",
    summary="Tell Roomie who you are",
    usage="/login",
    handle=handle,
    actions=(ButtonAction("login", handle),),
)
