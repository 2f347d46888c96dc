"""Erasing people, and what is known about one person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from core.model.people import Identity, PersonId

PersonalFact: TypeAlias = str | int | float | bool | None
PersonalData: TypeAlias = Mapping[str, Sequence[Mapping[str, PersonalFact]]]
"""All rows about a person by section; instants are text in ISO 8601, UTC."""


class Erasure(Struct, frozen=True):
    """Erasure of a person. Their bookings to come go to `hand_over_to`, or are cancelled.

    Without a name, so that it can be stored for as long as there are backups with the person in them.
    """

    person_id: PersonId
    requested_at: datetime
    hand_over_to: PersonId | None = None


class DataSubject(Struct, frozen=True):
    """All by which a person can be found in what is stored."""

    person_id: PersonId
    username: str
    email: str
    name: str
    identities: tuple[Identity, ...] = ()

    @property
    def actor(self) -> str:
        """The person as an actor of the audit trail."""
        return f"person:{self.person_id}"

    @property
    def mentions(self) -> tuple[str, ...]:
        """What means this person wherever it is written; a username alone may be an ordinary word."""
        named = (self.email, *((self.name,) if " " in self.name else ()))
        return (*named, *self.identities)
