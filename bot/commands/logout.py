"""`/logout`: disconnects this chat account from its person."""

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Bold, Button, Code, Reply, Tone
from bot.chat.request import PlatformName


async def handle(context: CommandContext) -> Reply:
    if context.account is None:
        return Reply(("You're not logged in here.",), actions=(Button(Action.LOG_IN, "Log in"),))
    if context.request.requester.platform is PlatformName.TERMINAL:
        return Reply(("There's no login at the terminal. Use ", Code("/as NAME"), " to switch users."))
    if context.request.requester.platform is PlatformName.WEB:
        return Reply(("To log out here, use “Log out” at the top of the page.",))
    await context.services.logins.unlink(context.account.person.id, context.request.requester.identity)
    return Reply(
        (
            "You're logged out here, ",
            Bold(context.account.person.name),
            ". Your bookings and connected apps stay as they are.",
        ),
        tone=Tone.DONE,
        actions=(Button(Action.LOG_IN, "Log in again"),),
    )


COMMAND = Command(
    name="logout",
    summary="Log out of Roomie here",
    usage="/logout",
    handle=handle,
    actions=(ButtonAction(Action.LOG_OUT, handle),),
    is_mutating=True,
)
