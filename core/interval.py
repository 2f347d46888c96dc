"""A stretch of time, half-open and in UTC."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """`[start, end)`: it holds its start and not its end, so neighbours touch without overlapping.

    Both ends are aware; they are kept in UTC whatever zone they came in.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"an interval must end after it starts: {self.start} to {self.end}")

    @classmethod
    def of_length(cls, start: datetime, duration: timedelta) -> Self:
        """The interval of `duration` elapsed time from `start`, clock changes included."""
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

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """The same stretches with those that touch or overlap made one, in order."""
    current: Interval | None = None
    for interval in sorted(intervals):
        if current is None:
            current = interval
        elif interval.start <= current.end:
            current = Interval(current.start, max(current.end, interval.end))
        else:
            yield current
            current = interval
    if current is not None:
        yield current
