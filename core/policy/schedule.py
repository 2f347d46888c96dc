"""When something that happens again and again happens next."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Periodic:
    """So long after it was last done."""

    period: timedelta

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        return instant + self.period

    def first(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """At once when it was never done."""
        return instant


@dataclass(frozen=True, slots=True)
class DailyAt:
    """At so many minutes after midnight on the campus's wall clock, daily or on one weekday (0 is Monday).

    A time that the clocks jump over comes an hour later; one that comes twice counts the first time.
    """

    minutes: int
    weekday: int | None = None

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        day = instant.astimezone(zone).date()
        while True:
            at = datetime(day.year, day.month, day.day, self.minutes // 60, self.minutes % 60, tzinfo=zone)
            if at.astimezone(UTC) > instant and self.weekday in {None, day.weekday()}:
                return at.astimezone(UTC)
            day += timedelta(days=1)

    def first(self, instant: datetime, zone: ZoneInfo) -> datetime:
        return self.after(instant, zone)


Schedule: TypeAlias = Periodic | DailyAt
