"""`/rooms watch`: one message when a room falls free."""

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Code, Reply, Tone
from bot.conversation.button_values import SearchValue
from bot.conversation.free_rooms import with_full_ids
from bot.conversation.questions import clarification
from bot.conversation.schedules import campus_day
from bot.conversation.search import search_from
from bot.conversation.series_text import check_request_frequency
from bot.conversation.typed_options import parse_request
from bot.conversation.waiting import room_query, waiting_reply
from core.interval import Interval
from core.services.waiting import WaitRequest


async def handle(context: CommandContext) -> Reply:
    reading = parse_request(context)
    check_request_frequency(context)
    if (question := clarification(context, reading)) is not None:
        return question
    if reading.room is None:
        example = Code("/rooms watch Wren G02 today")
        return Reply(("Which room? For example: ", example, "."), tone=Tone.UNCLEAR)
    search = search_from(context, reading)
    slot = search.slot if reading.when is not None else _rest_of_day(context)
    return await _watch(context, search, slot)


def _rest_of_day(context: CommandContext) -> Interval:
    now = context.services.clock.now()
    return Interval(now, campus_day(now, context).end)


async def handle_button(context: CommandContext) -> Reply:
    """Watches the room of the answer above the button."""
    search = with_full_ids(context.read_model, SearchValue.read(context.value))
    return await _watch(context, search, search.slot)


async def _watch(context: CommandContext, search: SearchValue, slot: Interval) -> Reply:
    request = WaitRequest(context.person.id, slot, room_query(search), is_watch=True)
    return waiting_reply(context, await context.services.waiting.ask(request))


COMMAND = Command(
    name="rooms watch",
    summary="Get a message when a room falls free",
    usage="/rooms watch ROOM [when]",
    handle=handle,
    parameters=(
        CommandParameter("room", ParameterType.ROOM, "The room to watch", required=True),
        CommandParameter("when", ParameterType.WHEN, "Date and time, if not the rest of today"),
    ),
    actions=(ButtonAction(Action.WATCH, handle_button),),
    examples=("/rooms watch Wren G02 today",),
    is_mutating=True,
)
