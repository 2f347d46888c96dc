"""Repositories of what is administered: buildings and rooms, and societies."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from core.model import (
    Building,
    BuildingId,
    Membership,
    PersonId,
    Role,
    Room,
    RoomId,
    Society,
    SocietyId,
    TokenTerm,
)


class RoomRepository(Protocol):
    """Buildings and rooms, those out of use among them."""

    def buildings(self) -> list[Building]: ...
    def rooms(self) -> list[Room]: ...
    def put_buildings(self, buildings: Iterable[Building]) -> None: ...
    def put_rooms(self, rooms: Iterable[Room]) -> None:
        """Stores all but `retired_at`, as `put_buildings` does."""
        ...

    def retire(
        self, rooms: Collection[RoomId], buildings: Collection[BuildingId], at: datetime | None
    ) -> None:
        """Puts them out of use, or (None) back into use."""
        ...


class SocietyRepository(Protocol):
    """Societies that are not dissolved, their memberships and valid tokens."""

    def get(self, society_id: SocietyId) -> Society | None: ...
    def all(self) -> list[Society]: ...
    def add(self, society: Society) -> None:
        """Stores a new society; one with the id of a dissolved society takes its place."""
        ...

    def limit(self, society: Society) -> None:
        """Changes the limits of the society with this id."""
        ...

    def dissolve(self, society_id: SocietyId, at: datetime) -> None:
        """Removes all members and the token; history keeps the society."""
        ...

    def rename(self, society: Society) -> None:
        """Changes the name of the society with this id."""
        ...

    def memberships(self, person_id: PersonId) -> list[Membership]: ...
    def all_memberships(self) -> Mapping[PersonId, list[Membership]]: ...
    def members(self, society_id: SocietyId) -> list[Membership]: ...
    def role(self, person_id: PersonId, society_id: SocietyId) -> Role | None: ...
    def set_role(self, person_id: PersonId, society_id: SocietyId, role: Role | None) -> None:
        """Sets or removes (None) a membership."""
        ...

    def terms(self) -> Mapping[SocietyId, TokenTerm]: ...
    def set_term(self, society_id: SocietyId, term: TokenTerm) -> None: ...
