"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta


class StillClock:
    """Returns `now` until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        """Advances the clock; negative steps it back."""
        self._now += by

    def set(self, now: datetime) -> None:
        self._now = now
