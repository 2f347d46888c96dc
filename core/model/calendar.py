"""Calendar addresses: secret addresses under which calendar programs fetch bookings."""

from dataclasses import dataclass
from datetime import datetime

from core.model.people import PersonId, SocietyId


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """The address of a person's own calendar, or of that of a society over which they preside.

    Its secret is derived from the server's secret and `salt`, which is random; only its hash is stored.
    """

    hash: bytes
    salt: bytes
    person_id: PersonId
    society_id: SocietyId | None
    created_at: datetime
