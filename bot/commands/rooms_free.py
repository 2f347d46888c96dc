"""`/rooms free`: lists free rooms, best first, each with a button that books it."""

from dataclasses import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, Reply, TimeRange
from bot.conversation.button_values import SearchValue
from bot.conversation.free_rooms import (
    PAGE_SIZE,
    RoomSearch,
    availability_for,
    count_text,
    heading,
    no_room_reply,
    short_start,
    with_full_ids,
)
from bot.conversation.quoted_message import read_quoted
from bot.conversation.search import clarification, parse_text, search_from
from bot.language import ParseResult
from core.services.find_rooms import SearchResult


async def handle(context: CommandContext) -> Reply:
    return await _search(context, parse_text(context))


async def handle_quoted(context: CommandContext, message: str) -> Reply:
    """Lists rooms for the time, size and place in a quoted message."""
    return await _search(context, read_quoted(context, message))


async def handle_button(context: CommandContext) -> Reply:
    """Shows another page, or the search that the button carries."""
    search = with_full_ids(context.read_model, SearchValue.read(context.value))
    reply = await _results(context, search)
    return replace(reply, text=(TimeRange(search.slot), ": ", *reply.text), replaces=True)


async def _search(context: CommandContext, reading: ParseResult) -> Reply:
    if (question := clarification(reading)) is not None:
        return question
    reply = await _results(context, search_from(context, reading))
    actions = (*reply.actions, *_other_readings(context, reading))
    return replace(reply, text=heading(context, reading, reply.text), actions=actions)


def _other_readings(context: CommandContext, reading: ParseResult) -> tuple[Button, ...]:
    """Buttons that search at the other times the text could mean."""
    return tuple(
        Button(
            Action.SEARCH,
            f"Or {short_start(context, other.start)}",
            str(search_from(context, replace(reading, when=other))),
        )
        for other in reading.alternatives[:2]
    )


async def _results(context: CommandContext, search: SearchValue) -> Reply:
    """One page of free rooms, or alternatives when there are none."""
    availability = await availability_for(context, search.slot)
    rooms = RoomSearch(context, search, availability)
    found = rooms.find() if availability is not None else None
    if found is None or not found.total:
        return await no_room_reply(context, search)
    items = tuple(rooms.item(free) for free in found.rooms)
    reply = Reply(count_text(found), items=items, actions=_page_buttons(search, found))
    if any(item.buttons for item in items):
        return reply
    return await rooms.explain_not_bookable(found, reply)


def _page_buttons(search: SearchValue, result: SearchResult) -> tuple[Button, ...]:
    shown = search.skip + len(result.rooms)
    previous = max(0, search.skip - PAGE_SIZE)
    buttons = []
    if search.skip:
        buttons.append(Button(Action.SEARCH, "Back", str(replace(search, skip=previous))))
    if shown < result.total:
        label = f"{result.total - shown} more"
        buttons.append(Button(Action.SEARCH, label, str(replace(search, skip=shown))))
    return tuple(buttons)


COMMAND = Command(
    name="rooms free",
    summary="Find a free room",
    usage="/rooms free [when] [seats] [place] [equipment]",
    handle=handle,
    parameters=(
        CommandParameter("when", ParameterType.WHEN, "Date and time: now, tomorrow 3pm for 2 hours"),
        CommandParameter("seats", ParameterType.NUMBER, "The number of seats you need", template="{} seats"),
        CommandParameter("where", ParameterType.PLACE, "A building, or near one"),
        CommandParameter(
            "with", ParameterType.EQUIPMENT, "Equipment: printer, whiteboard, coffee", template="with {}"
        ),
        CommandParameter("for", ParameterType.SOCIETY, "The society you're booking for", template="for {}"),
    ),
    actions=(ButtonAction(Action.SEARCH, handle_button),),
    aliases=("rooms find", "free"),
    examples=("/rooms free now 20 seats", "/rooms free tomorrow 3pm for 2 hours near Ainsworth"),
    quoted=handle_quoted,
)
