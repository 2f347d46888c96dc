"""Logs hold no word that people typed, whichever error occurs."""

import asyncio
import io
import logging
from collections.abc import Iterator

import asyncpg
import pytest
from aiohttp import ClientSession

from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.slack.client.api import BadRequest
from bot.platforms.slack.client.library_logs import quiet_logger
from bot.platforms.tasks import BackgroundTasks
from bot.redaction import error_name, without_text
from bot.runtime.logging_setup import LineFormatter
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from core.model import Identity
from storage.postgres.errors import translate
from tests.api.conftest import clock, database_url, sample_file, services
from tests.api.http_client import HttpClient
from tests.logs import captured_log

__all__ = ["clock", "database_url", "sample_file", "services"]

TYPED = "zanzibar"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured_log() as written:
        yield written


def raising(error: type[Exception] = KeyError) -> Command:
    async def answer(context: CommandContext) -> Reply:
        try:
            int(context.text or context.value)
        except ValueError as cause:
            raise error(context.text or context.value) from cause
        raise AssertionError

    return Command("sesame", "opens", "sesame WORD", answer, actions=(ButtonAction("open", answer),))


def chat_request(words: str = "", **more: str) -> ChatRequest:
    return ChatRequest(Requester(Identity("terminal:wil"), PlatformName.TERMINAL, "wil"), text=words, **more)


@pytest.mark.parametrize(
    "what",
    [
        chat_request(f"sesame {TYPED}"),
        chat_request(f"/sesame {TYPED}"),
        chat_request(f"{TYPED} sesame"),
        chat_request(action="open", value=TYPED),
        chat_request(action=TYPED, value=TYPED),
    ],
)
async def test_a_fault_in_a_command_logs_no_word(
    services: Services, log: io.StringIO, caplog: pytest.LogCaptureFixture, what: ChatRequest
) -> None:
    caplog.set_level(logging.DEBUG)
    await Dispatcher(services, (*COMMANDS, raising())).dispatch(what)

    assert TYPED not in log.getvalue().lower()
    assert TYPED not in caplog.text.lower()


async def test_a_fault_is_still_found_by_its_place(services: Services, log: io.StringIO) -> None:
    await Dispatcher(services, (*COMMANDS, raising())).dispatch(chat_request(f"sesame {TYPED}"))

    line = log.getvalue()
    assert "/sesame" in line
    assert "KeyError" in line
    assert "ValueError" in line, "its cause"
    assert "test_log_redaction.py" in line


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/parse?text={TYPED}",
        f"/{TYPED}?{TYPED}={TYPED}",
        f"/login?sid={TYPED}",
        f"/api/rooms/status?datetime={TYPED}",
        f"/slack/oauth_redirect?error={TYPED}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "BIND", TYPED.upper()])
async def test_no_part_of_a_request_is_logged(
    services: Services, log: io.StringIO, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    def parse(text: str) -> dict[str, object]:
        raise KeyError(text)

    caplog.set_level(logging.DEBUG, "bot")
    runner, url = await serve(
        create_application(services, HttpSettings(slow_request_seconds=0.0), parse=parse), "127.0.0.1", 0
    )
    async with ClientSession() as session:
        http_client = HttpClient(session, url)
        await http_client.ask(method, path, headers={"User-Agent": TYPED, "X-Request-ID": TYPED})
        await http_client.ask(method, path, data=f"username={TYPED}&password={TYPED}".encode())
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(f"{TYPED} {TYPED}\r\n{TYPED}\r\n\r\n".encode())
    await reader.read()
    writer.close()
    await stop(runner)

    assert ("route=" in log.getvalue()) == (method != TYPED.upper()), "that one is no HTTP to aiohttp"
    assert TYPED not in log.getvalue().lower()
    assert TYPED not in caplog.text.lower()


async def test_work_that_fails_behind_slack_logs_no_word(
    log: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        raise LookupError(TYPED)

    chores = BackgroundTasks("slack")
    chores.start(work())
    await chores.wait_idle()
    logging.getLogger("bot.x").info("a form could not be opened: %s", BadRequest("invalid_blocks", [TYPED]))

    assert "a slack background task failed" in log.getvalue()
    assert "invalid_blocks" in log.getvalue()
    assert TYPED not in log.getvalue() + caplog.text


@pytest.mark.parametrize(
    "name", ["slack_bolt.app", "slack_sdk.web", "discord.client", "asyncio", "aiohttp.x"]
)
@pytest.mark.parametrize("is_quiet", [True, False])
def test_what_libraries_say_is_cut_before_what_people_said(
    log: io.StringIO, name: str, *, is_quiet: bool
) -> None:
    library = quiet_logger(f"bot.platforms.slack.{name}") if is_quiet else logging.getLogger(name)
    error = KeyError(TYPED)
    library.error(f"Failed to run listener function (error: {error})")
    library.error(f"Something broke: {TYPED}", exc_info=error)
    library.error("Task exception was never retrieved\nfuture: <Task exception=%r>" % error)  # noqa: UP031
    library.error("Ignoring exception in view %r for item %r, again in %.1f s", TYPED, [TYPED], 1.5)
    library.error("%(text)s", {"text": TYPED})

    written = log.getvalue()
    assert "Failed to run listener function" in written
    assert "again in 1.5 s" in written
    assert "KeyError" in written
    assert TYPED not in written


def test_the_text_of_no_error_in_a_chain_or_group_is_shown(log: io.StringIO) -> None:
    group = ExceptionGroup(TYPED, [ValueError(TYPED), OSError(28, TYPED)])
    group.__cause__ = KeyError(TYPED)
    logging.getLogger("bot.x").error("a fault", exc_info=group)
    logging.getLogger("bot.x").warning("because of %s and %s", group, group.exceptions[1])

    written = log.getvalue()
    assert TYPED not in written
    assert "ENOSPC" in written
    assert "KeyError" in written
    assert TYPED not in str(without_text(group))


def test_two_errors_that_name_each_other_end() -> None:
    one, two = KeyError(TYPED), KeyError(TYPED)
    one.__cause__, two.__cause__ = two, one

    assert error_name(one) == "KeyError"
    assert TYPED not in LineFormatter().format(
        logging.makeLogRecord({"msg": "x", "exc_info": (KeyError, one, None)})
    )


def test_what_postgresql_quotes_is_not_logged(log: io.StringIO) -> None:
    error = asyncpg.NotNullViolationError("null value")
    error.detail = f"Failing row contains ({TYPED})."  # type: ignore[attr-defined]

    translate(error)

    assert "NotNullViolationError 23502" in log.getvalue()
    assert TYPED not in log.getvalue()
