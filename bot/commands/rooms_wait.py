"""`/rooms wait`: puts the requester in line for a room or a kind of room that is taken."""

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Code, Reply, Tone
from bot.conversation.button_values import SearchValue, SlotValue
from bot.conversation.free_rooms import with_full_ids
from bot.conversation.questions import clarification
from bot.conversation.search import search_from
from bot.conversation.search_reply import result_reply
from bot.conversation.series_text import check_request_frequency
from bot.conversation.slot_offer import offer_slot, requested_slot
from bot.conversation.typed_options import parse_request
from bot.conversation.waiting import room_query, waiting_reply
from bot.language import ParseResult, TimeKind
from core.errors import NothingToWaitFor
from core.interval import Interval
from core.services.bookings import snap_to_grid
from core.services.waiting import WaitRequest


async def handle(context: CommandContext) -> Reply:
    reading = parse_request(context)
    check_request_frequency(context)
    if (question := clarification(context, reading)) is not None:
        return question
    if reading.unparsed:
        return _unclear(f"I didn't understand “{', '.join(reading.unparsed)[:60]}”. For example: ")
    when, search = reading.when, search_from(context, reading)
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        if reading.room is None:
            return _unclear("From when to when? For example: ")
        return await _ask(context, search, is_watch=True)
    return await _ask(context, replace(search, slot=_slot(context, reading, search)))


def _slot(context: CommandContext, reading: ParseResult, search: SearchValue) -> Interval:
    if reading.room is not None and reading.when is not None:
        return requested_slot(context, reading.when, context.read_model.catalogue.room(reading.room))
    return snap_to_grid(search.slot, None, context.services.rules)


def _unclear(problem: str) -> Reply:
    example = Code("/rooms wait 20 seats near Wren tomorrow 2-4")
    return Reply((problem, example, "."), tone=Tone.UNCLEAR)


async def handle_button(context: CommandContext) -> Reply:
    """Waits for what was taken in the answer above the button."""
    return await _ask(context, with_full_ids(context.read_model, SearchValue.read(context.value)))


async def _ask(context: CommandContext, search: SearchValue, *, is_watch: bool = False) -> Reply:
    request = WaitRequest(context.person.id, search.slot, room_query(search), search.society_id, is_watch)
    try:
        return waiting_reply(context, await context.services.waiting.ask(request))
    except NothingToWaitFor as refusal:
        if not refusal.is_free:
            raise
        return await _offer(context, search, is_watch=is_watch)


async def _offer(context: CommandContext, search: SearchValue, *, is_watch: bool) -> Reply:
    """What is free is offered instead."""
    if search.query.room is None or is_watch:
        return await result_reply(context, search)
    room = context.read_model.catalogue.room(search.query.room)
    offer = offer_slot(context, room, SlotValue(room.id, search.slot, search.society_id))
    return replace(offer, text=("It's free. ", *offer.text))


COMMAND = Command(
    name="rooms wait",
    summary="Wait for a room that is taken",
    usage="/rooms wait ROOM|[seats] [place] WHEN",
    handle=handle,
    parameters=(
        CommandParameter("when", ParameterType.WHEN, "Date and time: tomorrow 2-4", required=True),
        CommandParameter("where", ParameterType.PLACE, "A room, a building, or near one"),
        CommandParameter("seats", ParameterType.NUMBER, "The number of seats you need"),
        CommandParameter("with", ParameterType.EQUIPMENT, "Equipment: printer, whiteboard, coffee"),
        CommandParameter("for", ParameterType.SOCIETY, "The society you're booking for"),
    ),
    actions=(ButtonAction(Action.WAIT, handle_button),),
    examples=("/rooms wait Wren G02 tomorrow 2-4", "/rooms wait 20 seats near Wren tomorrow 2-4"),
    is_mutating=True,
)
