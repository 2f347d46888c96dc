"""Health of a platform in this process: current problems by subject, and event counters."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

logger = logging.getLogger(__name__)


class PlatformHealth:
    """Problems by subject (`socket`, `token T1` …) and counts of `events`, for `/readyz` and `/metrics`."""

    def __init__(self, platform: str, events: Sequence[str] = ()) -> None:
        self.platform, self.events = platform, tuple(events)
        self.counts: Counter[str] = Counter()
        self._problems: dict[str, str] = {}

    @property
    def is_ok(self) -> bool:
        return not self._problems

    @property
    def problems(self) -> Mapping[str, str]:
        """Sentences by subject."""
        return dict(self._problems)

    def report(self, subject: str, sentence: str, *, log: bool = True) -> None:
        """Record a problem; logged as a warning when it is new, at debug level without `log`."""
        self.counts[f"problem {subject.partition(' ')[0]}"] += 1
        if self._problems.get(subject) != sentence:
            self._problems[subject] = sentence
            level = logging.WARNING if log else logging.DEBUG
            logger.log(level, "%s %s: %s", self.platform.capitalize(), subject, sentence)

    def clear(self, subject: str) -> None:
        """Remove a problem, if there is one, and log that it is over."""
        if self._problems.pop(subject, None) is not None:
            logger.info("%s %s: recovered", self.platform.capitalize(), subject)

    def count(self, event: str) -> None:
        self.counts[event] += 1
