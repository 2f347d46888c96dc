"""The board in a real browser: with mouse, keyboard and without scripts, on small screens, for everybody."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.login_context import LoginContext
from bot.web.framework.settings import HttpSettings
from core.policy.rules import Rules
from tests.api.conftest import NOON_OF_THE_DOCUMENTS
from tests.fakes.clock import StillClock
from tests.sample_services import create_services
from tests.web.chromium import BINARY

pytestmark = [
    pytest.mark.skipif(BINARY is None, reason="there is no Chromium here"),
    pytest.mark.asyncio(loop_scope="module"),
]
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)
_STANDARD = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_CONTRAST = {"type": "rule", "values": ["color-contrast"]}
"""What differs in the dark."""
_PUBLIC = ("/", "/?q=tomorrow+3pm+20+seats", "/rooms/H-C12-G02", "/buildings/H-C12", "/nothing", "/login")
_PERSONAL = ("/my", "/rooms/RO-POO", "/societies", "/?q=book+it+all", "/ask?action=form", "/ask?action=help")
_FITS = "document.documentElement.scrollWidth <= window.innerWidth"
_TARGETS = "button, .button, summary, input:not([type=hidden]), select"
_SMALL_TARGETS = f"""[...document.querySelectorAll("{_TARGETS}")].filter(each =>
  each.checkVisibility() && each.getBoundingClientRect().height < 24).map(each => each.outerHTML)"""


@dataclass(frozen=True)
class Board:
    """A server and a browser, shared by the tests of this module."""

    url: str
    services: Services
    browser: Browser

    @asynccontextmanager
    async def page(self, **options: Any) -> AsyncIterator[Page]:
        """A new visitor's page. Errors on its console fail the test."""
        context = await self.browser.new_context(base_url=self.url, **options)
        page, complaints = await context.new_page(), []
        page.on("console", lambda each: complaints.append(each.text) if each.type == "error" else None)
        page.on("pageerror", lambda each: complaints.append(str(each)))
        page.set_default_timeout(20_000)
        try:
            yield page
        finally:
            await context.close()
        assert [each for each in complaints if "404" not in each and "401" not in each] == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def board(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Board]:
    file = shutil.copy(sample_file, tmp_path_factory.mktemp("board") / "roomie.db")
    services = create_services(f"sqlite:///{file}", StillClock(NOON_OF_THE_DOCUMENTS), Rules())
    await services.storage.open()
    await services.storage.load()
    settings = HttpSettings(rate_limit=0)
    app = create_application(services, settings, login=LoginContext(campus="Engineering Hub"))
    runner, url = await serve(app, "127.0.0.1", 0)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BINARY, args=[*_FLAGS])
        yield Board(url, services, browser)
        await browser.close()
    await stop(runner)
    await services.storage.close()


async def _log_in(page: Page, name: str) -> None:
    await page.get_by_label("Username or e-mail").fill(name)
    await page.get_by_label("Password").fill(f"{name}password")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("button", name="Log out")).to_be_visible()


async def _book_wren(page: Page) -> None:
    await page.get_by_label("What do you need?").fill("book Wren G03 monday 3pm")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("button", name="Go on").click()


async def test_a_day_at_the_board(board: Board):
    async with board.page() as wil, board.page(viewport={"width": 320, "height": 640}) as rema:
        await wil.goto("/login?next=/")
        await _log_in(wil, "wil")
        await _book_wren(wil)
        await expect(wil.get_by_text("You're booked")).to_be_visible()

        await rema.goto("/")
        await rema.get_by_label("What do you need?").fill("monday 3pm 30 seats")
        await rema.get_by_role("button", name="Search").click()
        await rema.get_by_role("link", name="Log in").click()
        await _log_in(rema, "rema")
        await expect(rema.get_by_label("What do you need?")).to_have_value("monday 3pm 30 seats")
        await _book_wren(rema)
        await expect(rema.get_by_role("alert")).to_contain_text("taken")
        assert await rema.evaluate(_FITS)
        await rema.get_by_role("button", name="Book").first.click()
        await expect(rema.get_by_text("You're booked")).to_be_visible()
        await rema.get_by_role("link", name="My bookings").click()
        await rema.get_by_role("button", name="Cancel").first.click()
        await rema.get_by_role("button", name="cancel").first.click()
        await expect(rema.get_by_text("Cancelled")).to_be_visible()
        await rema.get_by_role("button", name="Log out").click()
        await expect(rema.get_by_role("link", name="Log in")).to_be_visible()


