"""Who looks after timetables, and telling them of one that was refused."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from core.model.entities import Person
from core.model.outbox import Message
from core.names import same_name
from core.ports.storage import Unit

REFUSED = "refused timetable"
_USEFUL_FOR = timedelta(days=14)


def is_operator(person: Person, named: Collection[str]) -> bool:
    """Those who are named, or administrators when nobody is."""
    return any(same_name(person.username, each) for each in named) if named else person.is_admin


def queue_for_operators(
    unit: Unit, named: Collection[str], source: str, beside: int, doubts: Sequence[str], now: datetime
) -> int:
    """Tell each of them once, as long as the doubts and the run they are measured beside are the same."""
    about = sha256("\n".join(doubts).encode()).hexdigest()[:16]
    return unit.outbox.add(
        Message(
            key=f"{REFUSED} {source} {beside} {about} {each.id}",
            kind=REFUSED,
            due_at=now,
            payload=source,
            person_id=each.id,
            expires_at=now + _USEFUL_FOR,
        )
        for each in unit.people.all()
        if is_operator(each, named)
    )
