"""Schedules of recurring jobs."""

from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.localtime import local_instant

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Periodic(Struct, frozen=True):
    """A fixed time after the last run."""

    period: timedelta

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        return instant + self.period

    def first(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Due immediately if it never ran."""
        return instant


class DailyAt(Struct, frozen=True):
    """At so many minutes after midnight, campus time, daily or on one weekday (0 is Monday).

    Clock changes: see `local_instant`.
    """

    minutes: int
    weekday: int | None = None

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        day = instant.astimezone(zone).date()
        while True:
            at = local_instant(day, self.minutes, zone)
            if at > instant and self.weekday in {None, day.weekday()}:
                return at
            day += timedelta(days=1)

    def first(self, instant: datetime, zone: ZoneInfo) -> datetime:
        return self.after(instant, zone)


Schedule: TypeAlias = Periodic | DailyAt
