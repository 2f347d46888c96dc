"""*Add to calendar*: the button of a booking that leads to its `.ics` file."""

from bot.calendars.links import booking_url
from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.reply import Button
from bot.chat.request import PlatformName
from core.model import Booking

_LABEL = "Add to calendar"


def calendar_buttons(context: CommandContext, booking: Booking) -> tuple[Button, ...]:
    """A signed link; in the terminal, where links are long lines, a button that shows it.

    None once the booking is over, or where browsers cannot reach Roomie.
    """
    if not context.services.public_url or booking.interval.end <= context.services.clock.now():
        return ()
    if context.request.requester.platform is PlatformName.TERMINAL:
        return (Button(Action.ADD_TO_CALENDAR, _LABEL, booking.id),)
    return (Button(Action.ADD_TO_CALENDAR, _LABEL, url=signed_link(context, booking)),)


def signed_link(context: CommandContext, booking: Booking) -> str:
    services = context.services
    return booking_url(services.public_url, services.accounts.secrets[0], booking, services.clock.now())
