"""Parsing in a process of its own: results, timeouts and crashes."""

import asyncio
import os
import time
from collections.abc import AsyncIterator

import pytest

from scraper.common import worker_process
from scraper.common.errors import PageFormatChanged, ParsingFailed
from scraper.common.worker_process import ParsingPool, ParsingProcess


@pytest.fixture
async def parse() -> AsyncIterator[ParsingProcess]:
    async with ParsingProcess(timeout=20) as parse:
        yield parse


def double(number: int, *, again: bool = False) -> int:
    return number * (4 if again else 2)


def refuse(reason: str) -> None:
    raise PageFormatChanged(reason)


def stumble() -> None:
    raise KeyError("title")


def devour() -> int:
    return len(bytearray(16 * 1024**3))


async def test_answers_come_from_another_process(parse):
    assert await parse(double, 21) == 42
    assert await parse(double, 21, again=True) == 84
    assert await parse(os.getpid) != os.getpid()


async def test_it_is_one_process_for_all_pages(parse):
    pids = await asyncio.gather(*(parse(os.getpid) for _ in range(5)))

    assert len(set(pids)) == 1


async def test_what_a_page_is_refused_for_comes_back_as_it_is(parse):
    with pytest.raises(PageFormatChanged, match="no table"):
        await parse(refuse, "no table")


async def test_a_parser_bug_is_reported_and_the_next_page_is_read(parse):
    with pytest.raises(ParsingFailed, match="KeyError: 'title'"):
        await parse(stumble)

    assert await parse(double, 1) == 2


async def test_a_page_that_takes_too_much_memory_is_given_up(parse):
    with pytest.raises(ParsingFailed, match="MemoryError"):
        await parse(devour)

    assert await parse(double, 1) == 2


async def test_a_page_that_takes_too_long_is_given_up(parse):
    await parse(double, 1)
    parse._timeout = 0.2

    with pytest.raises(ParsingFailed, match=r"not read within 0\.2 seconds"):
        await parse(time.sleep, 3600)

    parse._timeout = 20
    assert await parse(double, 1) == 2


async def test_a_process_that_dies_is_replaced(parse):
    with pytest.raises(ParsingFailed, match="ended"):
        await parse(os._exit, 1)

    assert await parse(double, 1) == 2


async def test_leaving_ends_the_process_though_it_is_busy():
    async with ParsingProcess() as parse:
        pid = await parse(os.getpid)
        busy = asyncio.ensure_future(parse(time.sleep, 3600))
        await asyncio.sleep(0.05)
        busy.cancel()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_the_loop_runs_on_while_a_page_is_parsed(parse):
    await parse(double, 1)
    beats = 0
    parsing = asyncio.ensure_future(parse(sum, range(5_000_000)))
    while not parsing.done():
        beats += 1
        await asyncio.sleep(0.001)

    assert beats > 3


@pytest.fixture
async def pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ParsingPool]:
    """Of two processes, on a machine of any size."""
    monkeypatch.setattr(worker_process, "count_cores", lambda: 2)
    async with ParsingPool() as pool:
        yield pool


def work_for_a_while() -> int:
    time.sleep(0.5)
    return os.getpid()


async def test_a_pool_parses_two_pages_at_a_time_and_starts_no_process_before_it_must(pool):
    alone = [await pool(os.getpid) for _ in range(3)]
    both = await asyncio.gather(pool(work_for_a_while), pool(work_for_a_while))

    assert len(set(alone)) == 1
    assert len({*alone, *both}) == 2


async def test_a_process_of_a_pool_that_is_killed_is_replaced_and_the_other_parses_on(pool):
    killed, other = asyncio.ensure_future(pool(os._exit, 1)), asyncio.ensure_future(pool(work_for_a_while))

    with pytest.raises(ParsingFailed, match="ended"):
        await killed
    assert await other
    assert await asyncio.gather(*(pool(double, number) for number in range(4))) == [0, 2, 4, 6]


async def test_leaving_a_pool_ends_its_processes_though_they_are_busy(monkeypatch):
    monkeypatch.setattr(worker_process, "count_cores", lambda: 2)
    async with ParsingPool() as pool:
        pids = await asyncio.gather(pool(work_for_a_while), pool(work_for_a_while))
        busy = [asyncio.ensure_future(pool(time.sleep, 3600)) for _ in range(3)]
        await asyncio.sleep(0.05)
        for each in busy:
            each.cancel()

    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
