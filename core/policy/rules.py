"""The numbers behind the rules, as one campus has set them."""

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from core.model import OpeningHours, Room

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """What a campus allows. Minutes, whole days and campus wall time throughout."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    weekday_hours: OpeningHours = field(default_factory=lambda: OpeningHours(8 * 60, 21 * 60))
    weekend_hours: OpeningHours = field(default_factory=lambda: OpeningHours(9 * 60, 18 * 60))
    slot_length: int = 15
    weekly_quota: int = 180
    student_horizon: int = 7
    society_horizon: int = 21
    staff_horizon: int = 90
    quota_reset_hour: int = 3
    """The hour of Monday, campus time, at which a quota week begins."""
    refund_notice: timedelta = timedelta(0)
    """How long before its start a booking must be cancelled for its charge to come back."""
    check_in_opens_before: int = 15
    """How many minutes before its start somebody may check in to a booking."""
    society_token_days: int = 100
    """For how many days a society token is good."""
    token_idle: timedelta = timedelta(days=90)
    """How long a login token stays good that nobody uses."""
    tokens_per_person: int = 50
    """How many logins a person may have; the one unused for longest makes room for another."""

    def hours(self, room: Room | None, weekday: int) -> OpeningHours:
        """When `room`, or the campus in general, is open on a weekday (Monday is 0)."""
        if weekday >= _SATURDAY:
            return (room.weekend_hours if room else None) or self.weekend_hours
        return (room.weekday_hours if room else None) or self.weekday_hours

    def slot_length_of(self, room: Room | None) -> int:
        """The step, in minutes of the campus's wall clock, on which a booking of `room` starts and ends."""
        return (room.granularity if room else None) or self.slot_length

    @property
    def max_horizon(self) -> timedelta:
        return timedelta(days=max(self.student_horizon, self.society_horizon, self.staff_horizon))
