"""Defaults for what the words of a phrase leave open."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from core.policy.terms import Terms

_SATURDAY = 5
DAY_PARTS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "early morning": (7, 9),
        "morning": (9, 12),
        "lunch": (12, 13),
        "afternoon": (13, 17),
        "evening": (17, 20),
        "night": (20, 22),
    }
)


class ParserDefaults(Struct, frozen=True):
    """Defaults of the parser. Hours are wall time; `day_parts` has the first and last hour of each part.

    `weekday_hours` and `weekend_hours` are the opening hours of the campus, in minutes after midnight in
    `campus_zone`, or in the reader's zone when that is None.
    """

    default_duration: timedelta = timedelta(minutes=60)
    day_first: bool = True
    earliest_hour: int = 7
    latest_hour: int = 22
    weekday_hours: tuple[int, int] = (8 * 60, 22 * 60)
    weekend_hours: tuple[int, int] = (8 * 60, 22 * 60)
    campus_zone: ZoneInfo | None = None
    terms: Terms = field(default_factory=Terms)
    day_parts: Mapping[str, tuple[int, int]] = field(default_factory=lambda: DAY_PARTS)

    def opening_hours(self, day: date) -> tuple[int, int]:
        """When the campus opens and closes on a day, in minutes after its midnight."""
        return self.weekend_hours if day.weekday() >= _SATURDAY else self.weekday_hours
