"""`/logout`: this chat account stands for nobody any more."""

from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Bold, Button, Code, Reply, Tone
from bot.chat.request import PlatformName


async def handle(context: CommandContext) -> Reply:
    if context.account is None:
        return Reply(("You are not logged in here.",), actions=(Button("login", "Log in"),))
    if context.request.requester.platform is PlatformName.TERMINAL:
        return Reply(
            ("There is nothing to log out of at a terminal. ", Code("/as NAME"), " changes who you are.")
        )
    await context.services.logins.unlink(context.account.person.id, context.request.requester.identity)
    return Reply(
        (
            "You are logged out here: this account does not stand for ",
            Bold(context.account.person.name),
            " any more. Your bookings stay, and so do programs that you let in.",
        ),
        tone=Tone.DONE,
        actions=(Button("login", "Log in again"),),
    )


COMMAND = Command(
    name="logout",
    summary="Stop Roomie from knowing you here",
    usage="/logout",
    handle=handle,
    actions=(ButtonAction("logout", handle),),
    is_mutating=True,
)
