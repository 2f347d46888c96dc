"""Runs parsers in a separate process, so that no page blocks the event loop."""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import ParamSpec, Protocol, Self, TypeVar, cast

from msgspec import Struct

from core.errors import RoomieError
from scraper.common.errors import ParsingFailed

P = ParamSpec("P")
T = TypeVar("T")

PARSE_TIMEOUT_SECONDS = 60.0
"""After this a page fails and its process is killed."""
MAX_MEMORY_BYTES = 2 * 1024**3
"""Limit of the process's address space."""
MAX_PROCESSES = 2
"""Of a pool. Two parse some 200 pages a second, which few sites allow; each takes 40 MB."""


class Parser(Protocol):
    """Runs pure module-level functions on values that can be pickled."""

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class _ParseFailure(Struct, frozen=True):
    error: Exception


class ParsingPool:
    """Worker processes, one for each core up to two; one that is idle takes a call, else the call waits.

    The one that was used last is taken first, so that no more are started than are needed.
    """

    def __init__(self) -> None:
        self._processes = tuple(ParsingProcess() for _ in range(count_cores()))
        self._idle: asyncio.LifoQueue[ParsingProcess] = asyncio.LifoQueue()
        for process in self._processes:
            self._idle.put_nowait(process)

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        process = await self._idle.get()
        try:
            return await process(function, *args, **kwargs)
        finally:
            self._idle.put_nowait(process)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(process.stop() for process in self._processes))


def count_cores() -> int:
    """The cores that this process may use, up to `MAX_PROCESSES`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MAX_PROCESSES)


class ParsingProcess:
    """Worker process that parses one page at a time; further calls wait in a queue.

    It starts with the first call, and again after it had to be killed.
    """

    def __init__(self, timeout: float = PARSE_TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._executor = ThreadPoolExecutor(1, "parsing")
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        question = pickle.dumps((function, args, kwargs))
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._executor, self._send_request, question)
        if isinstance(answer, _ParseFailure):
            raise answer.error
        return cast(T, answer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Ends the process, though it may be busy."""
        self._timeout = 0.0
        if self._child is not None:
            self._child.kill()
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)
        self._kill()

    def _send_request(self, request: bytes) -> object:
        line = self._pipe or self._start()
        try:
            line.send_bytes(request)
            if line.poll(self._timeout):
                return pickle.loads(line.recv_bytes())  # noqa: S301  # from our own child
        except (EOFError, OSError):
            self._kill()
            return _ParseFailure(
                ParsingFailed("The process that reads pages ended while it was reading one.")
            )
        self._kill()
        return _ParseFailure(ParsingFailed(f"A page was not read within {self._timeout:g} seconds."))

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, far_end = context.Pipe()
        self._child = context.Process(target=_serve_requests, args=(far_end,), name="parsing", daemon=True)
        self._child.start()
        far_end.close()
        return self._pipe

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._pipe is not None:
            self._pipe.close()
        self._child = self._pipe = None


def _serve_requests(pipe: Connection) -> None:
    """Main loop of the child; ends when the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _lower_priority()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            pipe.send_bytes(pickle.dumps(_run_request(pipe.recv_bytes())))


def _run_request(request: bytes) -> object:
    try:
        function, args, kwargs = pickle.loads(request)  # noqa: S301  # from our own parent
        return function(*args, **kwargs)
    except RoomieError as error:
        return _ParseFailure(error)
    except Exception as error:  # noqa: BLE001  # a bug in a parser must reach the operator
        return _ParseFailure(ParsingFailed(f"A page could not be read: {type(error).__name__}: {error}"))


def _lower_priority() -> None:
    """Lowers the CPU priority and limits the memory, in favour of the processes that answer people."""
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
