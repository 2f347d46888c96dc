"""Free slots of one room, for a request that leaves the hour open: `an hour between 2 and 6`, `tomorrow`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Reply, TimeRange, Tone
from bot.conversation.alternatives import UnavailableSlot, alternative_items, eligibility
from bot.conversation.button_values import SearchValue, SlotValue
from core.catalogue import RoomQuery
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
        return await _nothing_free(context, room, search)
    buttons = tuple(
        Button(
            Action.BOOK,
            _label(context, slot, slots[0]),
            str(SlotValue(room.id, slot, search.society_id, title)),
            ButtonStyle.PRIMARY if slot is slots[0] else ButtonStyle.PLAIN,
        )
        for slot in slots
    )
    text = ("Book ", Bold(room_name(room)), ", ", TimeRange(slots[0]), "?")
    more = (" Or choose another time.",) if len(slots) > 1 else ()
    return Reply((*text, *more), actions=buttons)


def _label(context: CommandContext, slot: Interval, first: Interval) -> str:
    """`Book 14:00–15:00`, with the day where it is not the first one's."""
    start, end = slot.start.astimezone(context.zone), slot.end.astimezone(context.zone)
    hours = f"{start:%H:%M}–{end:%H:%M}"
    if start.date() != first.start.astimezone(context.zone).date():
        hours = f"{start:%a} {start.day} {start:%b} {hours}"
    return f"Book {hours}" if slot is first else hours


async def _nothing_free(context: CommandContext, room: Room, search: SearchValue) -> Reply:
    wanted = Interval.of_length(search.slot.start, timedelta(minutes=search.minutes))
    others = await alternative_items(
        context, UnavailableSlot(RoomQuery(room=room.id), wanted, search.society_id)
    )
    text = (
        Bold(room_name(room)),
        " isn't free for ",
        f"{search.minutes} minutes within ",
        TimeRange(search.slot),
        ".",
    )
    anywhere = replace(search, query=RoomQuery(building=room.building_id), skip=0)
    button = Button(Action.SEARCH, "See what's free then", str(anywhere))
    return Reply(
        (*text, " Free instead:") if others else text, tone=Tone.REFUSED, items=others, actions=(button,)
    )
