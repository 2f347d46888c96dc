"""`/timetable accept`: puts a rejected timetable into use."""

from msgspec.structs import replace

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Reply, Tone
from core.errors import Invalid, NotPermitted
from core.services.operators import is_operator


def may_use(context: CommandContext) -> bool:
    operators = context.services.timetables.operators
    return context.account is not None and is_operator(context.account.person, operators)


async def handle(context: CommandContext) -> Reply:
    """For timetable operators."""
    if not is_operator(context.person, context.services.timetables.operators):
        raise NotPermitted("Only timetable operators can do this.")
    source = context.argument("source").strip()
    if not source:
        raise Invalid("Which source? For example: /timetable accept NAME")
    refreshed = await context.services.timetables.accept(source, f"person:{context.person.id}")
    return Reply(
        (f"The timetable of {source} is now in use. {refreshed.summary}",), tone=Tone.DONE, replaces=True
    )


async def handle_button(context: CommandContext) -> Reply:
    return await handle(replace(context, text=context.value))


COMMAND = Command(
    name="timetable accept",
    summary="Accept a rejected timetable",
    usage="/timetable accept SOURCE",
    handle=handle,
    parameters=(
        CommandParameter("source", ParameterType.TEXT, "The name of the timetable source", required=True),
    ),
    actions=(ButtonAction("accept_run", handle_button),),
    admin_only=True,
    may_use=may_use,
    is_mutating=True,
)
