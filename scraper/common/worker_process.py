"""Parsing in a process of its own, so that no page ever holds up a chat answer."""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import ParamSpec, Protocol, Self, TypeVar, cast

from core.errors import RoomieError
from scraper.common.errors import ParsingFailed

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_PARSE = 60.0
"""Seconds after which a page is given up and its process ended."""
LARGEST_MEMORY = 2 * 1024**3
"""Bytes of address space the process may take."""


class Parser(Protocol):
    """Runs pure functions of a module's top level on values that can be sent to another process."""

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class ParsingProcess:
    """One child that parses one page at a time, started when first needed and again after it had to be ended.

    Whoever asks meanwhile waits in line.
    """

    def __init__(self, longest: float = LONGEST_PARSE) -> None:
        self._longest = longest
        self._messenger = ThreadPoolExecutor(1, "parsing")
        self._child: BaseProcess | None = None
        self._line: Connection | None = None

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        question = pickle.dumps((function, args, kwargs))
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._messenger, self._ask, question)
        if isinstance(answer, _Failed):
            raise answer.error
        return cast(T, answer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._longest = 0.0
        if self._child is not None:
            self._child.kill()
        await asyncio.to_thread(self._messenger.shutdown, cancel_futures=True)
        self._end()

    def _ask(self, question: bytes) -> object:
        line = self._line or self._start()
        try:
            line.send_bytes(question)
            if line.poll(self._longest):
                return pickle.loads(line.recv_bytes())  # noqa: S301  # from our own child
        except (EOFError, OSError):
            self._end()
            return _Failed(ParsingFailed("The process that reads pages ended while it was reading one."))
        self._end()
        return _Failed(ParsingFailed(f"A page was not read within {self._longest:g} seconds."))

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._line, far_end = context.Pipe()
        self._child = context.Process(target=_answer_all, args=(far_end,), name="parsing", daemon=True)
        self._child.start()
        far_end.close()
        return self._line

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._line is not None:
            self._line.close()
        self._child = self._line = None


async def parse_here(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A `Parser` without a process, for tests and for pages that take less than a blink."""
    return function(*args, **kwargs)


def _answer_all(line: Connection) -> None:
    """The child's life: it ends when the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stay_modest()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            line.send_bytes(pickle.dumps(_answer(line.recv_bytes())))


def _answer(question: bytes) -> object:
    try:
        function, args, kwargs = pickle.loads(question)  # noqa: S301  # from our own parent
        return function(*args, **kwargs)
    except RoomieError as error:
        return _Failed(error)
    except Exception as error:  # noqa: BLE001  # whatever a page sets off must reach the operator, not end us
        return _Failed(ParsingFailed(f"A page could not be read: {type(error).__name__}: {error}"))


def _stay_modest() -> None:
    """Leave processor and memory to those who answer people."""
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY, LARGEST_MEMORY))
