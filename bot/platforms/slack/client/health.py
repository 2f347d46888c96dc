"""How things stand with Slack: what is wrong now, told once in the log and shown for as long as it lasts."""

import logging
import time
from collections import Counter
from collections.abc import Mapping

from bot.redaction import keep_own_words, without_text

logger = logging.getLogger(__name__)

EVENTS = (
    "delivery",
    "repeated delivery",
    "answer after the acknowledgement",
    "api call",
    "response_url",
    "left to the outbox",
    "direct message",
    "direct message unreachable",
    "home published",
    "home not published",
    "view not updated",
)
"""What is counted of what happens."""


class SlackHealth:
    """Troubles by subject (`socket`, `token T1`, `people T1` …), and counts of what happened."""

    def __init__(self) -> None:
        self._troubles: dict[str, str] = {}
        self.counts: Counter[str] = Counter()

    def report(self, subject: str, sentence: str, *, log: bool = True) -> None:
        """Something is wrong; logged when it is news, unless it is how every start begins."""
        self.counts[f"trouble {subject.partition(' ')[0]}"] += 1
        if self._troubles.get(subject) != sentence:
            self._troubles[subject] = sentence
            logger.log(logging.WARNING if log else logging.DEBUG, "Slack %s: %s", subject, sentence)

    def clear(self, subject: str) -> None:
        if self._troubles.pop(subject, None) is not None:
            logger.info("Slack %s: fine again", subject)

    def count(self, event: str) -> None:
        self.counts[event] += 1

    @property
    def problems(self) -> Mapping[str, str]:
        return dict(self._troubles)


class RateLimitedLogs(logging.Filter):
    """Lets a message of a library through once a minute; retrying libraries say the same thing every time."""

    def __init__(self, unwanted: tuple[str, ...] = (), seconds: float = 60.0) -> None:
        super().__init__()
        self._unwanted, self._seconds = unwanted, seconds
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = str(record.msg)[:40]
        if any(each in str(record.msg) for each in self._unwanted):
            return False
        now = time.monotonic()
        if now - self._last.get(said, -self._seconds) < self._seconds:
            return False
        self._last[said] = now
        keep_own_words(record)
        if record.exc_info and record.exc_info[1] is not None:
            hidden = without_text(record.exc_info[1])
            record.exc_info = type(hidden), hidden, hidden.__traceback__
        return True


def quiet_logger(name: str, *unwanted: str) -> logging.Logger:
    """A logger for a library: warnings and worse, each of them once a minute."""
    library = logging.getLogger(name)
    library.setLevel(logging.WARNING)
    if not any(isinstance(each, RateLimitedLogs) for each in library.filters):
        library.addFilter(RateLimitedLogs(unwanted))
    return library
