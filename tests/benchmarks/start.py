"""Start time: `--help`, and the first response over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, sleep

from tests.benchmarks.harness import Row, compare
from tests.benchmarks.world import filled_file

_BARE = """
import sys
from aiohttp import web
async def answer(_):
    return web.Response(body=b"{}", content_type="application/json")
app = web.Application()
app.router.add_get("/api/buildings", answer)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - how benchmarks are called
    """Rows for `--help` and for the first answer on a database with 20,000 entries."""
    pairs = 5 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        database = filled_file(Path(folder) / "roomie.db", entries=20_000)
        compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        compiled["PYTHONPYCACHEPREFIX"] = folder  # as an installation: pip compiles what it installs
        environment = compiled | {
            "ROOMIE_DATABASE__URL": f"sqlite:///{database}",
            "ROOMIE_LOG__LEVEL": "error",
        }
        ours, bare = [sys.executable, "-m", "bot", "run"], [sys.executable, "-c", _BARE]
        _first_answer(ours, environment), _first_answer(bare, compiled, in_argument=True)
        help_line = [sys.executable, "-m", "bot", "--help"]
        nothing = [sys.executable, "-c", "pass"]
        return [
            compare(
                "roomie --help against python -c pass",
                lambda: _took(help_line, compiled),
                lambda: _took(nothing, compiled),
                pairs,
                target=3,
                at_most=True,
                unit=" ms",
            ),
            compare(
                "first GET /api/buildings against a bare aiohttp application's",
                lambda: _first_answer(ours, environment),
                lambda: _first_answer(bare, compiled, in_argument=True),
                pairs,
                target=1.3,
                at_most=True,
                unit=" ms",
            ),
        ]


def _took(command: Sequence[str], environment: dict[str, str]) -> float:
    """Milliseconds for a whole process."""
    start = perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    return (perf_counter() - start) * 1000


def _first_answer(command: list[str], environment: dict[str, str], *, in_argument: bool = False) -> float:
    """Milliseconds from the start of a server's process to its first complete response."""
    port = _free_port()
    if in_argument:
        command = [*command, str(port)]
    start = perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        env={**environment, "ROOMIE_HTTP__PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            sleep(0.002)
        return (perf_counter() - start) * 1000
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /api/buildings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
