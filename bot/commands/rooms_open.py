"""`/rooms open`: opens again what was closed."""

from msgspec.structs import replace

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, Code, Reply, ReplyItem, Tone
from bot.conversation.closures import (
    ClosureText,
    closure_text,
    may_close,
    place_name,
    require_operator,
)
from bot.conversation.questions import clarification
from core.errors import Invalid, UnknownClosure
from core.model import Closure, ClosureId

_MAX_SHOWN = 10


async def handle(context: CommandContext) -> Reply:
    """For operators. Without a place, lists what is closed."""
    by = require_operator(context)
    closures = await context.services.closures.all()
    if not context.text.strip() and not any(context.options.values()):
        return _choose(context, closures, "These are closed:", "Nothing is closed.")
    text = ClosureText(context)
    if (question := clarification(context, text.reading)) is not None:
        return question
    if (place := text.place) is None:
        raise Invalid("What is open again? Name a room or a building, or say campus.")
    found = [each for each in closures if (each.room_id, each.building_id) == place]
    if text.reading.when is not None:
        window = text.interval()
        found = [each for each in found if any(True for _ in each.occurrences(window))]
    if len(found) == 1:
        return await _open(context, found[0].id, by)
    name = place_name(context, *place)
    return _choose(
        context,
        found or closures,
        f"Which of these closures of {name}?" if found else f"{name} isn't closed itself. These are closed:",
        f"{name} isn't closed.",
    )


async def handle_button(context: CommandContext) -> Reply:
    by, value = require_operator(context), context.value
    if not value.isdecimal() or len(value) > 18:
        raise UnknownClosure
    return replace(await _open(context, ClosureId(int(value)), by), replaces=True)


async def _open(context: CommandContext, closure_id: ClosureId, by: str) -> Reply:
    closure = await context.services.closures.remove(closure_id, by)
    return Reply(("Open again: ", *closure_text(context, closure), "."), tone=Tone.DONE)


def _choose(context: CommandContext, closures: list[Closure], question: str, nothing: str) -> Reply:
    if not closures:
        return Reply((f"{nothing} Close a room with ", Code('/rooms close Wren saturday 9-17 "exam"'), "."))
    items = tuple(
        ReplyItem(closure_text(context, each), buttons=(Button("open_closure", "Open again", str(each.id)),))
        for each in closures[:_MAX_SHOWN]
    )
    more = len(closures) - _MAX_SHOWN
    return Reply((question,), items=items, footer=(f"And {more} more.",) if more > 0 else ())


COMMAND = Command(
    name="rooms open",
    aliases=("admin open",),
    summary="Open again what was closed",
    usage="/rooms open [ROOM|BUILDING|campus] [WHEN]",
    handle=handle,
    parameters=(
        CommandParameter("where", ParameterType.PLACE, "A room or a building, or: campus"),
        CommandParameter("when", ParameterType.WHEN, "The time of the closure, if there are several"),
    ),
    actions=(ButtonAction("open_closure", handle_button),),
    examples=("/rooms open Wren saturday",),
    admin_only=True,
    may_use=may_close,
    is_mutating=True,
)
