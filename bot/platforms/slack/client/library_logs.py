"""Loggers for Bolt and slack_sdk, without values from requests and without repetitions."""

import logging
import time

from bot.redaction import keep_own_words, without_text


class RateLimitedLogs(logging.Filter):
    """Passes each message of a library once per interval: its retry loops log the same line every time.

    Messages that contain one of the `unwanted` texts are dropped.
    """

    def __init__(self, unwanted: tuple[str, ...] = (), interval_seconds: float = 60.0) -> None:
        super().__init__()
        self._unwanted, self._interval_seconds = unwanted, interval_seconds
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        template = str(record.msg)
        if any(each in template for each in self._unwanted) or self._is_repeated(template[:40]):
            return False
        keep_own_words(record)
        if record.exc_info and record.exc_info[1] is not None:
            hidden = without_text(record.exc_info[1])
            record.exc_info = type(hidden), hidden, hidden.__traceback__
        return True

    def _is_repeated(self, key: str) -> bool:
        now = time.monotonic()
        if now - self._last.get(key, -self._interval_seconds) < self._interval_seconds:
            return True
        self._last[key] = now
        return False


def quiet_logger(name: str, *unwanted: str) -> logging.Logger:
    """Logger for a library: warnings and errors, each once a minute."""
    library = logging.getLogger(name)
    if library.level != logging.WARNING:
        library.setLevel(logging.WARNING)  # which empties the caches of all loggers
    if not any(isinstance(each, RateLimitedLogs) for each in library.filters):
        library.addFilter(RateLimitedLogs(unwanted))
    return library
