"""Free slots of one room, for a request that leaves the hour open: `an hour between 2 and 6`, `tomorrow`."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import format_length, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Reply, Subject, Text, TimeRange, Tone
from bot.conversation.alternatives import UnavailableSlot, alternative_items, eligibility, price_text
from bot.conversation.button_values import SearchValue, SlotValue
from bot.conversation.refusals import NothingFree, refusal_text, refused_search
from bot.conversation.search import horizon_of, truncate_to_minute
from bot.conversation.wait_buttons import wait_buttons
from core.catalogue import RoomQuery
from core.errors import NotBookable, SocietyOnly, TooFarAhead
from core.interval import Interval
from core.model import Room, SocietyId
from core.services.bookings import snap_to_grid

MAX_OFFERED = 4
_MAX_DAYS = 7


def free_slots(
    context: CommandContext, room: Room, window: Interval, length: timedelta, society_id: SocietyId | None
) -> Iterator[Interval]:
    """The slots of this length that the requester could book within a window, one after the other."""
    rules = context.services.rules
    schedule = context.read_model.availability.schedule(room.id)
    check = eligibility(context, society_id)
    step = timedelta(minutes=rules.slot_length_of(room))
    latest = min(window.end, window.start + timedelta(days=_MAX_DAYS))
    start = snap_to_grid(Interval.of_length(window.start, step), room, rules).start
    start = start if start >= window.start else start + step
    while start + length <= latest:
        slot = snap_to_grid(Interval.of_length(start, length), room, rules)
        seconds = int(slot.start.timestamp()), int(slot.end.timestamp())
        is_free = slot.end <= window.end and schedule.is_free(*seconds) and check.allows(room, slot)
        if is_free:
            yield slot
        start = slot.end if is_free else start + step


async def free_slots_reply(context: CommandContext, room: Room, search: SearchValue, title: str) -> Reply:
    """Offers the first free slots of a room within a search, each with a button that books it."""
    length = timedelta(minutes=search.minutes)
    slots = tuple(islice(free_slots(context, room, search.slot, length, search.society_id), MAX_OFFERED))
    if not slots:
        return await _nothing_free(context, room, search, title)
    buttons = tuple(
        Button(
            Action.BOOK,
            _label(context, slot, slots[0]),
            str(SlotValue(room.id, slot, search.society_id, title)),
            ButtonStyle.PRIMARY if slot is slots[0] else ButtonStyle.PLAIN,
        )
        for slot in slots
    )
    text: Text = ("Book ", Bold(room_name(room)), ", ", TimeRange(slots[0]), "?")
    price = price_text(context, slots[0].minutes, search.society_id)
    text = (*text, f" It {price}.") if price else text
    more = (" Or choose another time.",) if len(slots) > 1 else ()
    return Reply((*text, *more), actions=buttons, subject=Subject(slot=buttons[0].value))


def _label(context: CommandContext, slot: Interval, first: Interval) -> str:
    """`Book 14:00–15:00`, with the day where it is not the first one's."""
    start, hours = slot.start.astimezone(context.zone), hours_text(context, slot)
    if start.date() != first.start.astimezone(context.zone).date():
        hours = f"{start:%a} {start.day} {start:%b} {hours}"
    return f"Book {hours}" if slot is first else hours


def hours_text(context: CommandContext, slot: Interval) -> str:
    """`14:00–15:00`, for buttons."""
    start, end = slot.start.astimezone(context.zone), slot.end.astimezone(context.zone)
    return f"{start:%H:%M}–{end:%H:%M}"


async def _nothing_free(context: CommandContext, room: Room, search: SearchValue, title: str) -> Reply:
    """Why the room has no such slot; the requester may not be allowed to book it then, even if it is free."""
    wanted = snap_to_grid(
        Interval.of_length(search.slot.start, timedelta(minutes=search.minutes)), room, context.services.rules
    )
    others = await alternative_items(
        context, UnavailableSlot(RoomQuery(room=room.id), wanted, search.society_id, title)
    )
    refusal = eligibility(context, search.society_id).refusal(room, wanted)
    if isinstance(refusal, TooFarAhead | SocietyOnly | NotBookable):
        text: Text = refusal_text(refusal, context.services)
    else:
        length = format_length(search.minutes)
        text = (Bold(room_name(room)), f" isn't free for {length} within ", TimeRange(search.slot), ".")
    if isinstance(refusal, TooFarAhead):
        button = _next_free_button(context, room, search)
    else:
        anywhere = replace(search, query=RoomQuery(building=room.building_id), skip=0)
        button = Button(Action.SEARCH, "See what's free then", str(anywhere))
    wait = (
        wait_buttons(context, RoomQuery(room=room.id), wanted, search.society_id) if refusal is None else ()
    )
    return Reply(
        (*text, " Free instead:") if others else text,
        tone=Tone.REFUSED,
        items=others,
        actions=(button, *wait),
        refusal=refused_search(context, search, wanted, refusal or NothingFree()),
    )


def _next_free_button(context: CommandContext, room: Room, search: SearchValue) -> Button:
    """Searches for the room's first free slot that can be booked by now."""
    days = timedelta(days=horizon_of(context, search.society_id))
    window = Interval.of_length(truncate_to_minute(context.services.clock.now()), days)
    sooner = replace(search, slot=window, query=RoomQuery(room=room.id), skip=0)
    return Button(Action.SEARCH, "When is it free sooner?", str(sooner))
