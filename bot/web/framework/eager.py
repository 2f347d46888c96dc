"""Starts requests eagerly: in the callback that received them, as the eager tasks of Python 3.12 do.

aiohttp wakes a task of each connection, which starts another for each request. Most answers come from memory
and need neither, and scheduling them takes longer than the answer. A request that does have to wait becomes
one of aiohttp's, which awaits the rest of it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from contextvars import copy_context
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from aiohttp import EMPTY_PAYLOAD, StreamReader, web
from aiohttp.hdrs import EXPECT
from aiohttp.http import HttpVersion11, StreamWriter

T = TypeVar("T")

Message: TypeAlias = Any
"""A request head as aiohttp's parser gives it, which has no types."""
Messages: TypeAlias = Sequence[tuple[Message, StreamReader]]
_PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")


class StartedCoroutine(Generic[T]):
    """A coroutine that ran to its first suspension, in a context of its own; awaiting it runs the rest.

    Before its first suspension there is no current task.
    """

    __slots__ = ("_awaited", "_context", "_coroutine", "is_done", "result")

    result: T
    """What it returned, once it `is_done`."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine, self._context, self.is_done = coroutine, copy_context(), False
        self._awaited = self._step(coroutine.send, None)

    def _step(self, resume: Callable[[Any], object], value: object) -> object:
        """Runs to the next suspension; returns what is awaited there."""
        try:
            return self._context.run(resume, value)
        except StopIteration as end:
            self.is_done, self.result = True, end.value
            return None

    def __await__(self) -> Generator[object, Any, T]:
        while not self.is_done:
            try:
                value = yield self._awaited
            except BaseException as error:  # noqa: BLE001 - the coroutine's to handle, cancellation included
                self._awaited = self._step(self._coroutine.throw, error)
            else:
                self._awaited = self._step(self._coroutine.send, value)
        return self.result


async def suspend() -> None:
    """Suspends once: what follows runs in a task, as `asyncio.timeout` and database drivers require."""
    await asyncio.sleep(0)


Started: TypeAlias = StartedCoroutine[web.StreamResponse]
STARTED: web.RequestKey[Started] = web.RequestKey("started", StartedCoroutine)
"""The key of a request's `Started`, if there is one."""


class Handle(Protocol):
    """Handles a request; `path_values` are the parameters in its path."""

    def __call__(
        self, request: web.Request, path_values: Mapping[str, str]
    ) -> Coroutine[Any, Any, web.StreamResponse]: ...


class EagerRoutes:
    """The handlers that are started eagerly, by path. `make` is the application's factory of requests."""

    def __init__(self, make: Callable[..., web.Request], is_stopping: Callable[[], bool]) -> None:
        self._make, self._is_stopping = make, is_stopping
        self._loop = asyncio.get_running_loop()
        self._handlers: dict[str, Handle] = {}
        self._by_parent: dict[str, tuple[str, Handle]] = {}

    def add(self, path: str, handle: Handle) -> None:
        """Adds a path without parameters, or with one that is its last segment."""
        parent, _, parameter = path.rstrip("/").partition("/{")
        if parameter:
            self._by_parent[parent] = parameter.removesuffix("}"), handle
        else:
            self._handlers[path] = handle

    def start(
        self, message: Message, connection: web.RequestHandler, task: "asyncio.Task[None] | None"
    ) -> Started | None:
        """Starts handling a request; None if aiohttp is to do that."""
        found = self._find(message.path)
        if found is None or self._is_stopping():
            return None
        handle, path_values = found
        writer = StreamWriter(connection, self._loop)
        return StartedCoroutine(
            handle(self._make(message, EMPTY_PAYLOAD, connection, writer, task), path_values)
        )

    def _find(self, target: str) -> tuple[Handle, Mapping[str, str]] | None:
        path = target.partition("?")[0]
        if (handle := self._handlers.get(path)) is not None:
            return handle, _NO_VALUES
        parent, _, segment = path.removesuffix("/").rpartition("/")
        found = self._by_parent.get(parent)
        if found is None or _PLAIN_SEGMENT.fullmatch(segment) is None:
            return None
        name, handle = found
        return handle, {name: segment}


_NO_VALUES: Mapping[str, str] = {}


async def resume_or_handle(
    handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], request: web.BaseRequest
) -> web.StreamResponse:
    """Runs the rest of a request that was started eagerly; handles any other."""
    started = request.get(STARTED)
    return await (handle(request) if started is None else started)


class EagerParser:
    """aiohttp's request parser without the requests that are answered at once.

    These are single requests that `answer` returns True for, without a body, whose connection stays open.
    """

    def __init__(self, parser: Any, answer: Callable[[Message], bool]) -> None:  # noqa: ANN401 - aiohttp's
        self._parser, self._feed, self._answer = parser, parser.feed_data, answer

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as above
        return getattr(self._parser, name)

    def feed_data(self, data: bytes) -> tuple[Messages, bool, bytes]:
        found: tuple[Messages, bool, bytes] = self._feed(data)
        messages, is_upgraded, tail = found
        if len(messages) == 1 and _is_plain(*messages[0]) and self._answer(messages[0][0]):
            self._parser.message_consumed()
            return (), is_upgraded, tail
        return found


def _is_plain(message: Message, body: StreamReader) -> bool:
    return (
        body is EMPTY_PAYLOAD
        and message.version is HttpVersion11
        and not (message.should_close or message.upgrade or EXPECT in message.headers)
    )
