"""Addresses of calendars, links to calendar programs, and signed links to single bookings."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from core.localtime import epoch_day
from core.model import Booking, BookingId

PATH = "/calendars"
LINK_DAYS = 30
"""How long a link to a booking works."""
_DAY_BYTES, _MAC_BYTES = 3, 16


@dataclass(frozen=True, slots=True)
class CalendarLinks:
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
    day = epoch_day((now + timedelta(days=LINK_DAYS)).date())
    content = day.to_bytes(_DAY_BYTES, "big") + booking.id.encode()
    token = _encode(_mac(server_secret, content, booking) + content)
    return CalendarLinks(base, f"bookings/{token}").https


@dataclass(frozen=True, slots=True)
class BookingLink:
    """A link's content, to be verified against the booking that it names."""

    booking_id: BookingId
    content: bytes
    mac: bytes

    def is_valid(self, server_secrets: Sequence[bytes], booking: Booking, now: datetime) -> bool:
        last_day = int.from_bytes(self.content[:_DAY_BYTES], "big")
        signatures = (_mac(each, self.content, booking) for each in server_secrets)
        is_signed = any(hmac.compare_digest(each, self.mac) for each in signatures)
        return is_signed and epoch_day(now.date()) <= last_day


def read_booking_link(token: str) -> BookingLink | None:
    """None for what is no such link, or is spelled in another way."""
    try:
        decoded = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        content = decoded[_MAC_BYTES:]
        booking_id = content[_DAY_BYTES:].decode("ascii")
    except ValueError:
        return None
    is_canonical = _encode(decoded) == token and booking_id.isprintable()
    return BookingLink(BookingId(booking_id), content, decoded[:_MAC_BYTES]) if is_canonical else None


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _mac(server_secret: bytes, content: bytes, booking: Booking) -> bytes:
    """Bound to the owner: when a booking is given away, the links of its former owner end."""
    owner = f"{booking.booked_by} {booking.society_id or ''}".encode()
    return hmac.new(server_secret, b"booking link\n" + content + b"\n" + owner, sha256).digest()[:_MAC_BYTES]
