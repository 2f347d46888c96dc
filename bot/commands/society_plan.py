"""`/society plan`: rooms for a society's meetings: one for all dates if any can, or the fewest changes."""

from msgspec.structs import replace

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Code, Reply, Tone
from bot.conversation.questions import clarification
from bot.conversation.search import reading_notes
from bot.conversation.series_end import ask_for_end
from bot.conversation.series_preview import series_preview
from bot.conversation.series_text import check_request_frequency, has_time, is_endless, series_request
from bot.conversation.typed_options import parse_request
from bot.language import ParseResult
from core.errors import Invalid
from core.model import SocietyId

_EXAMPLE = "/society plan tuesdays 19-21 10 times 30 seats near Wren"


async def handle(context: CommandContext) -> Reply:
    reading = parse_request(context)
    check_request_frequency(context)
    if (question := clarification(context, reading)) is not None:
        return question
    when = reading.when
    if when is None or when.recurrence is None:
        text = ("When does the society meet, and how often? For example: ", Code(_EXAMPLE))
        return Reply(text, tone=Tone.UNCLEAR)
    reading = replace(reading, society=_society(context, reading))
    room = context.read_model.catalogue.room(reading.room) if reading.room is not None else None
    if has_time(when) and is_endless(when):
        return await ask_for_end(context, reading, when, room, "/society plan")
    request = series_request(context, reading, when, room)
    return await series_preview(context, request, notes=reading_notes(reading))


def _society(context: CommandContext, reading: ParseResult) -> SocietyId:
    """The society that was named, or the requester's only one."""
    if reading.society is not None:
        return reading.society
    person = context.person
    mine = context.account.memberships if context.account is not None else ()
    if not mine:
        raise Invalid(f"You don't book for a society yet, {person.name}. Ask its president to add you.")
    if len(mine) > 1:
        names = ", ".join(each.society.id for each in mine[:5])
        raise Invalid(f"For which society? Add one of these: for {names}.")
    return mine[0].society.id


COMMAND = Command(
    name="society plan",
    summary="Find rooms for a whole term",
    usage="/society plan WHEN [seats] [place] [for SOCIETY]",
    handle=handle,
    parameters=(
        CommandParameter(
            "when",
            ParameterType.WHEN,
            "How often: tuesdays 19-21 10 times, mondays 3pm until 1 may",
            required=True,
        ),
        CommandParameter("seats", ParameterType.NUMBER, "The number of seats you need"),
        CommandParameter("where", ParameterType.PLACE, "A building, or near one"),
        CommandParameter("for", ParameterType.SOCIETY, "The society"),
        CommandParameter("title", ParameterType.TEXT, "What it's for"),
    ),
    examples=(_EXAMPLE,),
)
