"""What an operator reads in the log, to search for what must not be there."""

import io
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bot.config import LogSection
from bot.runtime.logging_setup import configure_logging


@contextmanager
def captured_log() -> Iterator[io.StringIO]:
    """All loggers at level debug, as `roomie run` sets them up."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    written = io.StringIO()
    configure_logging(LogSection(level="debug"))
    for handler in root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.__class__ = logging.StreamHandler
            handler.stream = written
    try:
        yield written
    finally:
        root.handlers, root.level = before, level
        root.setLevel(level)


def lines_with(log: str, words: Iterable[str]) -> list[str]:
    """The lines in which any of these is; up to three letters count as a whole word only."""
    sought = "|".join(_pattern(each) for each in words)
    return [line for line in log.splitlines() if re.search(sought, line, re.IGNORECASE)]


def _pattern(word: str) -> str:
    return re.escape(word) if len(word) > 3 else rf"\b{re.escape(word)}\b"
