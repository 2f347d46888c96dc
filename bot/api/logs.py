"""Log lines that machines read: one JSON object or one row of `key=value` a line, with the request's id.

Whoever sets logging up gives a handler `LineFormatter` and `RequestIdFilter`. Nothing here ever sees a token,
a query or a body.
"""

import json
import logging
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter

from aiohttp.http_exceptions import HttpProcessingError

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request at hand, so that lines written on its behalf can name it."""

_REPORT_INTERVAL = 60.0
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class RequestIdFilter(logging.Filter):
    """Adds the id of the request at hand to a record that has none."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id") and (request_id := REQUEST_ID.get()):
            record.request_id = request_id
        return True


class Unreadable(logging.Filter):
    """Tells of requests that are no HTTP in one line a minute, however many strangers send."""

    def __init__(self, ticks: Callable[[], float] = perf_counter) -> None:
        super().__init__()
        self._ticks = ticks
        self._told_at = float("-inf")
        self._untold = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or not isinstance(record.exc_info[1], HttpProcessingError):
            return True
        self._untold += 1
        if self._ticks() - self._told_at < _REPORT_INTERVAL:
            return False
        record.msg, record.args, record.exc_info = "unreadable requests: %s", (self._untold,), None
        record.levelno, record.levelname = logging.INFO, "INFO"
        self._told_at, self._untold = self._ticks(), 0
        return True


class LineFormatter(logging.Formatter):
    """One record, one line; what `extra` brought comes after the message."""

    def __init__(self, *, as_json: bool = False) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        facts["message"] = record.getMessage()
        facts |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            facts["trace"] = self.formatException(record.exc_info)
        if self._as_json:
            return json.dumps(facts, default=str, ensure_ascii=False)
        return " ".join(f"{name}={_quoted(str(value))}" for name, value in facts.items())


def _quoted(text: str) -> str:
    if text and all(sign.isprintable() and sign not in ' ="' for sign in text):
        return text
    return json.dumps(text)
