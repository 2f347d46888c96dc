"""Configured booking rules."""

from datetime import timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from core.model import OpeningHours, Room
from core.policy.terms import Terms

_SATURDAY = 5
SeriesHorizon: TypeAlias = int | Literal["no", "term"]
"""How far a series may reach: not at all, so many days ahead, or to the end of the term in which it begins;
if at all, at least as far as single bookings."""


class Rules(Struct, frozen=True):
    """Booking rules of a campus. Minutes, whole days and campus local time throughout."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    weekday_hours: OpeningHours = field(default_factory=lambda: OpeningHours(8 * 60, 21 * 60))
    weekend_hours: OpeningHours = field(default_factory=lambda: OpeningHours(9 * 60, 18 * 60))
    slot_length: int = 15
    weekly_quota: int = 180
    student_horizon: int = 7
    society_horizon: int = 21
    staff_horizon: int = 90
    student_series: SeriesHorizon = 7
    society_series: SeriesHorizon = "term"
    staff_series: SeriesHorizon = "term"
    society_series_hours: int | None = None
    """Hours a week that all series of one society may take."""
    quota_reset_hour: int = 3
    """Hour of Monday, campus time, at which a quota week begins."""
    refund_notice: timedelta = timedelta(0)
    """How long before its start a booking must be cancelled for a refund."""
    max_guests: int = 30
    """People invited to one booking."""
    transfer_expiry: timedelta = timedelta(hours=24)
    """How long a booking that is offered to somebody can be accepted; never after its start."""
    check_in_opens_before: int = 15
    """Minutes before the start from which check-in is open."""
    society_token_days: int = 100
    """Days for which a society token is valid."""
    token_idle: timedelta = timedelta(days=90)
    """How long an unused login token stays valid."""
    tokens_per_person: int = 50
    """Maximum number of logins; the least recently used is revoked for a new one."""
    hold_minutes: int = 10
    """How long a room is held for the first in line; less when the slot starts soon."""
    waits_per_person: int = 3
    check_in_rooms: tuple[str, ...] = ()
    """Ids of rooms and buildings, or patterns of them, in addition to the rooms that have `check_in`."""
    door_code_rooms: tuple[str, ...] = ()
    """Ids of rooms and buildings, or patterns of them, where checking in takes the code at the door."""
    release_after: timedelta = timedelta(minutes=15)
    """How long after its start a booking without a check-in is released; at least one step of the grid."""
    refunds_released: bool = False
    no_show_limit: int = 0
    """No-shows in four weeks without a consequence; 0: there is none at all."""
    terms: Terms = field(default_factory=Terms)

    def hours(self, room: Room | None, weekday: int) -> OpeningHours:
        """Opening hours of `room`, or of the campus, on a weekday (Monday is 0)."""
        if weekday >= _SATURDAY:
            return (room.weekend_hours if room else None) or self.weekend_hours
        return (room.weekday_hours if room else None) or self.weekday_hours

    def slot_length_of(self, room: Room | None) -> int:
        """Step of the booking grid in minutes of local time."""
        return (room.granularity if room else None) or self.slot_length

    @property
    def max_horizon(self) -> timedelta:
        horizons = (self.student_horizon, self.society_horizon, self.staff_horizon)
        series = (self.student_series, self.society_series, self.staff_series)
        return timedelta(days=max(*horizons, *(each for each in series if isinstance(each, int))))
