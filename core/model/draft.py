"""Drafts: requests that were shown to a person and wait for the press of a button."""

from dataclasses import dataclass
from datetime import datetime

from core.model.people import PersonId


@dataclass(frozen=True, slots=True)
class Draft:
    """A request with what was shown for it, as text that the front end reads. Only `person_id` may use it."""

    id: str
    person_id: PersonId
    payload: str
    expires_at: datetime
