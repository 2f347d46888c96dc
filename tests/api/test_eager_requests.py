"""Requests that are answered in the callback that received them, and those that have to wait after all."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

import pytest

from bot.web.framework.eager import StartedCoroutine, suspend
from tests.api.http_client import HttpClient

_VALUE: ContextVar[str] = ContextVar("value", default="unset")
_HEAD = re.compile(rb"HTTP/1\.1 (\d+) .*?Content-Length: (\d+)\r\n.*?\r\n\r\n", re.DOTALL)


class Wire:
    """A connection on which requests are written as bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, *requests: bytes) -> None:
        self._writer.write(b"".join(requests))

    async def receive(self) -> tuple[int, bytes]:
        """The status and the body of the next response."""
        head = _HEAD.fullmatch(await self._reader.readuntil(b"\r\n\r\n"))
        assert head is not None
        return int(head.group(1)), await self._reader.readexactly(int(head.group(2)))

    async def is_closed(self) -> bool:
        return await self._reader.read(1) == b""


@asynccontextmanager
async def _connect(client: HttpClient) -> AsyncIterator[Wire]:
    address = urlsplit(client.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    async with asyncio.timeout(10):
        yield Wire(reader, writer)
    writer.close()


def _get(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def _book(client: HttpClient) -> bytes:
    form = b"room_id=RO-POO&date=20160808&start_time=15:00&end_time=17:00"
    head = (
        f"POST /rooms.book/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {client.token}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    return head.encode() + form


_HEALTH, _WHOLE_SCHEDULE = _get("/healthz"), _get("/api/rooms/bookings/RO-POO")


async def test_responses_keep_the_order_of_requests_that_wait_and_those_that_do_not(wil: HttpClient):
    async with _connect(wil) as wire:
        wire.send(_book(wil))
        wire.send(_HEALTH)
        await asyncio.sleep(0)
        wire.send(_WHOLE_SCHEDULE, _HEALTH)
        bodies = [await wire.receive() for _ in range(4)]

    assert [status for status, _ in bodies] == [200] * 4
    assert [body[:12] for _, body in bodies] == [
        b'{"success":t', b'{"status":"o', b'{"bookings":', b'{"status":"o',
    ]  # fmt: skip


async def test_a_request_that_has_to_wait_is_answered_once_and_so_is_the_next(http_client: HttpClient):
    async with _connect(http_client) as wire:
        wire.send(_WHOLE_SCHEDULE)
        await asyncio.sleep(0)
        wire.send(_HEALTH)
        (_, first), (_, second) = await wire.receive(), await wire.receive()
        wire.send(_WHOLE_SCHEDULE)
        _, again = await wire.receive()

    assert first == again
    assert second == b'{"status":"ok"}'


async def test_a_client_that_leaves_while_its_request_waits_disturbs_nobody(http_client: HttpClient):
    for _ in range(3):
        async with _connect(http_client) as wire:
            wire.send(_WHOLE_SCHEDULE)
            await asyncio.sleep(0)

    assert (await http_client.get("/api/rooms/bookings/RO-POO")).status == 200


async def test_a_connection_is_closed_after_the_response_that_says_so(http_client: HttpClient):
    async with _connect(http_client) as wire:
        wire.send(_HEALTH)
        first = await wire.receive()
        wire.send(_get("/healthz", "Connection: close"))
        last = await wire.receive()

        assert (first[0], last[0], await wire.is_closed()) == (200, 200, True)


@pytest.mark.parametrize("path", ["/api/rooms/bookings/RO%2DPOO", "/api/rooms/bookings/RO-POO/"])
async def test_a_path_means_the_same_however_it_is_written(http_client: HttpClient, path: str):
    plain = await http_client.get("/api/rooms/bookings/RO-POO")

    assert (await http_client.get(path)).body == plain.body


def test_a_coroutine_that_awaits_nothing_is_done_at_once():
    async def answer() -> str:
        _VALUE.set("set")
        return _VALUE.get()

    started = StartedCoroutine(answer())

    assert (started.is_done, started.result, _VALUE.get()) == (True, "set", "unset")


async def test_what_follows_a_suspension_runs_in_the_awaiting_task_and_in_its_own_context():
    async def answer() -> tuple[object, str]:
        _VALUE.set("set")
        await suspend()
        async with asyncio.timeout(5):
            await asyncio.sleep(0.001)
        return asyncio.current_task(), _VALUE.get()

    started = StartedCoroutine(answer())

    assert not started.is_done
    assert await started == (asyncio.current_task(), "set")
    assert _VALUE.get() == "unset"


async def test_a_cancellation_reaches_what_was_started():
    ended = asyncio.Event()

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async def rest() -> None:
        await StartedCoroutine(wait())

    task = asyncio.create_task(rest())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
