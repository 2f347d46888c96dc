"""Floods of malformed HTTP write one log line a minute."""

import logging
from collections.abc import Iterator

import pytest
from aiohttp.http_exceptions import BadHttpMessage

from bot.config import LogSection
from bot.runtime.logging_setup import InvalidRequestFilter, configure_logging
from bot.web.application import SERVER_LOG
from bot.web.framework.settings import HttpSettings
from tests.security.flood import closed, served

_NO_HTTP = b"GET / HTTP/1.1\r\nno header\r\n\r\n"


@pytest.fixture
def server_log() -> Iterator[logging.Logger]:
    """The server's log, without the report that another test of this process got a moment ago."""
    log = SERVER_LOG
    before, log.filters = log.filters, [InvalidRequestFilter()]
    yield log
    log.filters = before


def test_logging_as_the_program_sets_it_up_counts_unreadable_requests():
    root = logging.getLogger()
    before = root.handlers[:]
    try:
        configure_logging(LogSection())
        configure_logging(LogSection())
    finally:
        root.handlers = before
    assert len([each for each in SERVER_LOG.filters if isinstance(each, InvalidRequestFilter)]) == 1


async def test_unreadable_requests_are_counted_in_one_line(
    sqlite_url: str, server_log: logging.Logger, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    async with served(sqlite_url, HttpSettings(rate_limit=0)) as server:
        for _ in range(30):
            reader, _ = await server.open(_NO_HTTP)
            assert (await closed(reader)).startswith(b"HTTP/1.0 400")

    messages = [each.getMessage() for each in caplog.records if each.name == server_log.name]
    assert messages == ["unreadable requests: 1"]
    assert not any(each.exc_info for each in caplog.records)


def test_a_minute_later_the_line_counts_what_came_since(server_log: logging.Logger):
    now = 0.0
    minute, fault = InvalidRequestFilter(lambda: now), BadHttpMessage("no HTTP")

    def passes() -> str:
        record = server_log.makeRecord("x", logging.ERROR, "", 0, "trace", (), (type(fault), fault, None))
        return record.getMessage() if minute.filter(record) else ""

    assert passes() == "unreadable requests: 1"
    assert [passes() for _ in range(9)] == [""] * 9
    now = 61.0
    assert passes() == "unreadable requests: 10"
