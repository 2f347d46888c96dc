"""Requests to Slack's endpoint that are unsigned, or signed and no delivery: refused, without a trace."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from msgspec.structs import replace

from bot.platforms.slack.client.payload import MalformedDelivery, check_payload
from bot.platforms.slack.settings import Mode
from tests.platforms.slack.conftest import environment, slack
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import Message, SlackStandIn
from tests.standins.slack.delivery import COMMAND, EVENT

__all__ = ["environment", "slack"]

FORM = "application/x-www-form-urlencoded"
UNSIGNED: list[dict[str, str]] = [
    {},
    {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=" + "0" * 64},
    {"X-Slack-Request-Timestamp": "-1", "X-Slack-Signature": "v0=" + "0" * 64},
    {"X-Slack-Request-Timestamp": "9" * 4000, "X-Slack-Signature": "v0=" + "0" * 64},
    {"X-Slack-Request-Timestamp": "NaN", "X-Slack-Signature": "v0=" + "0" * 64},
    {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": ""},
    {"X-Slack-Signature": "v0=" + "0" * 64},
    {"X-Slack-Request-Timestamp": "\u0661", "X-Slack-Signature": "v0=\u00e9"},
]
BODIES = [
    b"",
    b"{",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe\xfa",
    b"payload=",
    b"payload=%ff",
    b"payload=1",
    b"payload=[]",
    b"payload={",
    b'payload={"type":1}',
    b'payload={"type":"block_actions"}',
    b'payload={"type":"block_actions","user":"U1"}',
    b'payload={"type":"view_submission","user":{"id":"U1"},"team":{"id":"T1"},"trigger_id":"1"}',
    b'{"type":"event_callback"}',
    b'{"type":"event_callback","team_id":"T1","event_id":"E","event":[]}',
    b'{"type":"event_callback","team_id":"T1","event_id":"E","event":{}}',
    b'{"type":"url_verification"}',
    b"command=/rooms",
    b"command=/rooms&team_id=T1&user_id=U1",
    b"&".join(b"a=1" for _ in range(5000)),
    b"[" * 60_000,
    b'{"type":' * 60_000,
    b"payload=" + b"[" * 60_000,
    b'{"type":"event_callback","event":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
    b'{"a":' + b"9" * 60_000 + b"}",
]
CONTENT_TYPES = [
    FORM,
    "application/json",
    "application/json; charset=nonsense",
    "x",
    "multipart/form-data",
    "",
]


class Endpoint:
    """Posts bytes with headers to the app."""

    def __init__(self, session: aiohttp.ClientSession, slack: SlackStandIn) -> None:
        self._session, self._slack = session, slack

    async def post(self, body: bytes | BytesIO, headers: dict[str, str]) -> int:
        url = self._slack.sender.http.url
        async with self._session.post(url, data=body, headers=headers) as answer:
            return answer.status

    async def post_signed(self, body: bytes, content_type: str = FORM) -> int:
        headers = self._slack.sender.http.signed_bytes(body)
        return await self.post(body, headers | ({"Content-Type": content_type} if content_type else {}))


@pytest.fixture
async def endpoint(environment: Environment, slack: SlackStandIn) -> AsyncIterator[Endpoint]:
    environment.settings = replace(environment.settings, mode=Mode.HTTP)
    async with environment.open() as adapter, aiohttp.ClientSession() as session:
        yield Endpoint(session, slack)
        await adapter.wait_idle()


@pytest.fixture(autouse=True)
def no_traces(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails a test after which a trace, or an error, is in the log."""
    yield
    logged = [*caplog.get_records("call"), *caplog.get_records("teardown")]
    assert [each.getMessage() for each in logged if each.exc_info or each.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("headers", UNSIGNED, ids=lambda each: repr(each)[:60])
async def test_what_is_not_signed_is_refused_before_it_is_read(
    endpoint: Endpoint, headers: dict[str, str]
) -> None:
    for body in BODIES:
        for content_type in CONTENT_TYPES:
            kind = {"Content-Type": content_type} if content_type else {}
            assert await endpoint.post(body, headers | kind) == 401, (body[:40], content_type)


@pytest.mark.parametrize("body", BODIES, ids=lambda each: f"{each[:80]!r}")
async def test_signed_nonsense_is_a_bad_request(endpoint: Endpoint, body: bytes) -> None:
    for content_type in CONTENT_TYPES:
        status = await endpoint.post_signed(body, content_type)
        assert status == (401 if body == b"\xff\xfe\xfa" else 400), content_type


async def test_huge_bodies_are_refused(endpoint: Endpoint) -> None:
    assert await endpoint.post(BytesIO(b"x" * 2_000_000), {"Content-Type": FORM}) in {401, 413}


WRONG: list[Any] = [None, "x", "", "9" * 400, -1, 2**70, 1.5, True, [], {}, [{}], {"id": {}}, [[1]]]


async def _payloads(environment: Environment, slack: SlackStandIn) -> list[tuple[str, Any]]:
    """One delivery of each kind, as the fake server makes them."""
    bob = slack.person("U2")
    await bob.types("/rooms free now")
    await bob.presses(bob.sees()[-1], "Share to the channel")
    await bob.types("/rooms form")
    await slack.until(lambda: bob.modal)
    await bob.searches("in.room", "G02")
    await bob.submits(**{"in.time": "15:00", "in.room": "v1:K-J17-G02"})
    await bob.says("free now")
    await bob.mentions_app("free now")
    await bob.opens_home()
    await bob.uses_message_shortcut("book_for_this", Message("1.0", "C1", "U1", "tomorrow 4pm"))
    return [(each.kind, json.loads(json.dumps(each.payload))) for each in slack.sender.sent]


def _variants(
    payload: Any, numbers: Iterator[int], path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The payload without each of its fields, and with something wrong in the place of each.

    Of blocks, which are many alike, only one in 61.
    """
    node = payload
    for step in path:
        node = node[step]
    for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        tried = WRONG if len(path) < 2 else WRONG[len(str(key)) % 3 :: 3]
        for wrong in (*tried, ...):
            if next(numbers) % 61 and "blocks" in path:
                continue
            changed = json.loads(json.dumps(payload))
            holder = changed
            for step in path:
                holder = holder[step]
            if wrong is ...:
                del holder[key]
            else:
                holder[key] = wrong
            yield (*path, key), changed
        yield from _variants(payload, numbers, (*path, key))


async def test_a_delivery_with_something_missing_or_of_another_type_is_no_server_error(
    environment: Environment, slack: SlackStandIn, endpoint: Endpoint
) -> None:
    """Every field of every kind, missing and wrong in every way."""
    statuses: list[int] = []

    async def deliver(kind: str, variants: Iterator[tuple[tuple[Any, ...], Any]]) -> None:
        for path, changed in variants:
            if kind == COMMAND:
                if not all(isinstance(value, str) for value in changed.values()):
                    continue
                body, content = urlencode(changed), FORM
            elif kind == EVENT:
                body, content = json.dumps(changed), "application/json"
            else:
                body, content = urlencode({"payload": json.dumps(changed)}), FORM
            statuses.append(await endpoint.post_signed(body.encode(), content))
            assert statuses[-1] in {200, 400}, (kind, path, statuses[-1])

    for kind, payload in await _payloads(environment, slack):
        variants = _variants(payload, count())
        await asyncio.gather(*(deliver(kind, variants) for _ in range(8)))

    assert len(statuses) > 1000
    assert statuses.count(400) > 100


async def test_a_command_may_speak_of_a_payload(slack: SlackStandIn, endpoint: Endpoint) -> None:
    bob = slack.person("U2")

    await bob.types("/rooms free now payload=x")

    assert "payload" in read(bob.sees()[-1]) or "free" in read(bob.sees()[-1])


@pytest.mark.parametrize("payload", [None, 1, "x", [], {}, {"type": []}, {"type": {}}, {"type": "x"}])
def test_what_comes_through_a_socket_is_checked_alike(payload: object) -> None:
    with pytest.raises(MalformedDelivery):
        check_payload(payload)
