"""Connection flood: 1,100 silent or half-sent connections leave others served and the log short."""

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.web.framework.connection_register import Register
from bot.web.framework.settings import HttpSettings
from tests.security.flood import ATTACKER, INNOCENT, are_open, fetch, flood

ROOT = Path(__file__).parents[2]
_FILES = 400
_COUNT = 1_100
_MAX_LOG = 20_000
_OK = b"HTTP/1.1 200 OK"

Start = Callable[..., int]


def _few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES // 2, _FILES))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def start(tmp_path: Path, log: Path) -> Iterator[Start]:
    """Starts a program with few files; the port that the first match in its output names."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str, pattern: str, **environment: str) -> int:
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *arguments],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_few_files,
            )
        started.append(process)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            if found := re.search(pattern, log.read_text()):
                return int(found.group(1))
            time.sleep(0.05)
        raise AssertionError(f"it did not listen: {log.read_text()}")

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def roomie(start: Start, sqlite_url: str) -> int:
    """The program as shipped; its port."""
    listening = r"listening on http://127\.0\.0\.1:(\d+)"
    environment = {"ROOMIE_DATABASE__URL": sqlite_url, "ROOMIE_HTTP__PORT": "0"}
    return start("-m", "bot", "run", "--only", "web", pattern=listening, **environment)


def test_one_address_does_not_keep_others_out(roomie: int, log: Path):
    with flood(roomie, _COUNT) as held:
        answers = [fetch(roomie) for _ in range(20)]

        assert answers == [_OK] * 20
        assert are_open(held) <= (_FILES - 128) // 2

    assert log.stat().st_size < _MAX_LOG
    assert fetch(roomie, ATTACKER) == _OK


def test_many_addresses_do_not_keep_one_more_out(roomie: int, log: Path):
    many = tuple(f"127.0.0.{number}" for number in range(10, 30))
    with flood(roomie, _COUNT, many):
        time.sleep(1.5)
        answers = [fetch(roomie) for _ in range(20)]

    assert answers == [_OK] * 20
    assert log.stat().st_size < _MAX_LOG


def test_running_out_of_files_is_logged_once(start: Start, sqlite_url: str, log: Path):
    port = start("-m", "tests.security.starved_server", sqlite_url, pattern=r"(?m)^(\d+)$")

    with flood(port, _COUNT):
        time.sleep(3)
        during = fetch(port, INNOCENT)

    assert during in {_OK, b""}, "those who wait are closed to make room"
    text = log.read_text()
    assert text.count("no connection can be accepted") == 1
    assert len(text) < _MAX_LOG
    assert fetch(port) == _OK


class _HeldConnection:
    """The attributes of a connection that the register uses."""

    waiting_since, requester, unread = 0.0, "", 0

    def __init__(self, address: str) -> None:
        self.address = address


@pytest.mark.parametrize(
    ("networks", "most"),
    [
        ([f"2001:db8:1:{number * 256:x}" for number in range(64)], 2_000),
        ([f"2001:db8:1:{number:x}" for number in range(16)], 1_600),
        ([f"2001:db8:{number:x}:1" for number in range(64)], 4_000),
    ],
    ids=["a /48", "a /56", "many sites"],
)
def test_one_site_never_has_more_than_its_share_of_connections(
    networks: list[str], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Register, "now", lambda _: 0.0)
    register = Register(HttpSettings())
    held = []
    for network in networks:
        address = register.address_of_peer(f"{network}::1")
        for _ in range(200):
            if register.admit(address):
                held.append(connection := _HeldConnection(address))
                register.add(connection)  # type: ignore[arg-type]  # as much of one as is used
                register.end_waiting(connection)  # type: ignore[arg-type]

    assert len(held) == most
    for connection in held:
        register.remove(connection)  # type: ignore[arg-type]
    assert not register._shares
