"""Confirmation of a series that was booked over HTTP: one for all of its dates."""

from bot.chat.command import CommandContext
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Reply, TimeRange, Tone
from bot.conversation.series_values import series_buttons
from bot.notifications.template import NotificationType
from core.errors import UnknownSeries
from core.model import OutboxMessage, SeriesId
from core.services.reminders import SERIES_CONFIRMATION


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    try:
        overview = await context.services.series.get(SeriesId(message.payload))
    except UnknownSeries:
        return None
    if (first := overview.next) is None:
        return None
    room = context.read_model.catalogue.rooms.get(first.room_id)
    count = len(overview.upcoming)
    return Reply(
        actions=series_buttons(overview.series.id),
        text=(
            "You're booked: ",
            Bold(room_name(room) if room else first.room_id),
            f", {count} dates. The first is " if count > 1 else ", ",
            TimeRange(first.interval),
            ".",
        ),
        tone=Tone.DONE,
    )


SERIES_CONFIRMATION_TYPE = NotificationType(SERIES_CONFIRMATION, compose)
