"""Logging to standard error: one JSON object or `key=value` list per line, with the request's id.

Lines never contain a token, a query, a body, or the text of an exception, which may quote any of them.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

from bot.config import LogSection
from bot.redaction import error_name, keep_own_words, without_text
from bot.web.application import SERVER_LOG
from bot.web.framework.handler import REQUEST_ID

_REPORT_INTERVAL = 60.0
_OWN = ("bot.", "core.", "storage.", "scraper.", "roomie")
_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode
"""Made once: `json.dumps` makes an encoder for each line."""
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure_logging(settings: LogSection) -> None:
    """Installs one handler for our own loggers and the libraries', whose level is at least `WARNING`."""
    skip_unused_facts()
    handler = _StderrHandler()
    handler.addFilter(RequestIdFilter())
    handler.addFilter(LibraryFilter())
    handler.setFormatter(LineFormatter(as_json=settings.format == "json"))
    logging.basicConfig(level=settings.level.upper(), handlers=[handler], force=True)
    for verbose in ("alembic", "apscheduler", "asyncio", "discord", "slack_bolt", "slack_sdk"):
        logging.getLogger(verbose).setLevel(max(logging.WARNING, logging.getLogger().level))
    SERVER_LOG.addFilter(_INVALID_REQUEST_FILTER)


def skip_unused_facts() -> None:
    """Leaves out of records what no line shows; looking for the caller alone takes longer than the line.

    As in https://docs.python.org/3/howto/logging.html#optimization.
    """
    logging._srcfile = None  # noqa: SLF001 - documented there
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in stubs only
    """Looks `sys.stderr` up for each record: the prompt replaces it while the user types."""

    @property
    def stream(self) -> object:
        return sys.stderr

    @stream.setter
    def stream(self, _: object) -> None:
        return


class RequestIdFilter(logging.Filter):
    """Adds the id of the current request to records without one."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id") and (request_id := REQUEST_ID.get()):
            record.request_id = request_id
        return True


class InvalidRequestFilter(logging.Filter):
    """Reduces log records about invalid HTTP requests to one a minute, with their number."""

    def __init__(self, ticks: Callable[[], float] = perf_counter) -> None:
        super().__init__()
        self._ticks = ticks
        self._reported_at = float("-inf")
        self._unreported = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or not isinstance(
            record.exc_info[1], HttpProcessingError | RequestPayloadError
        ):
            return True
        self._unreported += 1
        if self._ticks() - self._reported_at < _REPORT_INTERVAL:
            return False
        record.msg, record.args, record.exc_info = "unreadable requests: %s", (self._unreported,), None
        record.levelno, record.levelname = logging.INFO, "INFO"
        self._reported_at, self._unreported = self._ticks(), 0
        return True


_INVALID_REQUEST_FILTER = InvalidRequestFilter()


class LibraryFilter(logging.Filter):
    """Removes values from records of libraries; their own words and numbers stay.

    Access logs go as a whole: Roomie logs its requests itself, without addresses.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "aiohttp.access":
            return False
        if not record.name.startswith(_OWN):
            keep_own_words(record)
            for name in vars(record).keys() - _USUAL - {"request_id"}:
                delattr(record, name)
        return True


class LineFormatter(logging.Formatter):
    """Formats a record as one line; the fields of `extra` follow the message."""

    def __init__(self, *, as_json: bool = False) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        facts["message"] = _message(record)
        facts |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info and record.exc_info[1] is not None:
            hidden = without_text(record.exc_info[1])
            facts["trace"] = self.formatException((type(hidden), hidden, hidden.__traceback__))
        if self._as_json:
            return _encode(facts)
        return " ".join(f"{name}={_quoted(str(value))}" for name, value in facts.items())


def _message(record: logging.LogRecord) -> str:
    """The record's message, with exceptions replaced by their names."""
    if not isinstance(record.args, tuple) or not any(isinstance(each, BaseException) for each in record.args):
        return record.getMessage()
    args = tuple(error_name(each) if isinstance(each, BaseException) else each for each in record.args)
    return str(record.msg) % args


def _quoted(text: str) -> str:
    if text and all(sign.isprintable() and sign not in ' ="' for sign in text):
        return text
    return json.dumps(text)
