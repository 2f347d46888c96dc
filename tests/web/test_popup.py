"""The login of a web client that opens a popup, waits for the status, and closes the popup."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.web.framework.settings import HttpSettings
from tests.standins.web_client_server import WebClientServer
from tests.web.chromium import BINARY, Tab, chromium

pytestmark = pytest.mark.skipif(BINARY is None, reason="there is no Chromium here")

_FILL_IN = """(popup.document.getElementById('username').value = 'rema',
  popup.document.getElementById('password').value = 'remapassword',
  popup.document.querySelector('button').click())"""
_CONFIRM = "popup.document.querySelector('button[value=yes]').click()"
_TIMEOUT_SECONDS = 20.0


@pytest.fixture
async def web_client() -> AsyncIterator[WebClientServer]:
    async with WebClientServer().serving() as server:
        yield server


@pytest.fixture
def settings(web_client: WebClientServer) -> HttpSettings:
    return HttpSettings(public_url=web_client.url, trusted_proxies=(ip_network("127.0.0.1/32"),))


async def _wait_for(tab: Tab, condition: str) -> None:
    """Waits in the page itself until a condition holds."""
    expression = f"""new Promise(resolve => {{ const each = setInterval(() => {{
      if ({condition}) {{ clearInterval(each); resolve(); }} }}, 50); }})"""
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        await tab.ask("Runtime.evaluate", expression=expression, awaitPromise=True)


async def test_the_popup_of_a_web_client_closes_after_the_login(
    web_client: WebClientServer, server_url: str, tmp_path: Path
):
    web_client.backend = server_url
    async with chromium(tmp_path / "chromium") as tab:
        await tab.open(f"{web_client.url}/login")

        await tab.ask("Runtime.evaluate", expression="logIn()", awaitPromise=True, userGesture=True)
        await _wait_for(tab, "popup && !popup.closed && popup.document.getElementById('password')")
        await tab.run(_FILL_IN)
        await _wait_for(tab, "!popup.closed && popup.document.querySelector('button[value=yes]')")
        await tab.run(_CONFIRM)
        await _wait_for(tab, "account && popup.closed")

        assert await tab.run("account.email") == "rema@rema.com"
        assert set(web_client.shown_by_client) <= {"/login", "/favicon.ico"}
