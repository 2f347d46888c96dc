"""Operators, and their notifications of rejected imports and failed backups."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from core.model import OutboxMessage, Person
from core.names import same_name
from core.ports import UnitOfWork

IMPORT_REJECTED = "refused timetable"
BACKUP_FAILED = "backup failed"
_MAX_ERROR_LENGTH = 300
_MESSAGE_LIFETIME = timedelta(days=14)


def is_operator(person: Person, names: Collection[str]) -> bool:
    """The configured operators, or administrators if there are none."""
    return any(same_name(person.username, each) for each in names) if names else person.is_admin


def queue_for_operators(
    unit: UnitOfWork,
    operators: Collection[str],
    source: str,
    current_run: int,
    anomalies: Sequence[str],
    now: datetime,
) -> int:
    """Queues one message per operator, current run and set of anomalies; returns how many are new."""
    digest = sha256("\n".join(anomalies).encode()).hexdigest()[:16]
    return unit.outbox.add(
        OutboxMessage(
            key=f"{IMPORT_REJECTED} {source} {current_run} {digest} {each.id}",
            kind=IMPORT_REJECTED,
            due_at=now,
            payload=source,
            person_id=each.id,
            expires_at=now + _MESSAGE_LIFETIME,
        )
        for each in unit.people.all()
        if is_operator(each, operators)
    )


def queue_backup_failure(unit: UnitOfWork, operators: Collection[str], error: str, now: datetime) -> int:
    """Queues one message per operator and day; returns how many are new."""
    return unit.outbox.add(
        OutboxMessage(
            key=f"{BACKUP_FAILED} {now.date()} {each.id}",
            kind=BACKUP_FAILED,
            due_at=now,
            payload=error[:_MAX_ERROR_LENGTH],
            person_id=each.id,
            expires_at=now + timedelta(days=1),
        )
        for each in unit.people.all()
        if is_operator(each, operators)
    )
