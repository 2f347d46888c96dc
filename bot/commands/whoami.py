"""`/whoami`: whom Roomie takes someone for."""

from bot.chat.command import Call, Command
from bot.chat.reply import Bold, Button, Code, Field, Reply
from core.model.entities import Group

_GROUPS = {
    Group.STAFF: "staff",
    Group.STUDENT: "student",
    Group.SOCIETY_MEMBER: "society member",
    Group.PRESIDENT: "president",
}


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    identity = call.asked.by.identity
    if call.known is None:
        return Reply(
            (
                "Roomie does not know you yet: you can search, but not book. ",
                Code("/login"),
                " changes that; or ask an administrator to link ",
                Code(identity),
                " to your account.",
            ),
            actions=(Button("login", "Log in"),),
        )
    person = call.known.person
    societies = ", ".join(f"{each.society.name} ({each.role.value})" for each in call.known.memberships)
    return Reply(
        ("You are ", Bold(person.name), f" ({person.username})."),
        fields=(
            Field("Groups", (", ".join(_GROUPS[each] for each in sorted(person.groups)) or "none",)),
            Field("Societies", (societies or "none",)),
            Field("Time zone", (str(call.zone),)),
        ),
    )


COMMAND = Command(name="whoami", summary="Whom Roomie takes you for", usage="/whoami", answer=answer)
