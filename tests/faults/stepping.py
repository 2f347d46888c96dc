"""Roomie with a system clock that steps an hour forward at each SIGUSR1, and back at each SIGUSR2.

Only the time of day moves; monotonic timers do not, as on a real machine.
"""

import signal
import sys
from datetime import datetime, timedelta

from bot.__main__ import main
from core.clock import ShiftedClock

_HOUR = timedelta(hours=1)
_FORWARD = {signal.SIGUSR1: _HOUR, signal.SIGUSR2: -_HOUR}


class _SteppedClock:
    """The system clock plus an offset."""

    def __init__(self) -> None:
        self.step = timedelta(0)
        self._true_now = ShiftedClock.now

    def stepped(self, number: int, _frame: object) -> None:
        self.step += _FORWARD[signal.Signals(number)]

    def now(self, clock: ShiftedClock) -> datetime:
        return self._true_now(clock) + self.step


if __name__ == "__main__":
    machine = _SteppedClock()
    ShiftedClock.now = lambda clock: machine.now(clock)  # type: ignore[method-assign]
    for number in _FORWARD:
        signal.signal(number, machine.stepped)
    sys.exit(main())
