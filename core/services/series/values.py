"""Requests for series of bookings, and what they are answered with."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

from core.catalogue import RoomQuery
from core.errors import InvalidSeries, RoomieError
from core.interval import Interval
from core.model import (
    Booking,
    Busy,
    PersonId,
    RoomId,
    Series,
    SeriesId,
    SeriesRule,
    SocietyId,
    TokenTerm,
)

_DAY = 24 * 60
Choices: TypeAlias = tuple[tuple[date, RoomId], ...]
"""Dates to book, each with its room, as a preview has shown them."""


class SeriesRequest(Struct, frozen=True):
    """Request for a series: its rule, wall time (`starts_at`, minutes after midnight) and `length` (minutes).

    Without `room_id` the planner chooses rooms that match `query`; with it, `query` only says which other
    rooms would do. `by` is None for the bearer of a society token; `term` is then the token's.
    """

    rule: SeriesRule
    starts_at: int
    length: int
    by: PersonId | None
    room_id: RoomId | None = None
    query: RoomQuery = field(default_factory=RoomQuery)
    society_id: SocietyId | None = None
    title: str = ""
    notes: str = ""
    term: TokenTerm | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.starts_at < _DAY:
            raise InvalidSeries("A series starts at a time of day, 00:00 to 23:59.")
        if not 0 < self.length <= _DAY:
            raise InvalidSeries("Each date of a series is longer than nothing and at most a day.")


class Verdict(StrEnum):
    """Whether one date of a series can be booked, or why not."""

    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"
    OUTSIDE_HOURS = "outside_hours"
    TOO_FAR = "too_far"
    OVER_QUOTA = "over_quota"
    PAST = "past"
    NO_ROOM = "no_room"
    """No room that matches is free."""
    NOT_ALLOWED = "not_allowed"
    """Any other refusal, such as a room for societies only."""
    KEPT = "kept"
    """A change leaves this date as it is: it was changed by hand, or cannot be changed any more."""


class SeriesDate(Struct, frozen=True):
    """One date of a preview, in campus dates.

    `refusal` is the error that booking it would raise, `holders` what it is taken by (a closure is one of
    type `BLOCK`), `other_room` one that would do on that date. `is_shifted`: a clock change skips the wall
    time, so the slot starts later. `booking` is the existing one that a change would update.
    """

    day: date
    slot: Interval
    room_id: RoomId | None
    verdict: Verdict
    refusal: RoomieError | None = None
    holders: tuple[Busy, ...] = ()
    other_room: RoomId | None = None
    is_shifted: bool = False
    booking: Booking | None = None

    @property
    def is_free(self) -> bool:
        return self.verdict is Verdict.FREE


class SeriesPreview(Struct, frozen=True):
    """All dates of a request. `room_for_all` is another room that is free on every date."""

    request: SeriesRequest
    dates: tuple[SeriesDate, ...]
    room_for_all: RoomId | None = None
    quota_cost: int = 0
    """Minutes of personal quota that the free dates cost, over all weeks."""

    @property
    def is_all_free(self) -> bool:
        return all(each.is_free for each in self.dates)

    @property
    def free(self) -> Choices:
        """`Book the 8 that are free`, or all of them."""
        return tuple(
            (each.day, each.room_id) for each in self.dates if each.is_free and each.room_id is not None
        )

    @property
    def with_other_rooms(self) -> Choices:
        """`Use other rooms for the 2`: the free dates, and the others in the rooms offered."""
        chosen = ((each.day, each.room_id if each.is_free else each.other_room) for each in self.dates)
        return tuple((day, room_id) for day, room_id in chosen if room_id is not None)

    def all_in(self, room_id: RoomId) -> Choices:
        """`Another room for all`."""
        return tuple((each.day, room_id) for each in self.dates)


class BookedSeries(Struct, frozen=True):
    """A series as booked; `quota_left` is of this quota week. `is_repeat`: booked by the same key before."""

    series: Series
    bookings: tuple[Booking, ...]
    charged: Mapping[int, int] = field(default_factory=dict)
    """Minutes of personal quota by quota week."""
    quota_left: int = 0
    is_repeat: bool = False


class SeriesScope(StrEnum):
    """Which dates a change is about: one, one and all after it, or all to come."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class SeriesChange(Struct, frozen=True):
    """Change of a series; None leaves a property as it is.

    `day` is the date of `ONE` and the first of `FOLLOWING`. `until` is the new last day: an earlier one
    cancels dates, a later one books more. Past dates are never changed; those changed by hand only if named
    in `named` (or as `day` of `ONE`).
    """

    series_id: SeriesId
    by: PersonId
    scope: SeriesScope
    day: date | None = None
    starts_at: int | None = None
    length: int | None = None
    room_id: RoomId | None = None
    title: str | None = None
    until: date | None = None
    named: frozenset[date] = frozenset()


class SeriesChangePreview(Struct, frozen=True):
    """What a change would do: the dates it changes or adds, those it cancels, and those it leaves, `kept`."""

    change: SeriesChange
    series: Series
    dates: tuple[SeriesDate, ...]
    cancelled: tuple[Booking, ...] = ()
    kept: tuple[Booking, ...] = ()

    @property
    def free(self) -> Choices:
        return tuple(
            (each.day, each.room_id) for each in self.dates if each.is_free and each.room_id is not None
        )

    @property
    def with_other_rooms(self) -> Choices:
        chosen = ((each.day, each.room_id if each.is_free else each.other_room) for each in self.dates)
        return tuple((day, room_id) for day, room_id in chosen if room_id is not None)


class ChangedSeries(Struct, frozen=True):
    """A series after a change; `split` is the series that now holds the following dates, if it was split."""

    series: Series
    bookings: tuple[Booking, ...]
    split: Series | None = None
    cancelled: tuple[Booking, ...] = ()
    kept: tuple[Booking, ...] = ()
    refunded: int = 0
    """Minutes of personal quota, over all weeks; negative: charged."""
    quota_left: int = 0


class SeriesOverview(Struct, frozen=True):
    """A series with its bookings that are to come, by start; `next` is the first."""

    series: Series
    upcoming: tuple[Booking, ...]

    @property
    def next(self) -> Booking | None:
        return self.upcoming[0] if self.upcoming else None
