"""The modules that all chat platforms share."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from bot.chat.reply import Bold, TimeRange, Timestamp, TimestampStyle
from bot.commands import COMMANDS
from bot.platforms.health import PlatformHealth
from bot.platforms.tables import align_columns, take_lines
from bot.platforms.tasks import BackgroundTasks
from bot.platforms.text import clip, clip_line, format_relative, plain_text
from core.interval import Interval

SYDNEY = ZoneInfo("Australia/Sydney")
NOON = datetime(2026, 3, 12, 1, 0, tzinfo=UTC)
"""12:00 in Sydney, on a Thursday."""


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (TimestampStyle.TIME, "12:00"),
        (TimestampStyle.DATE, "Thu 12 Mar"),
        (TimestampStyle.DATETIME, "Thu 12 Mar, 12:00"),
        (TimestampStyle.RELATIVE, "in 1 hour"),
    ],
)
def test_a_timestamp_as_plain_text(style: TimestampStyle, text: str) -> None:
    assert plain_text((Timestamp(NOON, style),), SYDNEY, NOON - timedelta(hours=1)) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [(2, "Thu 12 Mar, 12:00–14:00"), (14, "Thu 12 Mar, 12:00 – Fri 13 Mar, 02:00")],
)
def test_an_interval_names_its_second_date_only_over_midnight(hours: int, text: str) -> None:
    interval = Interval(NOON, NOON + timedelta(hours=hours))
    assert plain_text((Bold("At "), TimeRange(interval)), SYDNEY) == f"At {text}"


@pytest.mark.parametrize("zone", [UTC, SYDNEY])
def test_times_at_the_edges_of_the_calendar_still_have_a_text(zone: tzinfo) -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert plain_text((Timestamp(last), TimeRange(Interval(NOON, last))), zone)


def test_a_relative_time_has_one_unit() -> None:
    minutes = (20, -60, 0, 50 * 60)
    texts = [format_relative(NOON + timedelta(minutes=each), NOON) for each in minutes]
    assert texts == ["in 20 minutes", "1 hour ago", "now", "in 2 days"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (29 * 60 + 58, "in 30 minutes"),
        (30 * 60 - 31, "in 29 minutes"),
        (59 * 60 + 45, "in 1 hour"),
        (20, "now"),
    ],
)
def test_a_relative_time_is_rounded_to_the_minute(seconds: int, text: str) -> None:
    assert format_relative(NOON + timedelta(seconds=seconds), NOON) == text


def test_clipped_text_ends_in_an_ellipsis() -> None:
    assert (clip("abcdef", 6), clip("abcdef", 4), clip_line(" a\n b  c ", 4)) == ("abcdef", "abc…", "a b…")


def test_columns_are_aligned_and_whole_lines_are_taken() -> None:
    lines = align_columns([["Room", "Seats"], ["G11", "8"]])
    assert lines == ["Room  Seats", "G11   8"]
    assert take_lines(lines, 12) == lines[:1]
    assert take_lines(lines, 20) == lines


async def test_shutdown_waits_for_tasks_and_cancels_late_ones() -> None:
    tasks, done = BackgroundTasks("test"), []

    async def work(seconds: float) -> None:
        await asyncio.sleep(seconds)
        done.append(seconds)

    tasks.start(work(0))
    tasks.start(work(60))
    await tasks.finish(0.05)
    assert (done, tasks.running_count) == ([0], 0)


async def test_the_caller_of_a_tracked_task_gets_its_exception_and_the_log_does_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise LookupError

    tasks = BackgroundTasks("test")
    with pytest.raises(LookupError):
        await tasks.track(fail())
    assert not caplog.records
    tasks.start(fail())
    await tasks.wait_idle(1)
    await asyncio.sleep(0)
    assert [each.getMessage() for each in caplog.records] == ["a test background task failed"]


async def test_waiting_for_idle_ends_with_its_timeout_and_leaves_the_task() -> None:
    tasks = BackgroundTasks("test")
    task = tasks.track(asyncio.sleep(60))
    await tasks.wait_idle(0.01)
    assert not task.done()
    await tasks.finish(0)
    assert task.cancelled()


def test_a_problem_is_logged_when_new_and_when_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    health = PlatformHealth("slack", ("delivery",))
    health.report("socket", "lost")
    health.report("socket", "lost")
    assert (health.is_ok, health.problems, health.counts["problem socket"]) == (False, {"socket": "lost"}, 2)
    health.clear("socket")
    health.clear("socket")
    assert health.is_ok
    assert [each.getMessage() for each in caplog.records] == ["Slack socket: lost", "Slack socket: recovered"]


def test_no_group_has_more_commands_than_discord_allows():
    """A command has at most 25 subcommands and groups, and so has a group."""
    names = {each.name for each in COMMANDS if " " in each.name}
    names |= {name.rpartition(" ")[0] for name in names if name.count(" ") == 2}

    children = Counter(name.rpartition(" ")[0] for name in names)

    assert max(children.values()) <= 25
    assert max(name.count(" ") for name in names) <= 2
