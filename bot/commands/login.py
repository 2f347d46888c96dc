"""`/login`: a link made for this very chat account, with which its person says who they are."""

from bot.chat.command import Action, Call, Command
from bot.chat.reply import Bold, Button, Code, Reply
from bot.chat.request import Door
from bot.login.chat_link import invite


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    if call.known is None:
        return await invite(call.desk, call.asked, waits=False)
    person = call.known.person
    said = ("You are logged in as ", Bold(person.name), f" ({person.username}).")
    if call.asked.by.door is Door.TERMINAL:
        return Reply(said)
    return Reply(
        (*said, " To be somebody else here, say ", Code("/logout"), " first."),
        actions=(Button("logout", "Log out"),),
    )


COMMAND = Command(
    name="login",
    summary="Tell Roomie who you are",
    usage="/login",
    answer=answer,
    actions=(Action("login", answer),),
)
