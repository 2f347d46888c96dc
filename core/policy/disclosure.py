"""Who may hear the history of a booking, and how much of it."""

from collections.abc import Mapping
from enum import IntEnum

from msgspec import Struct, field

from core.errors import UnknownBooking
from core.model import Booking, Guest, Identity, PersonId, Role, SocietyId


class Disclosure(IntEnum):
    """How much of a booking's history somebody hears; each includes the ones before."""

    GUEST = 1
    """Who made it, where it is, and whether it took place."""
    SOCIETY = 2
    """Everything that people did to it."""
    OWNER = 3
    """What it cost and which messages were sent about it."""
    ADMINISTRATOR = 4


class Viewer(Struct, frozen=True):
    """Somebody who wants to know why. `person_id` is None for a chat account without an account."""

    person_id: PersonId | None
    identities: tuple[Identity, ...] = ()
    roles: Mapping[SocietyId, Role] = field(default_factory=dict)
    is_administrator: bool = False
    """Only a service that has checked the right says so."""

    def is_guest(self, guest: Guest) -> bool:
        is_person = guest.person_id is not None and guest.person_id == self.person_id
        return is_person or guest.identity in self.identities


def disclosure(booking: Booking, viewer: Viewer) -> Disclosure:
    """How much a viewer hears of a booking; to others it is as unknown as one that does not exist."""
    role = viewer.roles.get(booking.society_id) if booking.society_id is not None else None
    if viewer.is_administrator:
        return Disclosure.ADMINISTRATOR
    if booking.booked_by is not None and booking.booked_by == viewer.person_id:
        return Disclosure.OWNER
    if booking.booked_by is None and role is Role.PRESIDENT:
        return Disclosure.OWNER
    if role is not None:
        return Disclosure.SOCIETY
    if any(map(viewer.is_guest, booking.guests)):
        return Disclosure.GUEST
    raise UnknownBooking
