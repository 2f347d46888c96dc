"""Counters that several processes share."""

from typing import NamedTuple


class CounterIncrement(NamedTuple):
    """Adds `amount` to the counter of a key, clamped to `floor` and `ceiling`. Rows of the table `tally`."""

    key: str
    amount: int
    floor: int
    ceiling: int


class CounterValue(NamedTuple):
    """The sum over all processes, and when it last changed (seconds since 1970)."""

    amount: int
    at: int
