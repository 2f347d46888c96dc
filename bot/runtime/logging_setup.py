"""Setting logging up: lines for the person on call, on standard error."""

import logging
import sys

from bot.config import LogSection
from bot.web.framework.request_log import LibraryFilter, LineFormatter, RequestIdFilter


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in stubs only
    """Writes to what standard error is now, so that a prompt can hold lines back while somebody types."""

    @property
    def stream(self) -> object:
        return sys.stderr

    @stream.setter
    def stream(self, _: object) -> None:
        return


def configure_logging(settings: LogSection) -> None:
    """One handler for everything; `text` for people, `json` for machines."""
    handler = _StderrHandler()
    handler.addFilter(RequestIdFilter())
    handler.addFilter(LibraryFilter())
    handler.setFormatter(LineFormatter(as_json=settings.format == "json"))
    logging.basicConfig(level=settings.level.upper(), handlers=[handler], force=True)
    for chatty in ("alembic", "apscheduler", "asyncio", "discord", "slack_bolt", "slack_sdk"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))
