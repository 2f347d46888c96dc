"""Drafts: what was shown to a person, and waits for the press of a button or for words that refer to it."""

from datetime import datetime

from msgspec import Struct

from core.model.people import PersonId


class Draft(Struct, frozen=True):
    """A request or answer as it was shown, as text that the front end reads. Only `person_id` may use it."""

    id: str
    person_id: PersonId
    payload: str
    expires_at: datetime
