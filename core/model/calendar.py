"""Calendar addresses: secret addresses under which calendar programs fetch bookings."""

from datetime import datetime

from msgspec import Struct

from core.model.people import PersonId, SocietyId


class CalendarAddress(Struct, frozen=True):
    """The address of a person's own calendar, or of that of a society over which they preside.

    Its secret is derived from the server's secret and `salt`, which is random; only its hash is stored.
    """

    hash: bytes
    salt: bytes
    person_id: PersonId
    society_id: SocietyId | None
    created_at: datetime
