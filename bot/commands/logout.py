"""`/logout`: this chat account stands for nobody any more."""

from bot.chat.command import Action, Call, Command
from bot.chat.reply import Bold, Button, Code, Reply, Tone
from bot.chat.request import Door


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    if call.known is None:
        return Reply(("You are not logged in here.",), actions=(Button("login", "Log in"),))
    if call.asked.by.door is Door.TERMINAL:
        return Reply(
            ("There is nothing to log out of at a terminal. ", Code("/as NAME"), " changes who you are.")
        )
    await call.desk.logins.unlink(call.known.person.id, call.asked.by.identity)
    return Reply(
        (
            "You are logged out here: this account does not stand for ",
            Bold(call.known.person.name),
            " any more. Your bookings stay, and so do programs that you let in.",
        ),
        tone=Tone.DONE,
        actions=(Button("login", "Log in again"),),
    )


COMMAND = Command(
    name="logout",
    summary="Stop Roomie from knowing you here",
    usage="/logout",
    answer=answer,
    actions=(Action("logout", answer),),
    changes_things=True,
)
