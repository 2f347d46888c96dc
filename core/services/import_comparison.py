"""What an import from a file would change, and the number of each kind of change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from core.model import AuditEntry
from core.ports import UnitOfWork

K = TypeVar("K")
V = TypeVar("V")


class ImportSummary(Struct, frozen=True):
    """Numbers of records by what the import did with them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


class ImportComparison(Struct, Generic[K, V], frozen=True):
    """The values that a file brings, by key, beside those that are stored."""

    known: Mapping[K, V]
    wanted: Mapping[K, V]
    removed: tuple[K, ...] = ()
    unchanged: int = 0
    """Number of equal values that are in neither mapping."""
    extra: tuple[str, ...] = ()
    """Ids of buildings that are made for rooms."""

    @property
    def changes(self) -> dict[K, V]:
        """The values to store."""
        return {key: value for key, value in self.wanted.items() if self.known.get(key) != value}

    @property
    def summary(self) -> ImportSummary:
        added = sum(key not in self.known for key in self.wanted)
        unchanged = sum(self.known.get(key) == value for key, value in self.wanted.items())
        changed = len(self.wanted) - added - unchanged
        return ImportSummary(added, changed, unchanged + self.unchanged, len(self.removed))


def note_import(unit: UnitOfWork, action: str, summary: ImportSummary, now: datetime) -> None:
    """Writes the audit row of an import that changed something."""
    if summary.added or summary.changed or summary.removed:
        details = {"added": summary.added, "changed": summary.changed, "removed": summary.removed}
        unit.audit(AuditEntry(now, "administrator", action, "campus", details))
