"""Things done again and again, by whichever process is there: when they are due and how they went."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobState:
    """One job as the database knows it. `claimed_until` is set while somebody is at it."""

    name: str
    due_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    last_error: str = ""
    claimed_until: datetime | None = None
