"""`/rooms plan`: free rooms for a long stay, one after another, with the fewest moves."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Reply
from bot.conversation.day_plan import day_plan_reply
from bot.conversation.questions import clarification
from bot.conversation.series_search import series_search_reply
from bot.conversation.series_text import check_request_frequency
from bot.conversation.typed_options import parse_request


async def handle(context: CommandContext) -> Reply:
    reading = parse_request(context)
    check_request_frequency(context)
    if (question := clarification(context, reading)) is not None:
        return question
    if reading.when is not None and reading.when.recurrence is not None:
        return await series_search_reply(context, reading, reading.when)
    return await day_plan_reply(context, reading)


COMMAND = Command(
    name="rooms plan",
    summary="Plan a long stay with few moves",
    usage="/rooms plan WHEN [seats] [place]",
    handle=handle,
    parameters=(
        CommandParameter("when", ParameterType.WHEN, "From when to when: tomorrow 10-16", required=True),
        CommandParameter("seats", ParameterType.NUMBER, "The number of seats you need"),
        CommandParameter("where", ParameterType.PLACE, "A building, or near one"),
        CommandParameter("for", ParameterType.SOCIETY, "The society you're booking for"),
    ),
    aliases=("plan",),
    examples=("/rooms plan tomorrow 10-16 for 4 near Wren",),
)
