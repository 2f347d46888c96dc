"""Connections that hold a place without use: silent, half-sent, trickled, never read, never ending.

Time is the register's: a sweep sees the connections as they would be so many seconds later.
"""

import asyncio

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.web.framework.settings import HttpSettings
from tests.security.flood import ATTACKER, HALF, INNOCENT, REQUEST, Served, closed, served

SETTINGS = HttpSettings(rate_limit=0, max_connections=8, max_connections_per_address=4, shutdown_timeout=1.0)
_WAIT = b"GET /wait HTTP/1.1\r\nHost: roomie\r\n\r\n"
_BIG = b"GET /big HTTP/1.1\r\nHost: roomie\r\n\r\n"
_SIZE = 24 * 1024 * 1024
_KEEP_ALIVE_REQUEST = REQUEST.replace(b"Connection: close\r\n", b"")


async def _wait(_: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def _big(_: web.Request) -> web.Response:
    return web.Response(body=bytes(_SIZE))


async def _body(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


ROUTES = (web.get("/wait", _wait), web.get("/big", _big), web.post("/body", _body))


@pytest.mark.parametrize("sent", [b"", b"G", HALF, b"\r\n\r\n"], ids=str)
async def test_a_head_that_never_arrives_closes_the_connection(sqlite_url: str, sent: bytes):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        reader, _ = await server.open(sent)

        server.later(9)
        assert len(server.register) == 1
        server.later(11)

        assert await closed(reader) == b""
        assert len(server.register) == 0


async def test_a_trickled_head_does_not_extend_the_deadline(sqlite_url: str):
    async with served(sqlite_url, replace(SETTINGS, header_timeout=1.0), ROUTES) as server:
        reader, writer = await server.open(HALF)
        ended = asyncio.create_task(closed(reader))

        for _ in range(200):
            if ended.done():
                break
            writer.write(b"x")
            await asyncio.sleep(0.1)

        assert ended.done()


async def test_the_second_head_on_a_connection_has_its_deadline_too(sqlite_url: str):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        reader, writer = await server.open(_KEEP_ALIVE_REQUEST)
        server.later(11)
        assert len(server.register) == 1, "waiting between requests is no fault"

        writer.write(HALF)
        await server.settle()
        server.later(11)

        assert (await closed(reader)).startswith(b"HTTP/1.1 200")
        assert len(server.register) == 0


async def test_a_body_that_never_arrives_ends_the_request(sqlite_url: str):
    head = b"POST /body HTTP/1.1\r\nHost: roomie\r\nContent-Length: 1000\r\n\r\n12345"
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        reader, _ = await server.open(head)

        server.later(SETTINGS.body_timeout + 6)
        server.later(SETTINGS.body_timeout + 12)

        assert b" 200 " not in await closed(reader)
        await server.settle()
        assert len(server.register) == 0


async def test_a_body_in_time_is_read_whole(sqlite_url: str):
    head = b"POST /body HTTP/1.1\r\nHost: roomie\r\nConnection: close\r\nContent-Length: 50000\r\n\r\n"
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        reader, writer = await server.open(head + bytes(25_000))
        server.later(9)
        writer.write(bytes(25_000))

        assert (await closed(reader)).endswith(b"50000")


async def test_an_unread_response_closes_the_connection(sqlite_url: str):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        await server.open(_BIG)
        await server.settle()
        assert server.register.unread > 0

        server.later(29)
        assert len(server.register) == 1
        server.later(30 + _SIZE / 16_000)
        await server.settle()

        assert len(server.register) == 0
        assert server.register.unread == 0


async def test_unread_answers_of_one_address_do_not_fill_the_memory(sqlite_url: str):
    settings = replace(SETTINGS, max_connections=40, max_connections_per_address=20)
    async with served(sqlite_url, settings, ROUTES) as server:
        reader, _ = await server.open(_BIG.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), INNOCENT)
        for _ in range(10):
            await server.open(_BIG)
        await server.settle()

        assert server.register.unread <= 64 * 1024 * 1024
        assert len(await closed(reader)) > _SIZE, "the address that has less keeps what it asked for"


async def test_a_connection_that_closes_does_not_wait_for_its_reader_for_ever(sqlite_url: str):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        await server.open(_BIG)
        await server.settle()
        (connection,) = server.register._open
        connection.force_close()

        server.later(0)
        server.later(6)
        await server.settle()

        assert len(server.register) == 0


async def test_heads_sent_in_advance_do_not_fill_the_memory(sqlite_url: str):
    head = b"GET / HTTP/1.1\r\nX: " + b"x" * 8_000 + b"\r\n\r\n"
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        reader, writer = await server.open(_WAIT)
        for _ in range(100):
            if writer.is_closing():
                break
            writer.write(head)
            await asyncio.sleep(0.005)

        assert await closed(reader) == b""
        await server.settle()
        assert len(server.register) == 0


async def test_one_address_has_its_share_and_no_more(sqlite_url: str):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        for _ in range(4):
            await server.open(_WAIT)

        refused, _ = await server.open(REQUEST)
        others, _ = await server.open(REQUEST, INNOCENT)

        assert (await closed(refused)).startswith(b"HTTP/1.1 503")
        assert (await closed(others)).startswith(b"HTTP/1.1 200")
        assert server.register.refused == 1


async def test_a_place_is_free_again_once_its_connection_ends(sqlite_url: str):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        held = [await server.open(_WAIT) for _ in range(4)]
        held[0][1].close()
        await server.settle()

        reader, _ = await server.open(REQUEST)

        assert (await closed(reader)).startswith(b"HTTP/1.1 200")
        assert len(server.register) == 3


async def test_who_waits_longest_makes_room_at_the_address(sqlite_url: str):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        waiting = [await server.open(each) for each in (b"", HALF, _KEEP_ALIVE_REQUEST, _KEEP_ALIVE_REQUEST)]
        await asyncio.sleep(1.1)

        reader, _ = await server.open(REQUEST)

        assert (await closed(reader)).startswith(b"HTTP/1.1 200")
        assert await closed(waiting[0][0]) == b""
        assert len(server.register) == 3


async def test_a_request_in_progress_keeps_its_place_until_it_ends(sqlite_url: str):
    may_end = asyncio.Event()

    async def held(_: web.Request) -> web.Response:
        await may_end.wait()
        return web.Response()

    async with served(sqlite_url, SETTINGS, (*ROUTES, web.get("/held", held))) as server:
        reader, _ = await server.open(_WAIT.replace(b"/wait", b"/held"))
        for _ in range(3):
            await server.open(_WAIT)
        await asyncio.sleep(1.1)
        refused, _ = await server.open(REQUEST)
        assert (await closed(refused)).startswith(b"HTTP/1.1 503")

        may_end.set()
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(1.1)
        answered, _ = await server.open(REQUEST)

        assert (await closed(answered)).startswith(b"HTTP/1.1 200")
        assert (await closed(reader)) == b""
        assert len(server.register) == 3


async def test_many_addresses_together_leave_room_for_one_more(sqlite_url: str):
    async with served(sqlite_url, SETTINGS, ROUTES) as server:
        for number in range(8):
            await server.open(HALF, f"127.0.0.{10 + number // 4}")
        await asyncio.sleep(1.1)

        for _ in range(5):
            reader, _ = await server.open(REQUEST, INNOCENT)
            assert (await closed(reader)).startswith(b"HTTP/1.1 200")


def test_half_of_all_is_the_most_that_one_address_may_have():
    from bot.web.framework.connection_register import max_share_of

    assert max_share_of(replace(SETTINGS, max_connections_per_address=100)) == 4
    assert max_share_of(replace(SETTINGS, max_connections=0)) == 4
    assert max_share_of(replace(SETTINGS, max_connections_per_address=0)) == 0


class TestBehindAProxy:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        from ipaddress import ip_network

        proxies = (ip_network(f"{ATTACKER}/32"),)
        return replace(SETTINGS, max_connections=100, trusted_proxies=proxies)

    async def _send(self, server: Served, client: str, path: bytes = b"/wait") -> asyncio.StreamReader:
        head = b"GET %b HTTP/1.1\r\nHost: roomie\r\nX-Forwarded-For: %b\r\nConnection: close\r\n\r\n"
        reader, _ = await server.open(head % (path, client.encode()))
        return reader

    async def test_each_client_has_its_share_of_requests_under_way(
        self, sqlite_url: str, settings: HttpSettings
    ):
        async with served(sqlite_url, settings, ROUTES) as server:
            for _ in range(4):
                await self._send(server, "192.0.2.1")

            refused = await closed(await self._send(server, "192.0.2.1", b"/healthz"))
            others = await closed(await self._send(server, "192.0.2.2", b"/healthz"))

        assert refused.startswith(b"HTTP/1.1 429")
        assert others.startswith(b"HTTP/1.1 200")

    async def test_requests_that_are_over_count_no_more(self, sqlite_url: str, settings: HttpSettings):
        async with served(sqlite_url, settings, ROUTES) as server:
            for _ in range(20):
                answer = await closed(await self._send(server, "192.0.2.1", b"/healthz"))
                assert answer.startswith(b"HTTP/1.1 200")
            assert not server.register._shares

    async def test_the_proxy_itself_may_hold_as_many_connections_as_there_are(
        self, sqlite_url: str, settings: HttpSettings
    ):
        async with served(sqlite_url, settings, ROUTES) as server:
            for number in range(40):
                await self._send(server, f"192.0.2.{number}")

            assert len(server.register) == 40
            assert server.register.refused == 0
