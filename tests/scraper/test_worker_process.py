"""Parsing in a process of its own: results, timeouts and crashes."""

import asyncio
import os
import time
from collections.abc import AsyncIterator

import pytest

from scraper.common.errors import PageFormatChanged, ParsingFailed
from scraper.common.worker_process import ParsingProcess


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
