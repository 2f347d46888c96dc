"""A headless Chromium, driven over its own protocol; skipped where there is none."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

BINARY = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-port=0",
)
_TIMEOUT_SECONDS = 30.0


class Tab:
    """One page. `complaints` are its console errors: violated policies, faults, missing resources."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._loaded = asyncio.Event()
        self.complaints: list[str] = []

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            while True:
                message = await self._socket.receive_json()
                self._note(message)
                if message.get("id") == number:
                    assert "error" not in message, message
                    result: dict[str, Any] = message["result"]
                    return result

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Page.loadEventFired":
            self._loaded.set()
        elif message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] in {
            "error",
            "warning",
        }:
            self.complaints.append(message["params"]["entry"]["text"])

    async def prepare(self) -> None:
        for domain in ("Page", "Log", "Runtime"):
            await self.ask(f"{domain}.enable")

    async def size(self, width: int, height: int, *, dark: bool = False) -> None:
        is_phone = width < 600
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if is_phone else 1,
            mobile=is_phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])

    async def open(self, url: str) -> None:
        self._loaded.clear()
        await self.ask("Page.navigate", url=url)
        await self._until_loaded()

    async def press(self, words: str, **values: str) -> None:
        """Fill inputs in by their labels' targets, and press the button with these words."""
        for name, value in values.items():
            await self.run(f"document.getElementById({name!r}).value = {value!r}")
        self._loaded.clear()
        found = f"[...document.querySelectorAll('button')].find(each => each.innerText.trim() === {words!r})"
        await self.run(f"setTimeout(() => {found}.click())")
        await self._until_loaded()

    async def run(self, expression: str) -> Any:
        message = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in message, message
        return message["result"].get("value")

    async def photograph(self) -> bytes:
        """A screenshot of the page, as PNG."""
        return b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])

    async def _until_loaded(self) -> None:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            while not self._loaded.is_set():
                self._note(await self._socket.receive_json())


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Tab]:
    """A browser of its own, gone afterwards with everything it started."""
    assert BINARY is not None
    process = await asyncio.create_subprocess_exec(
        BINARY,
        *_FLAGS,
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port = await _port(folder / "DevToolsActivePort")
        async with ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                page = next(each for each in await answer.json() if each["type"] == "page")
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                await tab.prepare()
                yield tab
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _port(file: Path) -> int:
    for _ in range(600):
        if (port := _written(file)) is not None:
            return port
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not start")


def _written(file: Path) -> int | None:
    lines = file.read_text().split() if file.exists() else []
    return int(lines[0]) if lines else None
