"""Counts calls: work done, whatever else the machine is doing."""

import cProfile
import signal
from contextlib import suppress

_MAX_CPU_SECONDS = 60


class TooMuchWork(BaseException):
    """Not an `Exception`, so that the code under test does not catch it."""


class CallCounter:
    """Counts the calls of Python and C functions inside a `with` block.

    The profiler counts them, which is several times faster than a function of ours. After a minute the attack
    has succeeded, and need not be sat through: `TooMuchWork`.
    """

    def __init__(self) -> None:
        self.count = 0
        self._profile = cProfile.Profile()

    def __enter__(self) -> "CallCounter":
        with suppress(ValueError):  # only the main thread has signals
            signal.signal(signal.SIGVTALRM, _give_up)
            signal.setitimer(signal.ITIMER_VIRTUAL, _MAX_CPU_SECONDS)
        self._profile.enable()
        return self

    def __exit__(self, *_: object) -> None:
        self._profile.disable()
        with suppress(ValueError):
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        self.count = sum(each.callcount for each in self._profile.getstats())


def _give_up(*_: object) -> None:
    raise TooMuchWork
