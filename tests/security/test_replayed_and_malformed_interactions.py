"""Signed Discord requests that are stale, from the future or malformed."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.platforms.discord.client.payload import is_recent
from tests.platforms.discord.conftest import Backend, StartPlatform, backend, discord, start_platform
from tests.standins.discord import Discord

__all__ = ["backend", "discord", "start_platform"]


@pytest.fixture
async def endpoint(discord: Discord, start_platform: StartPlatform) -> AsyncIterator[str]:
    async with start_platform(gateway=False) as platform:
        app = web.Application()
        app.add_routes(platform.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/discord/interactions"
        await runner.cleanup()


async def _post(discord: Discord, endpoint: str, body: bytes, timestamp: str | None = None) -> int:
    signed_at = timestamp or str(int(discord.world.time.now().timestamp()))
    async with (
        aiohttp.ClientSession() as session,
        session.post(endpoint, data=body, headers=discord.signer.headers(body, signed_at)) as answer,
    ):
        return answer.status


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("seconds", [-86_400, -3_600, -310, 310, 3_600])
async def test_what_was_signed_at_another_time_is_refused(
    discord: Discord, backend: Backend, endpoint: str, kind: int, seconds: int
) -> None:
    wil = discord.person("wil")
    payload = {**discord.interactions.new(2, wil.user, wil.dm, {}).payload, "type": kind}
    at = str(int(discord.world.time.now().timestamp()) + seconds)

    assert await _post(discord, endpoint, json.dumps(payload).encode(), at) == 401
    assert backend.script.requests == []


@pytest.mark.parametrize("seconds", [-290, 0, 290])
async def test_a_ping_within_five_minutes_is_answered(discord: Discord, endpoint: str, seconds: int) -> None:
    at = str(int(discord.world.time.now().timestamp()) + seconds)

    assert await _post(discord, endpoint, b'{"type": 1}', at) == 200


@pytest.mark.parametrize(
    "stamp",
    ["", "soon", "-5", "1e9", "1_000", " 1000", "9" * 5000, "\u0661", "1000.0", "0x3e8", "NaN", "\u00b2"],
)
def test_what_is_no_timestamp_is_never_recent(stamp: str) -> None:
    assert not is_recent(stamp, 1000.0)


def test_five_minutes_are_the_border() -> None:
    assert [is_recent(str(at), 1000.0) for at in (699, 700, 1300, 1301)] == [False, True, True, False]


MALFORMED = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"type"',
    b"{",
    b"\xff\xfe",
    b"{}",
    b'{"type": null}',
    b'{"type": "1"}',
    b'{"type": true}',
    b'{"type": 1.0}',
    b'{"type": [1]}',
    b'{"type": NaN}',
    b'{"type": -1}',
    b'{"type": 6}',
    b'{"type": 99}',
    b'{"type": ' + b"9" * 5_000 + b"}",
    b'{"type": 1, "x": ' + b"9" * 5_000 + b"}",
    b"[" * 100_000,
    b'{"type": 2, "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"type": 2, "data": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    b'{"type": 2}',
    b'{"type": 3, "data": {}}',
    b'{"type": 5, "data": null}',
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:30]))
async def test_signed_nonsense_is_a_bad_request(
    discord: Discord, backend: Backend, endpoint: str, body: bytes
) -> None:
    assert await _post(discord, endpoint, body) == 400
    assert backend.script.requests == []


def _payloads(discord: Discord) -> list[dict[str, Any]]:
    wil = discord.person("wil")
    command = {"id": "1", "name": "lost", "type": 1, "options": []}
    press = {"custom_id": "x", "component_type": 2}
    form = {"custom_id": "f:x:y:z", "components": []}
    return [
        discord.interactions.new(kind, wil.user, wil.dm, data).payload
        for kind, data in ((2, command), (3, press), (5, form))
    ]


WRONG: list[Any] = [None, "x", "9" * 400, -1, 2**70, True, [], {}, [{}], {"id": {}}, [[1]]]
NEEDED = {"id", "application_id", "token", "data", "user"}


async def test_an_interaction_with_something_missing_or_of_another_type_is_no_server_error(
    discord: Discord, endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every field of every kind, missing and wrong in every way: never a 5xx, never a trace in the log."""
    sent = 0
    for payload in _payloads(discord):
        for name in [each for each in payload if each != "type"]:
            without = {key: value for key, value in payload.items() if key != name}
            status = await _post(discord, endpoint, json.dumps(without).encode())
            assert status == 400 or (status == 202 and name not in NEEDED), (name, status)
            for wrong in WRONG:
                status = await _post(discord, endpoint, json.dumps({**payload, name: wrong}).encode())
                assert status in {202, 400}, (name, wrong, status)
                sent += 1

    assert sent > 300
    assert [each for each in caplog.records if each.exc_info and each.levelno >= logging.ERROR] == []


