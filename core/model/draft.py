"""Drafts: what was shown to a person, and waits for the press of a button or for words that refer to it."""

from dataclasses import dataclass
from datetime import datetime

from core.model.people import PersonId


@dataclass(frozen=True, slots=True)
class Draft:
    """A request or answer as it was shown, as text that the front end reads. Only `person_id` may use it."""

    id: str
    person_id: PersonId
    payload: str
    expires_at: datetime
