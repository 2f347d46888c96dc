"""Configures logging to standard error, as text or JSON."""

import logging
import sys

from bot.config import LogSection
from bot.web.framework.request_log import LibraryFilter, LineFormatter, RequestIdFilter


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in stubs only
    """Looks `sys.stderr` up for each record: the prompt replaces it while the user types."""

    @property
    def stream(self) -> object:
        return sys.stderr

    @stream.setter
    def stream(self, _: object) -> None:
        return


def configure_logging(settings: LogSection) -> None:
    """Installs one handler for our own loggers and the libraries', whose level is at least `WARNING`."""
    handler = _StderrHandler()
    handler.addFilter(RequestIdFilter())
    handler.addFilter(LibraryFilter())
    handler.setFormatter(LineFormatter(as_json=settings.format == "json"))
    logging.basicConfig(level=settings.level.upper(), handlers=[handler], force=True)
    for verbose in ("alembic", "apscheduler", "asyncio", "discord", "slack_bolt", "slack_sdk"):
        logging.getLogger(verbose).setLevel(max(logging.WARNING, logging.getLogger().level))
