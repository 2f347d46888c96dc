"""The fake server behaves like Slack towards Slack's own libraries."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import Broken, Dropped, Limited, SlackStandIn
from tests.standins.slack.blocks import complaints_about, complaints_about_view
from tests.standins.slack.pings import pings_in


class StoppedClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 9, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pass_by(self, **span: float) -> None:
        self.time += timedelta(**span)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        yield stand_in


def client_of(slack: SlackStandIn) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-T1", base_url=slack.api_url, timeout=5)


@asynccontextmanager
async def socket_app(slack: SlackStandIn, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, slack.state.app.app_token, ping_interval=0.2)
    await handler.connect_async()
    await slack.until(lambda: slack.sender.sockets.open)
    try:
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def http_app(slack: SlackStandIn, app: AsyncApp) -> AsyncIterator[str]:
    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.add_routes([web.post("/slack/events", handle)])
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield slack.sender.http.url
    finally:
        await runner.cleanup()


def greeting_app(slack: SlackStandIn) -> AsyncApp:
    app = AsyncApp(client=client_of(slack), signing_secret=slack.state.app.signing_secret, name="t")
    button = {"type": "button", "action_id": "again", "text": {"type": "plain_text", "text": "Again"}}
    blocks = [{"type": "actions", "elements": [button]}]
    form = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [
            {
                "type": "input",
                "block_id": "who",
                "label": {"type": "plain_text", "text": "Who"},
                "element": {"type": "plain_text_input", "action_id": "value"},
            }
        ],
    }

    @app.command("/greet")
    async def greet(ack, command, client):  # type: ignore[no-untyped-def]
        if command["text"] == "form":
            await client.views_open(trigger_id=command["trigger_id"], view=form)
            await ack()
        else:
            await ack(text=f"hello {command['text']}", blocks=blocks)

    @app.action("again")
    async def again(ack, respond):  # type: ignore[no-untyped-def]
        await ack()
        await respond(text="hello again", replace_original=True)

    @app.view("form")
    async def sent(ack, view):  # type: ignore[no-untyped-def]
        who = view["state"]["values"]["who"]["value"]["value"]
        if who == "nobody":
            await ack(response_action="errors", errors={"who": "Somebody, please"})
        else:
            await ack(response_action="clear")

    @app.event("app_home_opened")
    async def home(event, client):  # type: ignore[no-untyped-def]
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "at home"}}
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section]})

    @app.event("message")
    async def message(event, say):  # type: ignore[no-untyped-def]
        await say(f"you said {event['text']}")

    return app


async def walk_through(slack: SlackStandIn) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")

    await ada.types("/greet @bob")
    assert [each.text for each in ada.sees()] == ["hello <@U2|bob>"]
    assert bob.sees() == []

    await ada.presses(ada.sees()[0], "Again")
    await slack.until(lambda: ada.sees()[0].text == "hello again")

    await ada.types("/greet form")
    await ada.submits(Who="nobody")
    assert ada.modal is not None
    assert ada.modal.errors == {"who": "Somebody, please"}
    await ada.submits(Who="me")
    assert ada.modal is None

    await ada.opens_home()
    await slack.until(lambda: ada.home is not None)
    await ada.says("hi")
    await slack.until(lambda: ada.dms[-1].text == "you said hi")
    assert slack.refusals == []


async def test_a_bolt_app_can_be_used_over_sockets(slack: SlackStandIn) -> None:
    async with socket_app(slack, greeting_app(slack)):
        await walk_through(slack)


async def test_a_bolt_app_can_be_used_over_signed_http(slack: SlackStandIn) -> None:
    async with http_app(slack, greeting_app(slack)):
        await walk_through(slack)


async def test_forged_and_stale_requests_can_be_made(slack: SlackStandIn) -> None:
    async with http_app(slack, greeting_app(slack)):
        await slack.person("U1").types("/greet me")
        body = "command=%2Fgreet&team_id=T1"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        long_ago = int(slack.state.clock.now().timestamp()) - 600

        forged = await slack.sender.http.post(body, kind | slack.sender.http.signed(body, secret="guess"))
        stale = await slack.sender.http.post(body, kind | slack.sender.http.signed(body, at=long_ago))

        assert (forged.status, stale.status) == (401, 401)


async def test_a_bolt_app_reconnects_after_refreshed_and_dropped_sockets(slack: SlackStandIn) -> None:
    async with socket_app(slack, greeting_app(slack)):
        await slack.sender.sockets.refresh()
        await slack.until(lambda: slack.sender.sockets.open)
        slack.sender.sockets.drop()
        await slack.until(lambda: slack.sender.sockets.open)

        answered = await slack.person("U1").types("/greet me")

        assert answered.acked


async def test_a_delivery_can_be_repeated(slack: SlackStandIn) -> None:
    async with socket_app(slack, greeting_app(slack)):
        ada = slack.person("U1")
        await ada.types("/greet me")

        await slack.repeat(slack.deliveries[0])

        assert len(ada.sees()) == 2


async def test_an_unacknowledged_command_shows_the_user_an_error(slack: SlackStandIn) -> None:
    slack.sender.timeout = 0.1

    await slack.person("U1").types("/greet me")

    assert "did not respond" in slack.person("U1").sees()[0].text


async def test_errors_have_slacks_codes(slack: SlackStandIn) -> None:
    client = client_of(slack)
    slack.close_dm("U2")
    slack.delete_channel("C1")

    expected: dict[str, Callable[[], Awaitable[object]]] = {
        "cannot_dm_bot": lambda: client.chat_postMessage(channel="U2", text="x"),
        "channel_not_found": lambda: client.chat_postMessage(channel="C1", text="x"),
        "no_text": lambda: client.api_call("chat.postMessage", json={"channel": "U1"}),
        "invalid_blocks": lambda: client.chat_postMessage(
            channel="U1", text="x", blocks=[{"type": "nonsense"}]
        ),
        "user_not_found": lambda: client.users_info(user="U9"),
        "invalid_trigger_id": lambda: client.views_open(trigger_id="t", view={"type": "modal"}),
        "invalid_auth": lambda: client.auth_test(token="xoxb-wrong"),
    }
    for error, call in expected.items():
        with pytest.raises(SlackApiError) as refused:
            await call()
        assert refused.value.response["error"] == error


async def test_faults_occur_in_the_order_of_injection(slack: SlackStandIn) -> None:
    client = client_of(slack)
    client.retry_handlers = []
    slack.inject("chat.postMessage", Limited(retry_after=7))
    slack.inject("chat.postMessage", Broken(503))
    slack.inject("chat.postMessage", Dropped(afterwards=True))

    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel="U1", text="one")
    with pytest.raises(SlackApiError) as broken:
        await client.chat_postMessage(channel="U1", text="two")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="U1", text="three")
    await client.chat_postMessage(channel="U1", text="four")

    assert (limited.value.response.status_code, broken.value.response.status_code) == (429, 503)
    assert limited.value.response.headers["Retry-After"] == "7"
    assert [each.text for each in slack.person("U1").dms] == ["three", "four"]


async def test_metadata_is_found_in_the_history(slack: SlackStandIn) -> None:
    client = client_of(slack)
    metadata = {"event_type": "outbox", "event_payload": {"id": "m1"}}
    await client.chat_postMessage(channel="U1", text="one", metadata=metadata)

    seen = await client.conversations_history(channel="DU1", include_all_metadata=True, oldest="0")

    assert seen["messages"][0]["metadata"] == metadata


async def test_a_trigger_works_once_and_for_three_seconds() -> None:
    clock = StoppedClock()
    async with SlackStandIn(clock) as slack:
        client, view = (
            client_of(slack),
            {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []},
        )
        first, second = slack.state.new_trigger("T1", "U1"), slack.state.new_trigger("T1", "U1")
        await client.views_open(trigger_id=first, view=view)

        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await client.views_open(trigger_id=first, view=view)
        clock.pass_by(seconds=4)
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            await client.views_open(trigger_id=second, view=view)


async def test_a_view_is_updated_only_under_its_current_hash(slack: SlackStandIn) -> None:
    client = client_of(slack)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}
    opened = await client.views_open(trigger_id=slack.state.new_trigger("T1", "U1"), view=view)
    await client.views_update(view_id=opened["view"]["id"], view=view, hash=opened["view"]["hash"])

    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=opened["view"]["id"], view=view, hash=opened["view"]["hash"])


async def test_a_response_url_works_five_times_within_30_minutes() -> None:
    clock = StoppedClock()
    async with SlackStandIn(clock) as slack, aiohttp.ClientSession() as session:
        url, later = slack.urls.new("T1", "C1", "U1"), slack.urls.new("T1", "C1", "U1")
        statuses = []
        for _ in range(6):
            async with session.post(url, json={"text": "hi"}) as response:
                statuses.append(response.status)
        clock.pass_by(minutes=31)
        async with session.post(later, json={"text": "hi"}) as response:
            statuses.append(response.status)

        assert statuses == [200] * 5 + [404, 404]
        assert len(slack.person("U1").sees()) == 5
        assert slack.person("U2").sees() == []


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk's own use of it
async def test_two_workspaces_install_by_oauth(slack: SlackStandIn) -> None:
    slack.add_workspace("T2", "other")
    redirect = "http://127.0.0.1:1/slack/oauth_redirect"
    query = {"client_id": "1.2", "scope": "chat:write", "state": "s", "redirect_uri": redirect}
    async with aiohttp.ClientSession() as session:
        async with session.get(slack.authorize_url, params=query) as page:
            assert "other" in await page.text()
        allow = f"{slack.base}/oauth/v2/allow"
        async with session.get(allow, params=query | {"workspace": "T2"}, allow_redirects=False) as back:
            code = back.headers["Location"].split("code=")[1].split("&")[0]

    client = client_of(slack)
    installed = await client.oauth_v2_access(client_id="1.2", client_secret="client-secret", code=code)
    with pytest.raises(SlackApiError, match="code_already_used"):
        await client.oauth_v2_access(client_id="1.2", client_secret="client-secret", code=code)

    payload = await client.auth_test(token=installed["access_token"])
    assert payload["team_id"] == "T2"


def test_the_limits_of_block_kit_are_kept() -> None:
    text = {"type": "plain_text", "text": "x"}
    button = {"type": "button", "text": text, "action_id": "a"}

    assert complaints_about([{"type": "divider"}] * 51)
    assert complaints_about([{"type": "header", "text": {**text, "text": "x" * 151}}])
    assert complaints_about([{"type": "section", "text": {"type": "mrkdwn", "text": ""}}])
    assert complaints_about([{"type": "actions", "elements": [button, button]}])
    assert complaints_about([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}])
    assert complaints_about([{"type": "actions", "elements": [{"type": "static_select", "options": []}]}])
    assert complaints_about_view({"type": "modal", "title": {**text, "text": "x" * 25}, "blocks": []})
    assert not complaints_about([{"type": "section", "text": text, "accessory": button}])


def test_pings_are_found_anywhere_in_a_payload() -> None:
    assert pings_in([{"type": "mrkdwn", "text": "hi <!channel>"}]) == {"!channel"}
    assert pings_in({"type": "plain_text", "text": "hi <!channel>"}) == set()
    assert pings_in("&lt;!channel&gt;") == set()


async def test_it_runs_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.standins.slack", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        hello = json.loads(await process.stdout.readline())
        client = AsyncWebClient(token="xoxb-T1", base_url=hello["environment"]["SLACK_API_BASE_URL"])
        await client.chat_postMessage(channel="U1", text="hi")
        order = {"person": "U1", "do": "dms"}
        async with aiohttp.ClientSession() as session, session.post(hello["control"], json=order) as answer:
            assert [each["text"] for each in await answer.json()] == ["hi"]
    finally:
        process.terminate()
        await process.wait()
