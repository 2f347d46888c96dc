"""Roomie runs in uvloop, and in asyncio's loop where uvloop cannot be installed."""

import asyncio
import sys

import pytest

from bot.runtime import event_loop
from tests.bot.conftest import Roomie

pytest.importorskip("uvloop")


async def _module_of_loop() -> str:
    return type(asyncio.get_running_loop()).__module__


async def test_processes_run_in_uvloop():
    assert await _module_of_loop() == "uvloop"


def test_everything_works_without_uvloop(monkeypatch: pytest.MonkeyPatch, roomie: Roomie):
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert roomie("sample").status == 0
    assert event_loop.run(_module_of_loop()) == "asyncio.unix_events"
