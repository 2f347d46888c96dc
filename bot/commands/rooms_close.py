"""`/rooms close`: closes a room, a building or the campus for a while."""

from msgspec.structs import replace

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Reply, ReplyItem, TimeRange, Tone
from bot.conversation.button_values import ClosureValue, resolve_id
from bot.conversation.closures import ClosureText, closure_text, holder_name, may_close, require_operator
from bot.conversation.questions import clarification
from core.errors import BookingsInClosure
from core.model import Booking
from core.services.closures import NewClosure

_MAX_SHOWN = 10


async def handle(context: CommandContext) -> Reply:
    """For operators."""
    by = require_operator(context)
    text = ClosureText(context)
    if (question := clarification(context, text.reading)) is not None:
        return question
    return await _close(context, text.closure(), by, is_confirmed=text.is_confirmed)


async def handle_button(context: CommandContext) -> Reply:
    """Closes although somebody has booked."""
    by, value, catalogue = (
        require_operator(context),
        ClosureValue.read(context.value),
        context.read_model.catalogue,
    )
    closure = NewClosure(
        value.slot,
        value.reason,
        resolve_id(value.room_id, catalogue.rooms) if value.room_id else None,
        resolve_id(value.building_id, catalogue.buildings) if value.building_id else None,
        value.is_yearly,
    )
    return replace(await _close(context, closure, by, is_confirmed=True), replaces=True)


async def _close(context: CommandContext, closure: NewClosure, by: str, *, is_confirmed: bool) -> Reply:
    try:
        result = await context.services.closures.add([closure], by, is_confirmed=is_confirmed)
    except BookingsInClosure as refusal:
        return _ask(context, closure, refusal.bookings)
    if not result.added:
        return Reply(("That is closed already: ", *closure_text(context, closure), "."))
    opening = Button("open_closure", "Open again", str(result.added[0].id))
    return Reply(
        ("Closed: ", *closure_text(context, closure), ".", *_notified(len(result.bookings))),
        tone=Tone.DONE,
        actions=(opening,),
    )


def _notified(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (
        (f" {_bookings(count)} inside: the holder is asked to move or cancel it.",)
        if count == 1
        else (f" {_bookings(count)} inside: the holders are asked to move or cancel them.",)
    )


def _ask(context: CommandContext, closure: NewClosure, bookings: tuple[Booking, ...]) -> Reply:
    """Says whom a closure would hit; a button closes all the same."""
    value = ClosureValue(
        closure.interval, closure.room_id, closure.building_id, closure.is_yearly, closure.reason
    )
    more = len(bookings) - _MAX_SHOWN
    is_complete = ClosureValue.read(str(value)).reason == closure.reason
    button = Button("close_anyway", "Close anyway", str(value), ButtonStyle.DANGER)
    confirmed = Code("confirm: yes" if context.options else "--yes")
    typed = () if is_complete else (" To close all the same, type the command again with ", confirmed, ".")
    count = len(bookings)
    there, they = ("is", "It stays") if count == 1 else ("are", "They stay")
    consequence = f". {they} until moved or cancelled, and I'll message the people concerned."
    return Reply(
        (
            f"{_bookings(count)} {there} in that time: ",
            *closure_text(context, closure),
            consequence,
            *typed,
        ),
        tone=Tone.REFUSED,
        items=tuple(_item(context, each) for each in bookings[:_MAX_SHOWN]),
        actions=(button,) if is_complete else (),
        footer=(f"And {more} more.",) if more > 0 else (),
        code=BookingsInClosure.code,
    )


def _item(context: CommandContext, booking: Booking) -> ReplyItem:
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    title = (Bold(room_name(room) if room else booking.room_id), " · ", holder_name(context, booking))
    return ReplyItem(title, (TimeRange(booking.interval),))


def _bookings(count: int) -> str:
    return "1 booking" if count == 1 else f"{count} bookings"


COMMAND = Command(
    name="rooms close",
    aliases=("admin close",),
    summary="Close a room, a building or the campus",
    usage='/rooms close ROOM|BUILDING|campus WHEN ["REASON"] [every year]',
    handle=handle,
    parameters=(
        CommandParameter("where", ParameterType.PLACE, "A room or a building, or: campus", required=True),
        CommandParameter(
            "when", ParameterType.WHEN, "From when to when: saturday 9-17, 24 dec - 1 jan", required=True
        ),
        CommandParameter("reason", ParameterType.TEXT, "Why, such as: exam"),
        CommandParameter(
            "confirm",
            ParameterType.TEXT,
            "yes: close although there are bookings in that time",
            choices=("yes",),
        ),
    ),
    actions=(ButtonAction("close_anyway", handle_button),),
    examples=('/rooms close Wren saturday 9-17 "exam"', '/rooms close campus 25 dec every year "Christmas"'),
    admin_only=True,
    may_use=may_close,
    is_mutating=True,
)
