"""State of recurring jobs."""

from datetime import datetime

from msgspec import Struct


class JobState(Struct, frozen=True):
    """One job as stored. `claimed_until` is set while a worker runs it."""

    name: str
    due_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    last_error: str = ""
    claimed_until: datetime | None = None
