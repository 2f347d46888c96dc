"""`/rooms free`: lists free rooms, best first, each with a button that books it."""

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Reply
from bot.conversation.button_values import SearchValue
from bot.conversation.free_rooms import with_full_ids
from bot.conversation.quoted_message import read_quoted
from bot.conversation.search_reply import result_reply, search_reply
from bot.conversation.series_text import check_request_frequency
from bot.conversation.typed_options import parse_request


async def handle(context: CommandContext) -> Reply:
    reading = parse_request(context)
    check_request_frequency(context)
    return await search_reply(context, reading)


async def handle_quoted(context: CommandContext, message: str) -> Reply:
    """Lists rooms for the time, size and place in a quoted message."""
    return await search_reply(context, read_quoted(context, message), is_quoted=True)


async def handle_button(context: CommandContext) -> Reply:
    """Shows another page, or the search that the button carries."""
    search = with_full_ids(context.read_model, SearchValue.read(context.value))
    return replace(await result_reply(context, search), replaces=True)


COMMAND = Command(
    name="rooms free",
    summary="Find a free room",
    usage="/rooms free [when] [seats] [place] [equipment]",
    handle=handle,
    parameters=(
        CommandParameter("when", ParameterType.WHEN, "Date and time: now, tomorrow 3pm for 2 hours"),
        CommandParameter("seats", ParameterType.NUMBER, "The number of seats you need"),
        CommandParameter("where", ParameterType.PLACE, "A building, or near one"),
        CommandParameter("with", ParameterType.EQUIPMENT, "Equipment: printer, whiteboard, coffee"),
        CommandParameter("for", ParameterType.SOCIETY, "The society you're booking for"),
    ),
    actions=(ButtonAction(Action.SEARCH, handle_button),),
    aliases=("rooms find", "free"),
    examples=("/rooms free now 20 seats", "/rooms free tomorrow 3pm for 2 hours near Wren"),
    quoted=handle_quoted,
)
