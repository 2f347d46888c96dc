"""`/timetable accept`: letting a timetable count that was refused because it looked wrong."""

from dataclasses import replace

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.reply import Reply, Tone
from core.errors import Invalid, NotEntitled
from core.services.operators import is_operator


async def answer(call: Call) -> Reply:
    """By those who look after timetables."""
    await call.desk.fresh()
    if not is_operator(call.person, call.desk.timetables.operators):
        raise NotEntitled("Only those who look after timetables can do this.")
    source = call.words.strip()
    if not source:
        raise Invalid("Which source? /timetable accept NAME")
    refreshed = await call.desk.timetables.accept(source, f"person:{call.person.id}")
    return Reply(
        (f"The timetable of {source} counts now. {refreshed.summary}",), tone=Tone.DONE, replaces=True
    )


async def press(call: Call) -> Reply:
    return await answer(replace(call, words=call.value))


COMMAND = Command(
    name="timetable accept",
    summary="Let a timetable count that was refused",
    usage="/timetable accept SOURCE",
    answer=answer,
    takes=(Parameter("source", Takes.TEXT, "The source's name", required=True),),
    actions=(Action("accept_run", press),),
    for_admins=True,
    changes_things=True,
)
