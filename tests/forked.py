"""Child processes forked from one that has imported what they need: half a second less for each.

They are as separate as others: the one they are forked from has run nothing.
"""

import asyncio
import multiprocessing
import os
import runpy
import sys
from asyncio import ReadTransport, StreamReader, StreamReaderProtocol, WriteTransport
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.reduction import DupFd
from typing import Any

from scraper.common import worker_process

_IMPORTED = (
    "scraper.pipeline",
    "storage.postgres.engine",
    "storage.postgres.storage",
    "storage.sqlite.engine",
    "storage.sqlite.storage",
)
_PAUSE_SECONDS = 0.01


def fork_parsers() -> None:
    """Lets processes that parse pages, from now on, be forked."""
    worker_process.multiprocessing = _Forking()


class ForkedProcess:
    """A module run as with `python -m`, with pipes; used like `asyncio.subprocess.Process`."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.stdout = StreamReader()
        self.stdin: WriteTransport
        self._its_output: ReadTransport

    async def connect(self, stdin: int, stdout: int) -> None:
        loop = asyncio.get_running_loop()
        reading, writing = os.fdopen(stdout, "rb", 0), os.fdopen(stdin, "wb", 0)
        protocol = StreamReaderProtocol(self.stdout)
        self._its_output, _ = await loop.connect_read_pipe(lambda: protocol, reading)
        self.stdin, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, writing)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    async def wait(self) -> int:
        """Returns its exit code, once all that it wrote was received."""
        while (code := self.returncode) is None or not self.stdout._eof:  # noqa: ASYNC110 - has no event
            await asyncio.sleep(_PAUSE_SECONDS)
        self.stdin.close()
        self._its_output.close()
        return code


async def start_forked(module: str, *arguments: str) -> ForkedProcess:
    (its_stdin, stdin), (stdout, its_stdout) = os.pipe(), os.pipe()
    pipes = _Pipes(its_stdin, its_stdout)
    process = _context().Process(target=_run, args=(module, arguments, pipes), daemon=True)
    process.start()
    os.close(its_stdin)
    os.close(its_stdout)
    forked = ForkedProcess(process)
    await forked.connect(stdin, stdout)
    return forked


class _Forking:
    def get_context(self, _method: str) -> ForkServerContext:
        return _context()


class _Pipes:
    """Standard input and output of a process that is about to start."""

    def __init__(self, stdin: int, stdout: int) -> None:
        self._numbers = stdin, stdout

    def __reduce__(self) -> Any:
        return _detach, tuple(map(DupFd, self._numbers))


def _detach(*numbers: Any) -> list[int]:
    return [each.detach() for each in numbers]


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def _run(module: str, arguments: tuple[str, ...], pipes: list[int]) -> None:
    """Runs in the new process."""
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - the pipe
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)