async def test_an_open_page_follows_what_others_do(board: Board):
    async with board.page() as watcher, board.page() as emily:
        await watcher.goto("/rooms/H-C12-G01")
        await watcher.wait_for_timeout(100)
        await emily.goto("/login?next=/rooms/H-C12-G01")
        await _log_in(emily, "emily")
        form = emily.locator("form.form")
        await form.get_by_label("Date").fill("2016-08-08")
        await form.get_by_label("Time").fill("08:00")
        await form.get_by_role("button", name="Book").click()
        await expect(emily.get_by_text("You're booked")).to_be_visible()

        await expect(watcher.get_by_role("listitem").filter(has_text="booked here").first).to_be_visible()


async def test_everything_is_reached_with_the_keyboard(board: Board):
    async with board.page() as page:
        await page.goto("/")
        await page.keyboard.press("Tab")
        assert await _focused(page) == "Skip to content"
        await _tab_to(page, "What do you need?")
        await page.keyboard.type("monday 5pm 20 seats")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=monday*")
        await _tab_to(page, "Log in")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**sid=*")
        await _tab_to(page, "Username or e-mail")
        await page.keyboard.type("dana")
        await page.keyboard.press("Tab")
        await page.keyboard.type("danapassword")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=monday*")
        await _tab_to(page, "Book")
        await page.keyboard.press("Space")
        await expect(page.get_by_text("You're booked")).to_be_visible()
        await _tab_to(page, "Log out")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name="Log in")).to_be_visible()


async def _tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await _focused(page) == name:
            return
    raise AssertionError(f"{name} cannot be reached")


async def _focused(page: Page) -> str:
    found: str = await page.evaluate(
        "(e => (e.labels?.[0] ?? e).innerText?.trim() ?? '')(document.activeElement)"
    )
    return found


async def test_without_scripts_nothing_is_missing(board: Board):
    async with board.page(java_script_enabled=False) as page:
        await page.goto("/login?next=/rooms/H-B4-101")
        await _log_in(page, "emily")
        form = page.locator("form.form")
        await form.get_by_label("Date").fill("2016-08-08")
        await form.get_by_label("Time").fill("18:00")
        await form.get_by_role("button", name="Book").click()
        await expect(page.get_by_text("You're booked")).to_be_visible()
        await page.get_by_role("link", name="My bookings").click()
        await expect(page.get_by_text("Library Pod 101").first).to_be_visible()


@pytest.mark.parametrize(("scheme", "rules"), [("light", _STANDARD), ("dark", _CONTRAST)])
async def test_every_page_is_accessible_and_fits_a_small_screen(board: Board, scheme: Any, rules: Any):
    small = {"width": 320, "height": 640}
    async with board.page(color_scheme=scheme, viewport=small, reduced_motion="reduce") as page:
        for path in _PUBLIC:
            await _check(page, path, rules)
        await page.goto("/login?next=/my")
        await _log_in(page, "wil")
        for path in _PERSONAL:
            await _check(page, path, rules)


async def _check(page: Page, path: str, rules: Any) -> None:
    await page.goto(path)
    results = await Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    assert not results.response["violations"], f"{path}: {results.generate_report()}"
    assert await page.evaluate(_FITS), path
    assert await page.evaluate(_SMALL_TARGETS) == [], path
