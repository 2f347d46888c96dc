"""Who looks after timetables, and telling them of one that was refused."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from core.model import OutboxMessage, Person
from core.names import same_name
from core.ports import UnitOfWork

IMPORT_REJECTED = "refused timetable"
_MESSAGE_LIFETIME = timedelta(days=14)


def is_operator(person: Person, names: Collection[str]) -> bool:
    """Those who are named, or administrators when nobody is."""
    return any(same_name(person.username, each) for each in names) if names else person.is_admin


def queue_for_operators(
    unit: UnitOfWork, named: Collection[str], source: str, beside: int, doubts: Sequence[str], now: datetime
) -> int:
    """Tell each of them once, as long as the doubts and the run they are measured beside are the same."""
    about = sha256("\n".join(doubts).encode()).hexdigest()[:16]
    return unit.outbox.add(
        OutboxMessage(
            key=f"{IMPORT_REJECTED} {source} {beside} {about} {each.id}",
            kind=IMPORT_REJECTED,
            due_at=now,
            payload=source,
            person_id=each.id,
            expires_at=now + _MESSAGE_LIFETIME,
        )
        for each in unit.people.all()
        if is_operator(each, named)
    )
