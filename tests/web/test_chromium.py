"""A login in a real browser: pages fit a phone, are readable and log no console errors."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.http_client import HttpClient
from tests.login.test_sid import begun, status
from tests.web.chromium import BINARY, Tab, chromium

pytestmark = pytest.mark.skipif(BINARY is None, reason="there is no Chromium here")

_FITS = "document.documentElement.scrollWidth <= window.innerWidth"
_TARGETS = "[...document.querySelectorAll('button, input:not([type=hidden])')]"
_MIN_TARGET_HEIGHT = f"Math.min(99, ...{_TARGETS}.map(each => each.offsetHeight))"
_CONTRAST = """(() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92
    : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  return Math.min(...[...document.querySelectorAll('h1, p, dt, dd, label, button')].map(e => {
    const [one, other] = [light(numbers(getComputedStyle(e).color)), light(ground(e))].sort((a, b) => b - a);
    return (one + .05) / (other + .05); }));
})()"""


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with chromium(tmp_path / "chromium") as tab:
        yield tab


async def _check_looks(tab: Tab, keep_as: Path) -> None:
    """The screenshot stays in the test's folder, for people to look at."""
    _keep(await tab.photograph(), keep_as)
    assert await tab.run(_FITS)
    assert await tab.run(_MIN_TARGET_HEIGHT) >= 44
    assert await tab.run(_CONTRAST) >= 4.5


def _keep(read_model: bytes, file: Path) -> None:
    file.write_bytes(read_model)
    assert len(read_model) > 5_000


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(320, "light"), (390, "dark"), (1280, "light")],
    ids=["small phone", "phone at night", "desktop"],
)
async def test_a_whole_login_at_a_browser(
    program: HttpClient, tab: Tab, tmp_path: Path, width: int, scheme: str
):
    begun_login = await begun(program)
    await tab.size(width, 720, dark=scheme == "dark")

    await tab.open(begun_login["loginUrl"])
    await _check_looks(tab, tmp_path / "login.png")
    await tab.press("Log in", username="wil", password="wrong")
    refused, tab.complaints = tab.complaints, []
    assert await tab.run("document.getElementById('error').innerText") == "Wrong username or password."
    await tab.press("Log in", username="wil", password="wilpassword")
    await _check_looks(tab, tmp_path / "confirm.png")
    await tab.press("Yes, I started this")
    await _check_looks(tab, tmp_path / "done.png")

    assert await tab.run("document.querySelector('h1').innerText") == "You're logged in"
    assert (await status(program, begun_login["sid"])).json["status"] == "LOGGED_IN"
    assert all("403" in each for each in refused)
    assert tab.complaints == []


async def test_no_other_page_can_frame_it(program: HttpClient, tab: Tab, tmp_path: Path):
    begun_login = await begun(program)
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe src="{begun_login["loginUrl"]}"></iframe>')

    await tab.open(frame.as_uri())

    assert any("frame-ancestors" in each for each in tab.complaints), tab.complaints
