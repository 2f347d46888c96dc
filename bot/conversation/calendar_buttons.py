"""*Add to calendar*: the button of a booking for its `.ics` file."""

from bot.calendars.links import booking_url
from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.reply import Button
from bot.chat.request import PlatformName
from core.model import Booking

_LABEL = "Add to calendar"


def calendar_buttons(context: CommandContext, booking: Booking) -> tuple[Button, ...]:
    """A signed link; on Discord a button for the file, in the terminal one that shows the link.

    None once the booking is over, or where browsers cannot reach Roomie, except on Discord.
    """
    platform = context.request.requester.platform
    if booking.interval.end <= context.services.clock.now():
        return ()
    if platform is PlatformName.DISCORD:
        return (Button(Action.ADD_TO_CALENDAR, _LABEL, booking.id),)
    if not context.services.public_url:
        return ()
    if platform is PlatformName.TERMINAL:
        return (Button(Action.ADD_TO_CALENDAR, _LABEL, booking.id),)
    return (Button(Action.ADD_TO_CALENDAR, _LABEL, url=signed_link(context, booking)),)


def signed_link(context: CommandContext, booking: Booking) -> str:
    services = context.services
    return booking_url(services.public_url, services.accounts.secrets[0], booking, services.clock.now())
