"""Time intervals, half-open and in UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Self

from msgspec import Struct
from msgspec.structs import force_setattr


class Interval(Struct, frozen=True, order=True):
    """`[start, end)`: contains its start but not its end, so adjacent intervals do not overlap.

    Both ends must be aware; they are converted to UTC.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC:
            force_setattr(self, "start", self.start.astimezone(UTC))
        if self.end.tzinfo is not UTC:
            force_setattr(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"an interval must end after it starts: {self.start} to {self.end}")

    @classmethod
    def of_length(cls, start: datetime, duration: timedelta) -> Self:
        """The interval of `duration` elapsed time from `start`, also across clock changes."""
        start = start.astimezone(UTC)
        return cls(start, start + duration)

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    @property
    def minutes(self) -> int:
        """Whole elapsed minutes, rounded up."""
        return -(-int(self.duration.total_seconds()) // 60)

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def split(self, max_length: timedelta) -> "Iterator[Interval]":
        """Consecutive parts, each `max_length` long but the last."""
        start = self.start
        while self.end - start > max_length:
            yield Interval(start, start + max_length)
            start += max_length
        yield Interval(start, self.end)

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end
