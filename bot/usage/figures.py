"""Usage figures as values. Counts of fewer than five people are hidden when they are shown, not here."""

from collections.abc import Mapping

from msgspec import Struct, field

from bot.usage.periods import Period

HOURS = 24
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SIZES = ((1, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, None))
"""Ranges of seats; the last is open."""


class Count(Struct, frozen=True):
    """How many there were, and of how many different people."""

    number: int = 0
    people: int = 0


NONE = Count()


class Occupancy(Struct, frozen=True):
    """Minutes of one hour on one weekday in which rooms were open, taught in, and booked."""

    open: int = 0
    timetable: int = 0
    booked: int = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where no room was open."""
        return min(1.0, (self.timetable + self.booked) / self.open) if self.open else None


class UsageFigures(Struct, frozen=True):
    """Figures of a period, for the campus or one building.

    `occupancy` is by weekday (0 is Monday) and hour, campus time. `wanted_sizes` and `wanted_hours` have what
    was booked, waited for and refused, in this order. `spent` is the minutes of quota, net.
    """

    period: Period
    building: str = ""
    rooms: int = 0
    occupancy: Mapping[tuple[int, int], Occupancy] = field(default_factory=dict)
    booked: Count = NONE
    booked_minutes: int = 0
    cancelled: Count = NONE
    awaited: Count = NONE
    """Bookings that are over, of rooms in which people check in."""
    used: Count = NONE
    no_shows: Count = NONE
    refusals: Mapping[str, Count] = field(default_factory=dict)
    wanted_sizes: Mapping[int, tuple[Count, Count, Count]] = field(default_factory=dict)
    wanted_hours: Mapping[int, tuple[Count, Count, Count]] = field(default_factory=dict)
    spent: Count = NONE
    societies: Mapping[str, Count] = field(default_factory=dict)
    waited: Count = NONE
    got_room: Count = NONE


def size_of(seats: int) -> int | None:
    """The index of the range in `SIZES`; None without a number."""
    if seats <= 0:
        return None
    return next(index for index, (_, most) in enumerate(SIZES) if most is None or seats <= most)


def size_label(index: int) -> str:
    least, most = SIZES[index]
    return f"{least} or more seats" if most is None else f"{least}–{most} seats"
