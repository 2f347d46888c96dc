"""Who may administer."""

from datetime import datetime

from core.model import Person
from core.policy.blocking import is_blocked

NOT_ADMINISTRATOR = "Only administrators can do this."


def may_administer(person: Person, now: datetime) -> bool:
    """Administrators who are not blocked."""
    return person.is_admin and not is_blocked(person, now)
