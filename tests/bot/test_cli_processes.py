"""`roomie` as a process: start, requests, shutdown. Few tests, because each start is slow."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
LISTENING = re.compile(r"listening on (http://127\.0\.0\.1:\d+)")


@pytest.fixture
def environment(tmp_path: Path, sample_file: Path) -> dict[str, str]:
    """A minimal environment with its own copy of the sample database and any free port."""
    shutil.copy(sample_file, tmp_path / "roomie.db")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error::ResourceWarning",
        "ROOMIE_DATABASE__URL": f"sqlite:///{tmp_path / 'roomie.db'}",
        "ROOMIE_HTTP__PORT": "0",
        "ROOMIE_NOW": "2026-03-11T10:20:00+00:00",
    }


def roomie(
    environment: dict[str, str], folder: Path, *arguments: str, typed: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *arguments],
        env=environment,
        cwd=folder,
        input=typed,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_workbook_is_exported_edited_and_imported(environment: dict[str, str], tmp_path: Path):
    path = tmp_path / "rooms.xlsx"
    exported = roomie(environment, tmp_path, "export", "rooms", "--out", str(path))
    workbook = load_workbook(path)
    workbook["rooms"]["D2"] = "77 seats"
    workbook.save(path)

    shown = roomie(environment, tmp_path, "import", "--dry-run", "rooms.xlsx")
    imported = roomie(environment, tmp_path, "import", "rooms.xlsx")
    listed = roomie(environment, tmp_path, "export", "rooms", "--format", "json")

    assert (exported.returncode, shown.returncode, imported.returncode) == (0, 0, 0), imported.stderr
    assert "→ 77" in shown.stdout.decode()
    assert b"0 added, 1 changed" in imported.stdout
    assert [each["capacity"] for each in json.loads(listed.stdout)["rooms"]].count(77) == 1


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if match := LISTENING.search(line):
            return match.group(1)
    raise AssertionError("the process ended without listening")


def got(url: str) -> Any:
    with urlopen(url) as answer:  # noqa: S310 - on loopback
        return json.load(answer)


def test_help_lists_every_command(environment: dict[str, str], tmp_path: Path):
    result = roomie(environment, tmp_path, "--help")
    refused = roomie(environment, tmp_path, "nonsense")

    assert result.returncode == 0
    _, _, choices = refused.stderr.decode().partition("choose from ")
    commands = re.findall(r"[a-z]+", choices)
    assert {"run", "closure", "check"} <= set(commands)
    for command in commands:
        assert re.search(rf"(roomie|,) {command}\b", result.stdout.decode()), command
    assert list(tmp_path.iterdir()) == [tmp_path / "roomie.db"]


def test_undecodable_input_and_narrow_encodings_work(environment: dict[str, str], tmp_path: Path):
    result = roomie(
        environment | {"PYTHONIOENCODING": "ascii:strict"},
        tmp_path,
        *("chat", "--as", "rema"),
        typed=b"/nonsense \xff\xfe\x00\n/rooms free tomorrow 3pm to 4pm\n",
    )

    assert b"Traceback" not in result.stderr
    assert b"rooms are free" in result.stdout


def test_unusable_settings_exit_with_status_two(environment: dict[str, str], tmp_path: Path):
    wrong = environment | {
        "ROOMIE_HTTP__PORT": "x",
        "ROOMIE_CAMPUS__TIMEZONE": "Mars",
        "ROOMIE_NO__SUCH": "1",
    }

    result = roomie(wrong, tmp_path, "run")

    assert result.returncode == 2
    assert result.stderr.count(b"roomie: ") == 3


def test_a_server_starts_syncs_and_stops(
    environment: dict[str, str], tmp_path: Path, server: subprocess.Popen[str]
):
    url = address(server)
    assert len(got(f"{url}/api/buildings")["buildings"]) == 6

    assert roomie(environment, tmp_path, "chat", "--as", "wil", "/book RO-POO now", "1").returncode == 0
    assert got(f"{url}/api/rooms/status")["H-G9"]["RO-POO"]["status"] == "busy"
    server.send_signal(signal.SIGTERM)
    rest, _ = server.communicate(timeout=20)

    assert server.returncode == 0, rest
    assert "stopping" in rest
    assert "Traceback" not in rest
