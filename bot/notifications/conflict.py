"""Warning that a published class overlaps a booking, or dates of a series, with alternatives."""

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import cancel_button, own_title, room_name, short_id
from bot.chat.reply import Bold, Button, Reply, ReplyItem, TimeRange, Tone
from bot.conversation.alternatives import UnavailableSlot, alternative_items
from bot.conversation.button_values import MoveValue, resolve_id
from bot.conversation.series_values import series_buttons
from bot.notifications.template import NotificationType
from core.catalogue import RoomQuery
from core.errors import UnknownSeries
from core.model import Booking, Busy, OutboxMessage, SeriesId
from core.services.conflicts import CONFLICT, find_conflict

_MAX_DATES, _MAX_OFFERS = 6, 2
"""Dates of a series in one message, and rooms for each: Discord shows 40 components."""


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once the booking was cancelled or moved, or the class is gone."""
    source, _, series_id = message.payload.partition("\n")
    if series_id:
        return await _of_series(context, SeriesId(series_id), source)
    booking = context.read_model.bookings.get(message.booking_id) if message.booking_id else None
    overlapping = find_conflict(context.read_model, booking, source) if booking is not None else None
    if booking is None or overlapping is None:
        return None
    return await _of_booking(context, booking, overlapping)


async def _of_booking(context: CommandContext, booking: Booking, overlapping: Busy) -> Reply | None:
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    if room is None:
        return None
    offers = await _offers(context, booking)
    title = own_title(booking)
    next_step = " Move it to:" if offers else " Nothing similar is free around then."
    text = (
        f"{overlapping.name} now takes place in ",
        Bold(room_name(room)),
        " during your booking, ",
        *((f"“{title}”, ",) if title else ()),
        TimeRange(booking.interval),
        f". Your booking still stands, but the room will be in use.{next_step}",
    )
    return replace(
        Reply(text, tone=Tone.REFUSED, items=offers),
        actions=(cancel_button(booking, "Cancel booking"),),
        footer=(f"Booking {short_id(booking)}",),
    )


async def _offers(context: CommandContext, booking: Booking) -> tuple[ReplyItem, ...]:
    query = RoomQuery(room=booking.room_id, capacity=0)
    wanted = UnavailableSlot(query, booking.interval, booking.society_id)
    return await alternative_items(context, wanted, moving=booking)


async def _of_series(context: CommandContext, series_id: SeriesId, source: str) -> Reply | None:
    """One message about all dates that the class takes, with rooms for each."""
    try:
        overview = await context.services.series.get(series_id)
    except UnknownSeries:
        return None
    rooms = context.read_model.catalogue.rooms
    found = [
        (booking, overlapping)
        for booking in overview.upcoming
        if booking.room_id in rooms
        and (overlapping := find_conflict(context.read_model, booking, source)) is not None
    ]
    if not found:
        return None
    if len(found) == 1:
        return await _of_booking(context, *found[0])
    names = ", ".join(dict.fromkeys(overlapping.name for _, overlapping in found))
    first, shown = found[0][0], found[:_MAX_DATES]
    title, more = own_title(first), len(found) - len(shown)
    takes = "now takes place" if "," not in names else "now take place"
    text = (
        f"{names} {takes} in ",
        Bold(room_name(rooms[first.room_id])),
        f" on {len(found)} dates of your series",
        f" “{title}”." if title else ".",
        " Your bookings still stand, but the room will be in use. Move each, or cancel it:",
    )
    items = [await _date_item(context, booking) for booking, _ in shown]
    rest = (f" {more} more below All dates." if more > 1 else " One more below All dates.",) if more else ()
    return Reply((*text, *rest), tone=Tone.REFUSED, items=tuple(items), actions=series_buttons(series_id))


async def _date_item(context: CommandContext, booking: Booking) -> ReplyItem:
    offers = [button for each in await _offers(context, booking) for button in each.buttons]
    moves = tuple(_move_button(context, booking, each) for each in offers[:_MAX_OFFERS])
    detail = () if moves else ("Nothing similar is free around then.",)
    return ReplyItem((TimeRange(booking.interval),), detail, (*moves, cancel_button(booking)))


def _move_button(context: CommandContext, booking: Booking, button: Button) -> Button:
    """The button of an offer, with its room, and its time if that is another."""
    value, rooms = MoveValue.read(button.value), context.read_model.catalogue.rooms
    room = rooms.get(resolve_id(value.room_id, rooms))
    begins = value.slot.start.astimezone(context.zone)
    time = "" if value.slot.start == booking.interval.start else f", {begins:%a %H:%M}"
    return replace(button, label=f"{room.name if room is not None else value.room_id}{time}"[:75])


CONFLICT_TYPE = NotificationType(CONFLICT, compose)
