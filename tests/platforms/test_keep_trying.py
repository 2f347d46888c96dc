"""Work that is tried until it succeeds: every error, growing pauses, named in the health."""

import asyncio
import logging
from itertools import islice

import pytest

from bot.platforms.health import PlatformHealth
from bot.platforms.slack.client.errors import SlackUnavailable
from bot.platforms.tasks import growing_pauses, keep_trying

ERRORS = [KeyError("description"), RuntimeError("secret words"), SlackUnavailable("503", 1.0)]


def test_pauses_double_up_to_the_longest() -> None:
    assert list(islice(growing_pauses(0.5, 3.0), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


async def test_no_error_ends_it_and_the_health_says_so(caplog: pytest.LogCaptureFixture) -> None:
    health, errors = PlatformHealth("slack"), list(ERRORS)
    seen: list[str] = []

    async def work() -> str:
        seen.append(health.problems.get("start", "fine"))
        if errors:
            raise errors.pop(0)
        return "done"

    assert await keep_trying(work, health, "start", first_pause=0.001, max_pause=0.002) == "done"

    assert seen[0] == "fine"
    assert [each.partition(";")[0].partition(":")[0] for each in seen[1:]] == [
        "KeyError",
        "RuntimeError",
        "SlackUnavailable",
    ]
    assert health.is_ok
    assert "secret words" not in caplog.text
    assert sum(each.levelno == logging.ERROR for each in caplog.records) == 2  # those not foreseen


async def test_cancelling_ends_it() -> None:
    async def work() -> None:
        raise ValueError

    task = asyncio.ensure_future(keep_trying(work, PlatformHealth("slack"), "start", first_pause=60.0))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
