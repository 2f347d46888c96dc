"""The display, the signs and the check-in page in a real browser."""

import asyncio
import os
import re
import shutil
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.services import Services
from bot.web.pages.display_addresses import display_key, display_path
from core.policy.rules import Rules
from tests.login.browser import Browser
from tests.sample_services import SECRET
from tests.web.chromium import BINARY, Tab, chromium
from tests.web.test_check_in_page import ROOM, book, log_in

pytestmark = pytest.mark.skipif(BINARY is None, reason="there is no Chromium here")

ROOT = Path(__file__).parents[2]
_ADDRESS = display_path(ROOM, display_key(SECRET, ROOM, 1))
_LISTENING = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")
_FITS = (
    "(each => each.scrollWidth <= innerWidth && each.scrollHeight <= innerHeight)(document.documentElement)"
)
_HEADING = "document.querySelector('h1').textContent.trim()"
_NOTICE = "document.getElementById('stale').hidden ? '' : document.getElementById('stale').textContent"
_ASK_NOW = "dispatchEvent(new Event('online'))"
_SKIPPABLE_TIME = """(() => {
  const ticks = performance.now.bind(performance), wall = Date.now;
  window.skipped = 0;
  performance.now = () => ticks() + window.skipped;
  Date.now = () => wall() + window.skipped;
})()"""
_RUN_AXE = """axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }).then(found => found.violations.map(each => [each.id, each.nodes[0].html]))"""
_TRIES = 400
_PAUSE_SECONDS = 0.05


@pytest.fixture
def rules() -> Rules:
    return Rules(door_code_rooms=(ROOM,), check_in_rooms=("*",))


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with chromium(tmp_path / "chromium") as tab:
        yield tab


async def until(tab: Tab, expression: str) -> None:
    """Waits until an expression is true in the page."""
    for _ in range(_TRIES):
        if await tab.run(expression):
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    shown = await tab.run("document.body.innerText")
    raise AssertionError(f"never true: {expression}; the page says {shown}")


async def violations(tab: Tab) -> list[Any]:
    """What axe-core finds against WCAG 2.2 AA."""
    await tab.run(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = await tab.ask("Runtime.evaluate", expression=_RUN_AXE, awaitPromise=True, returnByValue=True)
    result: list[Any] = found["result"]["value"]
    return result


@pytest.mark.parametrize(("width", "height"), [(1024, 600), (600, 1024), (390, 780)])
async def test_the_display_fits_its_screen_and_everybody_can_read_it(
    server_url: str, services: Services, tab: Tab, tmp_path: Path, width: int, height: int
):
    await book(services)
    await tab.size(width, height)

    await tab.open(server_url + _ADDRESS)

    (tmp_path / "display.png").write_bytes(await tab.photograph())
    assert await tab.run(_HEADING) == "Taken"
    assert await tab.run(_FITS)
    assert await tab.run("document.querySelector('h1').offsetHeight") >= 0.1 * min(width, height)
    assert await tab.run("document.querySelector('.qr').getBoundingClientRect().width") >= 120
    assert await violations(tab) == []
    assert tab.complaints == []


async def test_the_display_follows_what_happens_without_growing(
    server_url: str, services: Services, tab: Tab
):
    await tab.open(server_url + _ADDRESS)
    assert await tab.run(_HEADING) == "Free"
    await tab.run("window.isSamePage = true")
    await book(services)

    await tab.run(_ASK_NOW)
    await until(tab, f"{_HEADING} === 'Taken'")
    nodes = await _nodes(tab)
    for turn in range(20):
        await tab.run(f"document.getElementById('display').dataset.now = 'old {turn}'")
        await tab.run(_ASK_NOW)
        await until(tab, "/^[0-9]+$/.test(document.getElementById('display').dataset.now)")

    assert await tab.run("window.isSamePage")
    assert await _nodes(tab) <= nodes + 100
    assert tab.complaints == []


async def _nodes(tab: Tab) -> int:
    """Nodes that the browser holds, shown or not, after collecting garbage."""
    await tab.ask("HeapProfiler.collectGarbage")
    counters = await tab.ask("Memory.getDOMCounters")
    return int(counters["nodes"])


@asynccontextmanager
async def running(environment: dict[str, str], port: int = 0) -> AsyncIterator[int]:
    """A process with the web server, killed at the end; its port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--only", "web"),
        env=environment | {"ROOMIE_HTTP__PORT": str(port)},
        cwd=environment["HOME"],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert process.stdout is not None
        async for line in process.stdout:
            if found := _LISTENING.search(line.decode()):
                yield int(found[1])
                return
        raise AssertionError("the process ended without listening")
    finally:
        process.kill()
        await process.communicate()


async def test_the_display_survives_a_restart_and_says_when_it_is_out_of_date(
    sample_file: Path, tmp_path: Path, tab: Tab
):
    shutil.copy(sample_file, tmp_path / "served.db")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "ROOMIE_DATABASE__URL": f"sqlite:///{tmp_path / 'served.db'}",
        "ROOMIE_NOW": "2026-03-11T10:20:00+00:00",
    }
    await tab.ask("Page.addScriptToEvaluateOnNewDocument", source=_SKIPPABLE_TIME)
    async with running(environment) as port:
        await tab.open(f"http://127.0.0.1:{port}{display_path(ROOM)}")
        assert await tab.run(_NOTICE) == ""
        await tab.run("window.isSamePage = true")

    await tab.run(f"window.skipped = 119000; {_ASK_NOW}")
    await asyncio.sleep(_PAUSE_SECONDS)
    assert await tab.run(_NOTICE) == ""
    await tab.run("window.skipped = 125000")
    await until(tab, f"({_NOTICE}).startsWith('Out of date: no answer since 10:2')")
    assert await violations(tab) == []

    async with running(environment, port):
        await tab.run(_ASK_NOW)
        await until(tab, f"({_NOTICE}) === ''")
        assert await tab.run("window.isSamePage")
        assert await tab.run(_HEADING) in {"Free", "Taken"}


@pytest.mark.parametrize(("size", "sheets"), [("a6", 2), ("a5", 3)])
async def test_signs_are_printed_on_as_many_sheets_as_they_need(
    server_url: str, tab: Tab, size: str, sheets: int
):
    await tab.size(1024, 800)
    await tab.open(f"{server_url}/signs?building=H-C12&size={size}")

    assert await violations(tab) == []
    printed = await tab.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)

    assert len(re.findall(rb"/Type\s*/Page\b", b64decode(printed["data"]))) == sheets
    assert tab.complaints == []


@pytest.mark.parametrize("width", [320, 1024])
async def test_the_check_in_page_is_for_phones_and_for_everybody(
    browser: Browser, server_url: str, services: Services, app: web.Application, tab: Tab, width: int
):
    await book(services)
    await log_in(browser, app)
    await tab.ask(
        "Network.setCookie",
        name="roomie-session",
        value=browser.cookies["roomie-session"],
        url=server_url,
        httpOnly=True,
    )
    await tab.size(width, 700)
    code = services.door_codes.current(ROOM, services.clock.now())

    await tab.open(f"{server_url}/check-in/{ROOM}")
    assert await tab.run("document.documentElement.scrollWidth <= innerWidth")
    assert await violations(tab) == []
    await tab.press("Check in", code=code)

    assert "You're checked in." in await tab.run("document.body.innerText")
    assert await violations(tab) == []
    assert tab.complaints == []
