"""Unsigned platform requests count against their sender's rate limit and reach no handler."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from time import perf_counter

import pytest
from aiohttp import ClientSession, DummyCookieJar
from msgspec.structs import replace

from bot.platforms.base import PlatformRoute
from bot.platforms.slack.client.signature import SlackSignature
from bot.platforms.slack.settings import Mode
from bot.web.application import create_application, serve, stop
from bot.web.framework.handler import RouteHandler
from bot.web.framework.settings import HttpSettings
from tests.api.http_client import HttpClient
from tests.platforms.discord.conftest import StartPlatform, backend, discord, start_platform
from tests.platforms.slack.conftest import environment, slack
from tests.platforms.slack.environment import Environment
from tests.standins.discord import Discord
from tests.standins.slack import SlackStandIn

__all__ = ["backend", "discord", "environment", "slack", "start_platform"]

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk's own use of it

_RATE = 20
_BODY = "command=%2Frooms&team_id=T1&user_id=U2&trigger_id=1.2&text=free+now&channel_id=D1"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_FORGED = {"X-Slack-Signature": f"v0={'0' * 64}"}
_DEEP = {
    "deep JSON": "[" * 60_000,
    "a deep payload": "payload=" + "[" * 60_000,
    "broken JSON": "{",
    "a payload that is no object": "payload=1",
    "digits": '{"a":' + "1" * 60_000 + "}",
}


@asynccontextmanager
async def served(
    environment: Environment, settings: HttpSettings, routes: Sequence[PlatformRoute] | None = None
) -> AsyncIterator[HttpClient]:
    """The whole application with a platform's routes in it; Slack's where nothing else is said."""
    adapter = environment.adapter()
    platforms = adapter.routes() if routes is None else routes
    runner, url = await serve(
        create_application(environment.services, settings, platforms=platforms), "127.0.0.1", 0
    )
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield HttpClient(session, url)
    await stop(runner)
    await adapter._close()


@pytest.fixture
def many(environment: Environment, slack: SlackStandIn) -> Environment:
    """Slack over HTTP, for as many workspaces as install."""
    app = slack.state.app
    environment.settings = replace(
        environment.settings,
        bot_token="",
        client_id=app.client_id,
        client_secret=app.client_secret,
        mode=Mode.HTTP,
    )
    return environment


@pytest.fixture
async def http_client(many: Environment) -> AsyncIterator[HttpClient]:
    async with served(many, HttpSettings(rate_limit=_RATE, sid_rate=5)) as http_client:
        yield http_client


async def test_unsigned_slack_requests_are_rate_limited(http_client: HttpClient) -> None:
    response = [
        (await http_client.ask("POST", "/slack/events", data=_BODY, headers=_FORM)).status
        for _ in range(2 * _RATE)
    ]

    assert response == [401] * _RATE + [429] * _RATE


async def test_forged_and_stale_slack_requests_are_rate_limited(
    http_client: HttpClient, slack: SlackStandIn
) -> None:
    signed = slack.sender.http.signed
    tries = (signed(_BODY) | _FORGED, signed(_BODY, at=1_000), signed(_BODY, secret="guess"))

    response = [
        (await http_client.ask("POST", "/slack/events", data=_BODY, headers=_FORM | headers)).status
        for headers in tries * _RATE
    ]

    assert response == [401] * _RATE + [429] * 2 * _RATE


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": "v0=é" + "0" * 63, "X-Slack-Request-Timestamp": "1"},
        {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": "1" * 5_000},
        {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": "now"},
        {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": "-1"},
    ],
)
async def test_invalid_signature_headers_are_a_401(http_client: HttpClient, headers: dict[str, str]) -> None:
    assert (await http_client.ask("POST", "/slack/events", data=_BODY, headers=_FORM | headers)).status == 401


@pytest.mark.parametrize("body", _DEEP.values(), ids=_DEEP)
async def test_unsigned_bodies_are_not_parsed(
    http_client: HttpClient, slack: SlackStandIn, body: str
) -> None:
    forged = slack.sender.http.signed(body) | _FORGED

    for headers in ({}, forged, forged | {"Content-Type": "application/json; charset=nonsense"}):
        assert (
            await http_client.ask("POST", "/slack/events", data=body, headers=_FORM | headers)
        ).status == 401


async def test_a_flood_does_not_shut_slack_out(many: Environment, slack: SlackStandIn) -> None:
    slack.add_workspace("T2", "other")
    async with served(many, HttpSettings(rate_limit=_RATE)) as http_client:
        for _ in range(3 * _RATE):
            flooded = await http_client.ask("POST", "/slack/events", data=_BODY, headers=_FORM)
        signed = [
            await http_client.ask(
                "POST", "/slack/events", data=_BODY, headers=_FORM | slack.sender.http.signed(_BODY)
            )
            for _ in range(3 * _RATE)
        ]
        page = await http_client.get("/slack/oauth_redirect?error=x")

    assert flooded.status == 429
    assert {each.status for each in signed} == {200}
    assert page.status == 429, "it is the same address's rate"


async def test_unsigned_requests_are_refused_before_the_body_arrives(http_client: HttpClient) -> None:
    port = int(http_client.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")

    async with asyncio.timeout(5):
        assert b" 401 " in await reader.readline()
    writer.close()


class TestSlowlyAndLarge:
    async def test_a_delivery_that_never_arrives_times_out(
        self, many: Environment, slack: SlackStandIn
    ) -> None:
        async def slowly() -> AsyncIterator[bytes]:
            yield b"command="
            await asyncio.sleep(2)

        settings = HttpSettings(rate_limit=0, body_timeout=0.05)
        headers = _FORM | slack.sender.http.signed(_BODY)
        async with served(many, settings) as http_client:
            response = await http_client.ask("POST", "/slack/events", data=slowly(), headers=headers)

        assert response.status == 408

    async def test_an_oversized_delivery_is_refused(
        self, http_client: HttpClient, slack: SlackStandIn
    ) -> None:
        body = "a" * 1_100_000
        headers = _FORM | slack.sender.http.signed(body)

        response = await http_client.ask(
            "POST", "/slack/events", data=BytesIO(body.encode()), headers=headers
        )

        assert response.status == 413

    async def test_a_large_delivery_is_accepted(self, http_client: HttpClient, slack: SlackStandIn) -> None:
        """A Home view may have 250 kB; the forms of people at most 64."""
        body = f"{_BODY}&more={'a' * 300_000}"
        headers = _FORM | slack.sender.http.signed(body)

        response = await http_client.ask("POST", "/slack/events", data=body, headers=headers)

        assert response.status == 200


async def test_installing_stores_no_more_than_the_rate_of_begun_logins(
    many: Environment, http_client: HttpClient
) -> None:
    async with asyncio.timeout(30):
        response = await asyncio.gather(*(http_client.get("/slack/install") for _ in range(300)))

    assert len(many.states.expiries) == 5
    assert sorted({each.status for each in response}) == [200, 429]
    refused = next(each for each in response if each.status == 429)
    assert refused.headers["Content-Type"].startswith("text/html")
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
async def test_only_get_begins_an_installation(
    many: Environment, http_client: HttpClient, method: str
) -> None:
    await http_client.ask(method, "/slack/install")

    assert many.states.expiries == {}


@pytest.mark.parametrize("path", ["/slack/install", "/slack/oauth_redirect?state=a&code=b"])
@pytest.mark.parametrize("body", [b"[" * 60_000, b"\xff"])
async def test_the_body_of_a_page_request_is_not_read(
    http_client: HttpClient, path: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json; charset=nonsense"}

    response = await http_client.get(path, data=body, headers=headers)

    assert response.status in {200, 400}


async def test_only_unsigned_discord_interactions_are_rate_limited(
    environment: Environment, discord: Discord, start_platform: StartPlatform
) -> None:
    timestamp = "1470387600"
    ping = {"id": "1", "type": 1, "token": "ping", "version": 1, "application_id": "1"}
    async with (
        start_platform(gateway=False) as platform,
        served(environment, HttpSettings(rate_limit=_RATE), platform.routes()) as http_client,
        ClientSession() as session,
    ):
        url = f"{http_client.url}/discord/interactions"
        forged = [await discord.signer.post(session, url, ping, timestamp, forged=True) for _ in range(_RATE)]
        plain = [
            await http_client.ask("POST", "/discord/interactions", data=each) for each in ("[" * 60_000, "{}")
        ]
        signed = [
            await discord.signer.post(session, url, ping, str(int(discord.world.time.now().timestamp())))
            for _ in range(3 * _RATE)
        ]

    assert [status for status, _ in forged] == [401] * _RATE
    assert [each.status for each in plain] == [429, 429]
    assert signed == [(200, {"type": 1})] * 3 * _RATE


async def test_every_way_in_is_the_same_way_in(many: Environment, start_platform: StartPlatform) -> None:
    """A route beside the others would be a route without limits."""
    async with start_platform(gateway=False) as platform:
        adapter = many.adapter()
        app = create_application(
            many.services, HttpSettings(), platforms=[*adapter.routes(), *platform.routes()]
        )
        index = app.router._resource_index
        ways = [way for resources in index.values() for resource in resources for way in resource]

    assert {"/slack/events", "/slack/install", "/discord/interactions"} <= {
        each.resource.canonical for each in ways if each.resource is not None
    }
    assert all(isinstance(getattr(each.handler, "__self__", None), RouteHandler) for each in ways)


@pytest.mark.soak
async def test_a_flood_of_installs_leaves_others_their_time(many: Environment) -> None:
    """Three thousand from one address: about as many writes as the rate allows, and others wait little."""
    settings = HttpSettings(trusted_proxies=())
    async with served(many, settings) as http_client:
        flood = [asyncio.create_task(http_client.get("/slack/install")) for _ in range(3_000)]
        began = perf_counter()
        other = await http_client.get("/healthz")
        waited = perf_counter() - began
        await asyncio.gather(*flood)

    assert other.status == 200
    assert waited < 60
    assert len(many.states.expiries) <= 2 * settings.sid_rate


class _CountingSignature(SlackSignature):
    """Counts the bytes whose signature was verified."""

    verified = 0

    def is_valid(self, headers: Mapping[str, str], body: bytes) -> bool:
        self.verified += len(body)
        return super().is_valid(headers, body)


class TestForgeriesBeyondTheRate:
    """Forged bodies cost work before they are refused: that work is limited, too."""

    _LARGE = b"a" * 100_000

    @pytest.fixture
    def signature(self, many: Environment) -> _CountingSignature:
        return _CountingSignature(many.settings.signing_secret)

    @pytest.fixture
    async def http_client(
        self, many: Environment, signature: _CountingSignature
    ) -> AsyncIterator[HttpClient]:
        adapter = many.adapter()
        routes = [
            dataclasses.replace(route, signature=signature) if route.signature else route
            for route in adapter.routes()
        ]
        async with served(many, HttpSettings(rate_limit=_RATE), routes) as http_client:
            yield http_client
        await adapter._close()

    @pytest.fixture
    def forged(self, slack: SlackStandIn) -> dict[str, str]:
        return _FORM | slack.sender.http.signed("") | _FORGED

    async def test_large_forged_requests_are_refused_unread(
        self, http_client: HttpClient, signature: _CountingSignature, forged: dict[str, str]
    ) -> None:
        statuses = [
            (await http_client.ask("POST", "/slack/events", data=self._LARGE, headers=forged)).status
            for _ in range(3 * _RATE)
        ]

        assert (statuses[0], statuses[-1]) == (401, 429)
        assert signature.verified <= (_RATE + 5) * len(self._LARGE)

    async def test_signed_deliveries_of_the_same_address_are_accepted(
        self, http_client: HttpClient, slack: SlackStandIn, forged: dict[str, str]
    ) -> None:
        for _ in range(3 * _RATE):
            await http_client.ask("POST", "/slack/events", data=self._LARGE, headers=forged)
        body = f"{_BODY}&more={'a' * 30_000}"
        headers = _FORM | slack.sender.http.signed(body)
        statuses = {
            (await http_client.ask("POST", "/slack/events", data=body, headers=headers)).status
            for _ in range(2 * _RATE)
        }

        assert statuses == {200}

    async def test_a_body_of_unknown_length_is_limited_too(
        self, http_client: HttpClient, signature: _CountingSignature, forged: dict[str, str]
    ) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(10):
                yield b"a" * 10_000

        for _ in range(3 * _RATE):
            await http_client.ask("POST", "/slack/events", data=chunks(), headers=forged)

        assert signature.verified <= (_RATE + 5) * len(self._LARGE)

    async def test_few_large_bodies_of_an_address_are_read_at_the_same_time(
        self, http_client: HttpClient, forged: dict[str, str]
    ) -> None:
        async def post() -> int:
            async def slow() -> AsyncIterator[bytes]:
                yield b"a" * 10
                await asyncio.sleep(1)

            return (await http_client.ask("POST", "/slack/events", data=slow(), headers=forged)).status

        statuses = await asyncio.gather(*(post() for _ in range(12)))

        assert sorted(statuses) == [401] * 8 + [429] * 4


async def test_a_stale_interaction_of_discord_is_refused_unread(
    environment: Environment, discord: Discord, start_platform: StartPlatform
) -> None:
    headers = {"X-Signature-Ed25519": "0" * 128, "X-Signature-Timestamp": "1"}
    async with (
        start_platform(gateway=False) as platform,
        served(environment, HttpSettings(shutdown_timeout=0.1), platform.routes()) as http_client,
    ):
        port = int(http_client.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST /discord/interactions HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: 100\r\n\r\n"
        writer.write(head.encode())
        async with asyncio.timeout(5):
            assert b" 401 " in await reader.readline()
        writer.close()
