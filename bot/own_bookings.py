"""Which of someone's bookings they mean."""

import re

from bot.command import Call
from core.errors import Invalid, NoSuchBooking
from core.model import Booking

_ID = re.compile(r"^#?([0-9a-fA-F][0-9a-fA-F-]{3,35})$")


def meant(call: Call, words: str) -> tuple[Booking, str]:
    """The booking that the first word names by the start of its id, or the only one; and the other words."""
    mine = call.desk.bookings.upcoming(call.person.id)
    first, _, rest = words.strip().partition(" ")
    if (match := _ID.match(first)) is not None:
        return _by_id(mine, match.group(1).lower()), rest.strip()
    if not mine:
        raise NoSuchBooking
    if len(mine) > 1:
        raise Invalid(
            f"You have {len(mine)} bookings. Say which by its id, as /rooms mine shows it: {mine[0].id[:8]}"
        )
    return mine[0], words.strip()


def _by_id(mine: tuple[Booking, ...], start: str) -> Booking:
    matches = [each for each in mine if each.id.startswith(start)]
    if not matches:
        raise NoSuchBooking
    if len(matches) > 1:
        raise Invalid(f"More than one of your bookings begins with {start}. Type a little more of the id.")
    return matches[0]
