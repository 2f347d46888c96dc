"""Roomie runs in uvloop, and in asyncio's loop where uvloop cannot be installed."""

import asyncio
import sys

import pytest

from bot.runtime import event_loop
from tests.bot.conftest import CommandResult

pytest.importorskip("uvloop")


async def test_processes_run_in_uvloop():
    assert type(asyncio.get_running_loop()).__module__ == "uvloop"


def test_everything_works_without_uvloop(monkeypatch: pytest.MonkeyPatch, roomie):
    monkeypatch.setitem(sys.modules, "uvloop", None)

    result: CommandResult = roomie("sample")

    assert result.status == 0, result
    assert asyncio.SelectorEventLoop in type(event_loop.new_event_loop()).__mro__

