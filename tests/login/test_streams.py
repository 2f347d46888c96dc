"""Subscriptions to a login result: four transports, early and late, across processes."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError, web

from bot.sample.load import load_sample
from bot.services import Services
from bot.web.application import STATE, create_application, serve, stop
from bot.web.endpoints import login_streams as streams
from bot.web.framework.settings import HttpSettings
from core.policy.rules import Rules
from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock
from tests.login.browser import Browser
from tests.login.test_sid import begun, logged_in
from tests.sample_services import create_services

_TIMEOUT_SECONDS = 5.0


def decode_message(message: str | bytes) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(b64decode(message))
    return payload


async def by_websocket(session: ClientSession, url: str) -> dict[str, Any]:
    async with session.ws_connect(url) as socket:
        return decode_message(await socket.receive_str())


async def by_events(session: ClientSession, url: str) -> dict[str, Any]:
    async with session.get(url, headers={"Accept": "text/event-stream"}) as answer:
        assert answer.content_type == "text/event-stream"
        async for line in answer.content:
            if line.startswith(b"data: "):
                return decode_message(line.removeprefix(b"data: "))
    raise AssertionError("the stream ended")


async def by_body(session: ClientSession, url: str) -> dict[str, Any]:
    async with session.get(url) as answer:
        return decode_message(await answer.content.readline())


async def by_long_poll(session: ClientSession, url: str) -> dict[str, Any]:
    async with session.get(url.replace("push.subscribe", "push.subscribe_longpoll")) as answer:
        body = await answer.json()
        assert body["id"] == 1
        return decode_message(body["text"])


KINDS = [by_websocket, by_events, by_body, by_long_poll]
_each_kind = pytest.mark.parametrize("listen", KINDS)


async def until_listening(app: web.Application, count: int = 1) -> None:
    await until(lambda: len(app[STATE].subscriptions) >= count)


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if happened():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


@_each_kind
async def test_subscribers_receive_the_login(
    listen: Any, program: HttpClient, browser: Browser, session: ClientSession, app: web.Application
):
    payload = await begun(program)
    listening = asyncio.create_task(listen(session, payload["stream_sub_url"]))
    await until_listening(app)

    await browser.submit(await browser.log_in(payload["loginUrl"], "wil"), answer="yes")
    result = await asyncio.wait_for(listening, _TIMEOUT_SECONDS)

    assert result["result"] == "success"
    assert result["message"]
    assert result["email"] == "wil@wil.com"
    assert (await program.as_(result["token"]).get("/user.info/")).status == 200


@_each_kind
async def test_late_subscribers_receive_the_result(
    listen: Any, program: HttpClient, browser: Browser, session: ClientSession
):
    payload = await logged_in(program, browser)

    result = await asyncio.wait_for(listen(session, payload["stream_sub_url"]), _TIMEOUT_SECONDS)

    assert result["result"] == "success"


@_each_kind
async def test_refusals_are_published(
    listen: Any, program: HttpClient, browser: Browser, session: ClientSession
):
    payload = await begun(program)
    await browser.submit(await browser.log_in(payload["loginUrl"], "wil"), answer="no")

    result = await asyncio.wait_for(listen(session, payload["stream_sub_url"]), _TIMEOUT_SECONDS)

    assert result == {"result": "failure", "message": "The person at the browser said no."}


@pytest.mark.parametrize("name", ["stream.sub", "push.subscribe", "stream.sub_lp", "push.subscribe_longpoll"])
@pytest.mark.parametrize("base", ["", "/api/v1"])
async def test_all_documented_paths_answer(program: HttpClient, browser: Browser, name: str, base: str):
    payload = await logged_in(program, browser)
    url = f"{program.url}{base}/{name}/{payload['sid']}"

    async with program._session.get(url) as answer:
        assert answer.status == 200
        assert await answer.content.readany()


@pytest.mark.parametrize("name", ["stream.sub", "stream.sub_lp"])
async def test_an_unknown_channel_is_a_404(program: HttpClient, session: ClientSession, name: str):
    result = await program.get(f"/{name}/shib{'a' * 60}")

    assert result.status == 404
    assert result.json["error"]
    with pytest.raises(WSServerHandshakeError):
        await session.ws_connect(f"{program.url}/stream.sub/shib{'a' * 60}")


async def test_a_channel_expires(program: HttpClient, browser: Browser, clock: StillClock):
    payload = await logged_in(program, browser)
    clock.move(timedelta(seconds=60))

    assert (await program.get(f"/stream.sub_lp/{payload['sid']}")).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_nobody_can_publish_from_outside(program: HttpClient, method: str):
    payload = await begun(program)

    result = await program.ask(method, f"/push.subscribe/{payload['sid']}", data=b"forged")

    assert result.status == 405


async def test_messages_from_websocket_clients_are_ignored(
    program: HttpClient, session: ClientSession, app: web.Application
):
    payload = await begun(program)
    url = payload["stream_sub_url"]
    async with session.ws_connect(url) as one, session.ws_connect(url) as other:
        await until_listening(app, 2)
        await one.send_str("forged")
        with pytest.raises(TimeoutError):
            await other.receive(timeout=0.1)


class TestLongPoll:
    @pytest.fixture(autouse=True)
    def _hasty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(streams, "MAX_WAIT", 0.05)

    async def test_the_answer_is_one_message_as_documented(self, program: HttpClient, browser: Browser):
        payload = await logged_in(program, browser)

        result = await program.get(f"/push.subscribe_longpoll/{payload['sid']}")

        assert result.json["channel"] == payload["sid"]
        assert set(result.json) == {"id", "channel", "text"}
        assert result.headers["Etag"] == "W/1"
        assert result.headers["Last-Modified"] == "Fri, 05 Aug 2016 09:00:00 GMT"
        assert "no-cache" in result.headers["Cache-Control"]
        assert result.headers["Access-Control-Allow-Origin"] == "*"

    async def test_nothing_new_is_a_304(self, program: HttpClient):
        payload = await begun(program)

        result = await program.get(f"/push.subscribe_longpoll/{payload['sid']}")

        assert (result.status, result.body) == (304, b"")

    @pytest.mark.parametrize(
        "headers",
        [
            {"If-None-Match": "null", "If-Modified-Since": "null"},
            {"If-None-Match": "W/0"},
            {"If-None-Match": "", "If-Modified-Since": ""},
            {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT", "If-None-Match": "W/1"},
            {"If-Modified-Since": "Fri, 05 Aug 2016 08:59:59 GMT"},
            {"If-Modified-Since": "Fri, 05 Aug 2016 09:00:00 GMT", "If-None-Match": "null"},
            {"If-Modified-Since": "Fri, 99 Nonsense"},
        ],
    )
    async def test_unseen_messages_are_delivered(
        self, program: HttpClient, browser: Browser, headers: dict[str, str]
    ):
        payload = await logged_in(program, browser)

        result = await program.get(f"/push.subscribe_longpoll/{payload['sid']}", headers=headers)

        assert result.status == 200

    @pytest.mark.parametrize(
        ("headers", "query"),
        [
            ({"If-None-Match": "W/1"}, ""),
            ({"If-None-Match": '"1"'}, ""),
            ({"If-None-Match": "W/1", "If-Modified-Since": "Fri, 05 Aug 2016 09:00:00 GMT"}, ""),
            ({"If-Modified-Since": "Fri, 05 Aug 2016 09:00:01 GMT"}, ""),
            ({}, "?tag=1"),
            ({}, "?tag=1&time=Fri,%2005%20Aug%202016%2009:00:00%20GMT"),
            ({"If-None-Match": "null"}, "?tag=1"),
        ],
    )
    async def test_seen_messages_are_not_repeated(
        self, program: HttpClient, browser: Browser, headers: dict[str, str], query: str
    ):
        payload = await logged_in(program, browser)

        result = await program.get(f"/push.subscribe_longpoll/{payload['sid']}{query}", headers=headers)

        assert result.status == 304


async def test_streams_are_closed_on_shutdown(
    services: Services, settings: HttpSettings, session: ClientSession
):
    app = create_application(services, settings)
    runner, url = await serve(app, "127.0.0.1", 0)
    payload = await begun(HttpClient(session, url))
    stream, poll = payload["stream_sub_url"], payload["stream_sub_lp_url"]
    socket = await session.ws_connect(stream)
    body = await session.get(stream)
    polling = asyncio.create_task(session.get(poll))
    await until_listening(app, 3)

    async with asyncio.timeout(_TIMEOUT_SECONDS):
        await stop(runner)
        message = await socket.receive()
        rest, polled = await body.read(), await polling

    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)
    assert rest == b""
    assert polled.status == 304
    assert len(app[STATE].subscriptions) == 0


async def test_disconnected_subscribers_are_removed(
    program: HttpClient, session: ClientSession, app: web.Application, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.web.framework.login_subscriptions.HEARTBEAT_INTERVAL", 0.05)
    payload = await begun(program)
    socket = await session.ws_connect(payload["stream_sub_url"])
    body = await session.get(payload["stream_sub_url"])
    await until_listening(app, 2)

    await socket.close()
    body.close()

    await until(lambda: len(app[STATE].subscriptions) == 0)


async def test_event_streams_send_heartbeats(
    program: HttpClient, session: ClientSession, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.web.framework.login_subscriptions.HEARTBEAT_INTERVAL", 0.05)
    payload = await begun(program)

    async with session.get(payload["stream_sub_url"], headers={"Accept": "text/event-stream"}) as answer:
        lines = [await answer.content.readline() for _ in range(5)]

    assert lines[-1] == b": still here\n"


class TestTwoProcesses:
    """One process holds the stream, another finishes the login, on either database."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def database_url(self, request: pytest.FixtureRequest) -> str:
        url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
        return url

    @asynccontextmanager
    async def _process(self, url: str, clock: StillClock) -> AsyncIterator[tuple[str, web.Application]]:
        services = create_services(url, clock, Rules())
        await services.storage.open()
        await services.storage.load()
        app = create_application(services, HttpSettings(rate_limit=0))
        runner, address = await serve(app, "127.0.0.1", 0)
        try:
            yield address, app
        finally:
            await stop(runner)
            await services.storage.close()

    @_each_kind
    async def test_a_login_in_one_process_reaches_subscribers_of_another(
        self, listen: Any, database_url: str, clock: StillClock, session: ClientSession
    ):
        async with (
            self._process(database_url, clock) as (one, _),
            self._process(database_url, clock) as (other, app),
        ):
            await load_sample(app[STATE].services)
            payload = await begun(HttpClient(session, one))
            listening = asyncio.create_task(listen(session, payload["stream_sub_url"].replace(one, other)))
            await until_listening(app)

            person = Browser(session, one)
            await person.submit(await person.log_in(payload["loginUrl"], "wil"), answer="yes")
            result = await asyncio.wait_for(listening, _TIMEOUT_SECONDS)

            assert result["result"] == "success"
            assert (await HttpClient(session, other, result["token"]).get("/user.info/")).status == 200

    async def test_a_new_token_works_in_another_process_before_it_synced(
        self, database_url: str, clock: StillClock, session: ClientSession, monkeypatch: pytest.MonkeyPatch
    ):
        async with (
            self._process(database_url, clock) as (one, app),
            self._process(database_url, clock) as (other, deaf),
        ):
            await load_sample(app[STATE].services)
            await deaf[STATE].services.storage.catch_up()
            monkeypatch.setattr(deaf[STATE].services.storage, "is_fresh", lambda: True)

            wil = await HttpClient(session, one).log_in("wil")

            assert (await HttpClient(session, other, wil.token).get("/user.info/")).status == 200
