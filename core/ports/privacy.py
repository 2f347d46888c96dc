"""Repository of everything that is stored about one person, whatever the table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.model import DataSubject, Erasure, PersonalData, PersonId
from core.model.retention import RowKey


class PrivacyRepository(Protocol):
    """Finds, exports and erases the rows about a person. Each kind of row is a section."""

    def subject(self, person_id: PersonId) -> DataSubject | None:
        """The person, whether they are being erased or not."""
        ...

    def export(self, subject: DataSubject) -> PersonalData:
        """All rows about a person, without secrets and without what is about others."""
        ...

    def begin(self, erasure: Erasure) -> bool:
        """Marks a person as being erased: from now on no repository finds them. False if that was so."""
        ...

    def unfinished(self) -> list[Erasure]: ...
    def finish(self, person_ids: Sequence[PersonId], now: datetime) -> None: ...
    def erased(self) -> list[Erasure]:
        """All erasures, oldest first."""
        ...

    @property
    def sections(self) -> tuple[str, ...]:
        """Sections to erase, in an order in which nothing refers to what is gone."""
        ...

    def find(self, section: str, subject: DataSubject, after: RowKey | None, limit: int) -> Sequence[RowKey]:
        """Keys of rows about a person, in order. May scan a whole table: for snapshots."""
        ...

    def erase(self, section: str, subject: DataSubject, keys: Sequence[RowKey], now: datetime) -> int:
        """Deletes these rows, or takes the person out of them; returns how many had to be changed."""
        ...

    def remove_person(self, person_id: PersonId) -> None:
        """Deletes the account, once no row refers to it."""
        ...