async def test_data_of_another_shape_is_a_bad_request(discord: Discord, endpoint: str) -> None:
    for payload in _payloads(discord):
        for name in payload["data"]:
            if name in {"options", "type"}:
                continue
            for wrong in (None, 7.5, [[]], {"a": []}):
                changed = {**payload, "data": {**payload["data"], name: wrong}}
                assert await _post(discord, endpoint, json.dumps(changed).encode()) == 400, (name, wrong)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values in a payload, at every depth."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [
        *([path] if path else []),
        *(place for key, each in inside for place in _places(each, (*path, key))),
    ]


def _changed(payload: dict[str, Any], path: tuple[Any, ...], *new: Any) -> dict[str, Any]:
    """A copy with another value at a path, or with none."""
    copy = json.loads(json.dumps(payload))
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    if new:
        parent[path[-1]] = new[0]
    else:
        del parent[path[-1]]
    return dict(copy)


def _rich_payloads(discord: Discord) -> list[dict[str, Any]]:
    """Interactions from a server, with everything that Discord sends in them."""
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    message = discord.world.message(channel, rema.user, "tomorrow 3pm", components=[])
    users = {rema.id: rema.user.payload()}
    option = {"name": "user", "type": 6, "value": rema.id}
    time = {"name": "when", "type": 3, "value": "tom", "focused": True}
    text_input = {"type": 4, "id": 2, "custom_id": "when", "value": "x"}
    target = {"target_id": message["id"], "resolved": {"messages": {message["id"]: message}}}
    data = [
        (2, {"name": "society", "type": 1, "options": [{"name": "add", "type": 1, "options": [option]}]}),
        (4, {"name": "rooms", "type": 1, "options": [{"name": "free", "type": 1, "options": [time]}]}),
        (2, {"name": "Book from this message", "type": 3, **target}),
        (3, {"custom_id": "b:book:v", "component_type": 2}),
        (5, {"custom_id": "f:aaaaaa:book_form:", "components": [{"type": 18, "component": text_input}]}),
    ]
    data[0][1]["resolved"] = {"users": users}
    return [
        discord.interactions.new(
            kind, wil.user, channel, {"id": "1", **each}, **({"message": message} if kind == 3 else {})
        ).payload
        for kind, each in data
    ]


async def test_every_value_at_every_depth_missing_or_wrong_is_no_server_error(
    discord: Discord, endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    discord.interactions.window = 60.0
    statuses: dict[int, int] = {}
    for payload in _rich_payloads(discord):
        for path in _places(payload):
            if path == ("type",):
                continue
            for changed in (_changed(payload, path), *(_changed(payload, path, each) for each in WRONG[:8])):
                status = await _post(discord, endpoint, json.dumps(changed).encode())
                statuses[status] = statuses.get(status, 0) + 1

    assert set(statuses) <= {200, 202, 400}
    assert [each.getMessage() for each in caplog.records if each.exc_info or each.levelname == "ERROR"] == []
