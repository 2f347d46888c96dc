"""Addresses of calendars, links to calendar programs, and signed links to single bookings."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from msgspec import Struct

from bot.signing import SignedToken, make_token, read_token
from core.model import Booking, BookingId

PATH = "/calendars"
LINK_DAYS = 30
"""How long a link to a booking works."""
_PURPOSE = "booking link"


class CalendarLinks(Struct, frozen=True):
    """The URLs of one calendar. `base` is our public URL without a trailing slash, `name` a path's end."""

    base: str
    name: str

    @property
    def https(self) -> str:
        return f"{self.base}{PATH}/{self.name}.ics"

    @property
    def webcal(self) -> str:
        return f"webcal://{self.https.partition('://')[2]}"

    @property
    def google(self) -> str:
        return f"https://calendar.google.com/calendar/r?cid={quote(self.webcal, safe='')}"

    @property
    def outlook(self) -> str:
        return f"https://outlook.office.com/calendar/0/addfromweb?url={quote(self.https, safe='')}"

    @property
    def apple(self) -> str:
        """Redirects to `webcal`, which chat platforms take for no link."""
        return f"{self.https}?open=webcal"


def personal_links(base: str, secret: str) -> CalendarLinks:
    return CalendarLinks(base, f"secret/{secret}")


def room_links(base: str, room_id: str) -> CalendarLinks:
    return CalendarLinks(base, f"rooms/{quote(room_id, safe='')}")


def free_busy_url(base: str, room_id: str) -> str:
    return CalendarLinks(base, f"freebusy/{quote(room_id, safe='')}").https


def booking_url(base: str, server_secret: bytes, booking: Booking, now: datetime) -> str:
    """The signed link to a booking as an `.ics` file, valid for 30 days for its present owner's booking."""
    until = now + timedelta(days=LINK_DAYS)
    token = make_token(server_secret, _PURPOSE, booking.id.encode(), until, _owner(booking))
    return CalendarLinks(base, f"bookings/{token}").https


class BookingLink(Struct, frozen=True):
    """A link's content, to be verified against the booking that it names."""

    booking_id: BookingId
    token: SignedToken

    def is_valid(self, server_secrets: Sequence[bytes], booking: Booking, now: datetime) -> bool:
        is_signed = self.token.is_signed(server_secrets, _PURPOSE, _owner(booking))
        return is_signed and not self.token.is_expired(now)


def read_booking_link(text: str) -> BookingLink | None:
    """None for what is no such link."""
    token = read_token(text)
    if token is None or not (token.content.isascii() and token.content.decode("ascii").isprintable()):
        return None
    return BookingLink(BookingId(token.content.decode("ascii")), token)


def _owner(booking: Booking) -> str:
    """What a link is bound to: when a booking is given away, the links of its former owner end."""
    return f"{booking.booked_by} {booking.society_id or ''}"
