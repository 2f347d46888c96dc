"""Who administers, and the check of their right in the transaction that changes something."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from core.errors import Conflict, NotPermitted
from core.model import AuditEntry, OpeningHours, Person, PersonId
from core.policy.administrators import NOT_ADMINISTRATOR, may_administer
from core.ports import UnitOfWork

CONSOLE = "administrator"
"""Actor of the command line: who can run it has the database."""


class Administrator(Struct, frozen=True):
    """A person who asks to administer; None is the operator at the command line."""

    person_id: PersonId | None = None

    @property
    def actor(self) -> str:
        return CONSOLE if self.person_id is None else f"person:{self.person_id}"

    def check(self, unit: UnitOfWork, now: datetime) -> None:
        """Raises `NotPermitted` unless they are an administrator now."""
        if self.person_id is None:
            return
        person = unit.people.get(self.person_id)
        if person is None or not may_administer(person, now):
            raise NotPermitted(NOT_ADMINISTRATOR)

    def entry(
        self, now: datetime, action: str, subject: str, details: Mapping[str, str | int] | None = None
    ) -> AuditEntry:
        return AuditEntry(now, self.actor, action, subject, details or {})


class LastAdministrator(Conflict):
    """Nobody would be left who may administer Roomie."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__("Somebody must administer Roomie. Make somebody else administrator first.")


def check_not_last(unit: UnitOfWork, person: Person, now: datetime) -> None:
    """Raises `LastAdministrator` unless somebody else may administer.

    Holds until the transaction ends: two administrators who remove each other wait for one another.
    """
    if not may_administer(person, now):
        return
    unit.people.lock_administrators()
    if not any(may_administer(each, now) for each in unit.people.all() if each.id != person.id):
        raise LastAdministrator


def changed(**fields: tuple[object, object]) -> dict[str, str | int]:
    """Audit details of the fields that changed: `capacity: 30 → 40`."""
    return {
        name: f"{_shown(before)} → {_shown(after)}"
        for name, (before, after) in fields.items()
        if before != after
    }


def _shown(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, OpeningHours):
        return f"{_clock(value.opens)}-{_clock(value.closes)}"
    if isinstance(value, (frozenset, set, tuple, list)):
        return ", ".join(sorted(map(str, value))) or "none"
    return str(value)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}" if minutes != 24 * 60 else "24:00"
