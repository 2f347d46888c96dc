"""Failures of Discord and the network, and what people notice of them."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import aiohttp
import discord as library
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.chat.reply import Button, Reply, ReplyItem, Tone
from bot.platforms.base import RateLimited, RecipientUnreachable
from bot.platforms.discord.adapter import DiscordPlatform, PlatformStartError
from bot.platforms.discord.client.endpoint import InteractionsEndpoint, dispatch_payload
from core.clock import SystemClock
from core.errors import Unavailable
from core.model import Identity
from tests.platforms.discord.conftest import Backend, StartPlatform
from tests.platforms.discord.fakes import after
from tests.standins.discord import Discord, Person, State
from tests.standins.discord.signed_requests import RequestSigner

DONE = Reply(("Booked Quad G040.",), tone=Tone.DONE)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """discord.py logs failures at length."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def current_timestamp() -> str:
    return str(int(SystemClock().now().timestamp()))


def identity(person: Person) -> Identity:
    return Identity(f"discord:{person.id}")


# The gateway.


@pytest.mark.parametrize("failure", ["cut", "close", "ask_to_reconnect"])
async def test_after_the_gateway_went_away_commands_are_answered_again(
    discord: Discord, platform: DiscordPlatform, failure: str
) -> None:
    await getattr(discord.gateway, failure)()
    await discord.wait_until(lambda: "resume" in discord.gateway.log and discord.gateway.connected)

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


async def test_a_command_sent_in_the_gap_is_answered_when_the_gateway_is_back_in_time(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    await discord.gateway.cut()

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"
    assert discord.gateway.log.count("identify") == 1


async def test_a_running_command_survives_a_lost_connection(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, DONE))
    interaction = await discord.person("wil").start("/rooms free")
    await discord.wait_until(lambda: interaction.state is State.DEFERRED)

    await discord.gateway.cut()
    gate.set()
    await interaction.wait_settled()

    assert interaction.seen.text == "Booked Quad G040."


async def test_a_message_delivered_twice_is_answered_once(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    message = await wil.say("free rooms")
    await discord.wait_until(lambda: len(wil.sees()) == 2)

    await discord.send_again(message)
    await wil.run("/rooms free")

    assert [each.text for each in backend.script.requests] == ["free rooms", "rooms free"]


async def test_without_the_privileged_intent_it_starts_anyway(
    discord: Discord, start_platform: StartPlatform
) -> None:
    discord.gateway.granted = 0

    async with start_platform(message_content=True):
        await discord.gateway.wait_for(1)
        answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"
    assert "closed 4014" in discord.gateway.log


async def test_a_wrong_token_stops_the_start(discord: Discord, start_platform: StartPlatform) -> None:
    with pytest.raises(PlatformStartError, match="token"):
        async with start_platform(token="wrong"):
            pass


async def test_shards_serve_many_servers(
    discord: Discord, start_platform: StartPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shorten_pauses(monkeypatch)
    discord.recommended_shards = 2
    guilds = [discord.guild(f"Campus {number}") for number in range(4)]

    async with start_platform(sharded=True):
        await discord.gateway.wait_for(2)
        people = [(discord.person("p", guild), channel) for guild, channel in guilds]
        answered = await asyncio.gather(
            *(person.run("/rooms free", at=channel) for person, channel in people)
        )

    assert [each.seen.text for each in answered] == ["fine"] * 4


# Requests.


@pytest.mark.parametrize("fault", [{"retry_after": 0.05, "times": 2}, {"status": 502}])
async def test_a_refused_response_is_retried(
    discord: Discord, platform: DiscordPlatform, fault: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _shorten_pauses(monkeypatch)
    discord.faults.add("POST", "/callback", **fault)

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


def _shorten_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py waits a second before a retry."""
    sleep = asyncio.sleep

    async def sleep_shortly(seconds: float, *more: object) -> None:
        await sleep(min(seconds, 0.05))

    monkeypatch.setattr("discord.webhook.async_.asyncio.sleep", sleep_shortly)


async def test_the_response_to_a_deferral_waits_for_a_rate_limit(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, DONE))
    discord.faults.add("PATCH", "/webhooks/", retry_after=0.05, times=2)

    interaction = await discord.person("wil").start("/rooms free")
    await discord.wait_until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.wait_settled()

    assert interaction.seen.text == "Booked Quad G040."


async def test_an_action_is_reported_by_direct_message_when_the_response_is_too_late(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    discord.faults.add(
        "POST", "/callback", status=404, body={"message": "Unknown interaction", "code": 10062}, times=2
    )
    backend.script.set_reply("*", DONE)
    wil = discord.person("wil")

    await wil.start("/rooms book", room="G01")
    await discord.wait_until(lambda: wil.sees())

    assert [each.text for each in wil.sees()] == ["Booked Quad G040."]


@pytest.mark.parametrize("drop", ["drop", "late_drop"])
async def test_a_response_is_retried_after_a_lost_connection(
    discord: Discord, backend: Backend, platform: DiscordPlatform, drop: str
) -> None:
    discord.faults.add("POST", "/callback", **{drop: True})
    backend.script.set_reply("*", DONE)
    wil = discord.person("wil")

    answered = await wil.run("/rooms book", room="G01")

    assert answered.seen.text == "Booked Quad G040."
    assert len(wil.sees()) == 1


@pytest.mark.parametrize("drop", ["drop", "late_drop"])
async def test_a_deferral_is_retried_after_a_lost_connection(
    discord: Discord, backend: Backend, platform: DiscordPlatform, drop: str
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, DONE))
    discord.faults.add("POST", "/callback", **{drop: True})

    interaction = await discord.person("wil").start("/rooms book", room="G01")
    await discord.wait_until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.wait_settled()

    assert interaction.seen.text == "Booked Quad G040."


async def test_an_action_is_reported_by_direct_message_when_the_connection_fails_twice(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    discord.faults.add("POST", "/callback", drop=True, times=2)
    backend.script.set_reply("*", DONE)
    wil = discord.person("wil")

    await wil.start("/rooms book", room="G01")
    await discord.wait_until(lambda: wil.sees())

    assert [each.text for each in wil.sees()] == ["Booked Quad G040."]


async def test_a_response_that_discord_refuses_is_sent_as_text_only(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    discord.faults.add("POST", "/callback", status=400, body={"message": "Invalid Form Body", "code": 50035})
    backend.script.set_reply("*", Reply(("Two rooms.",), items=(ReplyItem(("Quad",)),)))

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "Two rooms."


async def test_an_unexpected_error_gets_an_apology(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    async def fail(request: object) -> Reply:
        raise ZeroDivisionError

    backend.script.set_reply("*", fail)

    answered = await discord.person("wil").run("/rooms free")

    assert "went wrong" in answered.seen.text


async def test_the_start_is_retried_while_discord_is_down(
    discord: Discord, start_platform: StartPlatform
) -> None:
    discord.faults.add("GET", "/users/@me", status=503)

    async with start_platform():
        answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


async def test_a_failed_command_sync_does_not_stop_the_start(
    discord: Discord, start_platform: StartPlatform
) -> None:
    async with start_platform():
        pass
    discord.faults.add("PUT", "/commands", status=400, body={"message": "Invalid Form Body", "code": 50035})

    async with start_platform(sync="always"):
        answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


@pytest.mark.parametrize(
    "effect",
    [
        {"status": 503},
        {"status": 200, "body": [{"id": "1", "application_id": "2", "name": "x", "version": "1"}]},
        {"status": 200, "body": {"surprise": 1}},
    ],
    ids=["an outage", "a command without a description", "no list"],
)
async def test_the_commands_are_registered_again_until_discord_takes_them(
    discord: Discord, start_platform: StartPlatform, effect: dict[str, object]
) -> None:
    """Whatever Discord or discord.py does, the platform runs, says so, and tries again."""
    async with start_platform():
        pass
    discord.faults.add("PUT", "/commands", times=6, **effect)

    async with start_platform(sync="always") as platform:
        answered = await discord.person("wil").run("/rooms free")
        reported = await platform.health()
        discord.faults.pending.clear()
        async with asyncio.timeout(30):
            while not platform.status.is_ok:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.05)
        recovered = await platform.health()

    assert answered.seen.text == "fine"
    assert "Discord did not take the commands" in str(reported["troubles"])
    assert recovered["troubles"] == {}


async def test_an_unforeseen_error_of_the_connection_does_not_end_the_platform(
    discord: Discord, start_platform: StartPlatform
) -> None:
    discord.faults.add("GET", "/users/@me", status=200, body={"surprise": 1})

    async with start_platform():
        answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


async def test_without_storage_people_get_an_error(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.claims.error = Unavailable("Roomie cannot write now.")
    wil = discord.person("wil")

    answered = await wil.run("/rooms book", room="G01")
    await wil.say("free rooms")
    await discord.wait_until(lambda: len(wil.sees()) == 3)

    assert answered.seen.text == "Roomie cannot write now."
    assert wil.sees()[2].text == "Roomie cannot write now."


async def test_an_outdated_command_gets_an_explanation(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    lost = next(each for each in discord.world.commands[None] if each["name"] == "lost")
    lost["name"] = "gone"

    answered = await wil.run("/gone")

    assert "has changed" in answered.seen.text


# Notifications.


async def test_a_notification_is_sent_once_per_key(discord: Discord, platform: DiscordPlatform) -> None:
    wil = discord.person("wil")

    await platform.send(identity(wil), DONE, "outbox 7")
    await platform.send(identity(wil), DONE, "outbox 7")
    await platform.send(identity(wil), DONE, "outbox 8")

    assert len(wil.sees()) == 2


async def test_a_notification_with_a_lost_response_is_found_in_the_history(
    discord: Discord, platform: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    since = SystemClock().now() - timedelta(minutes=1)
    discord.faults.add("POST", "/messages", late_drop=True)

    with pytest.raises(Unavailable):
        await platform.send(identity(wil), DONE, "outbox 7")

    assert await platform.was_sent(identity(wil), "outbox 7", since)
    assert not await platform.was_sent(identity(wil), "outbox 8", since)


async def test_with_closed_direct_messages_a_private_follow_up_is_sent(
    discord: Discord, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    wil.close_messages()
    await wil.run("/rooms free", at=channel)

    await platform.send(identity(wil), DONE, "outbox 7")

    assert [each.text for each in wil.sees(channel)] == ["fine", "Booked Quad G040."]
    assert rema.sees(channel) == []


async def test_closed_direct_messages_are_remembered(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    wil = discord.person("wil")
    wil.close_messages()
    async with start_platform() as platform:
        with pytest.raises(RecipientUnreachable):
            await platform.send(identity(wil), DONE, "outbox 7")

    async with start_platform() as platform:
        with pytest.raises(RecipientUnreachable):
            await platform.send(identity(wil), DONE, "outbox 8")

    assert discord.count_requests("POST", "/messages") == 1


async def test_a_message_to_the_bot_shows_that_direct_messages_are_open(
    discord: Discord, platform: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    wil.close_messages()
    with pytest.raises(RecipientUnreachable):
        await platform.send(identity(wil), DONE, "outbox 7")

    wil.open_messages()
    await wil.say("hello")
    await discord.wait_until(lambda: len(wil.sees()) == 2)
    await platform.send(identity(wil), DONE, "outbox 8")

    assert wil.sees()[-1].text == "Booked Quad G040."


async def test_buttons_of_a_notification_work(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    reply = Reply(
        ("Your booking",), items=(ReplyItem(("Quad",), (), (Button("extend", "30 min more", "b1~30"),)),)
    )
    await platform.send(identity(wil), reply, "outbox 7")

    await wil.press(wil.sees()[0], "30 min more")

    assert (backend.script.requests[0].action, backend.script.requests[0].value) == ("extend", "b1~30")


@pytest.mark.parametrize("seconds", [40.0, 0.01])
async def test_a_rate_limit_reaches_the_outbox_with_its_wait(
    discord: Discord, platform: DiscordPlatform, seconds: float
) -> None:
    """A long one at once, a short one when five attempts were refused; nothing was sent either way."""
    wil = discord.person("wil")
    discord.faults.add("POST", "/messages", retry_after=seconds, times=5)

    with pytest.raises(RateLimited) as limited:
        await platform.send(identity(wil), DONE, "outbox 7")

    assert limited.value.retry_after == (seconds if seconds > 30 else 1.0)  # the header counts whole seconds
    assert wil.sees() == []


async def test_a_spent_bucket_with_a_long_window_is_a_rate_limit_before_the_next_request(
    discord: Discord, platform: DiscordPlatform
) -> None:
    discord.rate_limits.max_requests, discord.rate_limits.seconds = 1, 90.0
    wil = discord.person("wil")
    await platform.send(identity(wil), DONE, "outbox 7")

    with pytest.raises(RateLimited) as limited:
        await platform.send(identity(wil), DONE, "outbox 8")

    assert 80 < limited.value.retry_after <= 90
    assert len(wil.sees()) == 1


async def test_shutdown_does_not_wait_for_the_next_window_of_a_rate_limit(
    discord: Discord, start_platform: StartPlatform
) -> None:
    discord.rate_limits.max_requests, discord.rate_limits.seconds = 1, 20.0
    wil = discord.person("wil")

    async with asyncio.timeout(5):
        async with start_platform():
            await wil.say("free rooms")
            await discord.wait_until(lambda: len(wil.sees()) == 2)

    assert wil.sees()[1].text == "fine"


# The HTTP endpoint.


@pytest.fixture
async def endpoint(discord: Discord, start_platform: StartPlatform) -> "object":
    async with start_platform(gateway=False) as platform:
        app = web.Application()
        app.add_routes(platform.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/discord/interactions"
        await runner.cleanup()


async def test_discord_accepts_the_endpoint(discord: Discord, endpoint: str) -> None:
    assert await discord.use_endpoint(endpoint)


async def test_without_a_gateway_commands_and_buttons_work(
    discord: Discord, backend: Backend, endpoint: str
) -> None:
    backend.script.set_reply("rooms free", Reply(("free:",), actions=(Button("book", "Book", "v1"),)))
    await discord.use_endpoint(endpoint)
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    pressed = await wil.press(shown.seen, "Book")

    assert pressed.seen.text == "fine"
    assert discord.gateway.log == []


@pytest.mark.parametrize("headers", [{}, {"X-Signature-Ed25519": "zz", "X-Signature-Timestamp": "1"}])
async def test_an_unsigned_request_is_refused(
    discord: Discord, backend: Backend, endpoint: str, headers: dict[str, str]
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(endpoint, data=b'{"type": 2}', headers=headers) as answer,
    ):
        status = answer.status

    assert status == 401
    assert backend.script.requests == []


async def test_a_signed_request_that_is_no_interaction_is_refused(discord: Discord, endpoint: str) -> None:
    async with aiohttp.ClientSession() as session:
        status, _ = await discord.signer.post(session, endpoint, {"kind": "nonsense"}, current_timestamp())

    assert status == 400


async def test_the_endpoint_answers_503_until_connected(discord: Discord) -> None:
    app = web.Application()
    app.add_routes([web.post("/", InteractionsEndpoint(discord.public_key, SystemClock()).handle)])
    async with TestClient(TestServer(app)) as client:
        status, _ = await discord.signer.post(
            client.session, str(client.make_url("/")), {"type": 2}, current_timestamp()
        )

    assert status == 503


async def test_a_signature_with_another_key_is_refused(endpoint: str) -> None:
    async with aiohttp.ClientSession() as session:
        status, _ = await RequestSigner().post(session, endpoint, {"type": 1}, current_timestamp())

    assert status == 401


def test_discord_py_still_has_the_private_function_that_the_endpoint_uses() -> None:
    events: list[str] = []

    class Client(library.Client):
        def dispatch(self, event: str, /, *args: object, **more: object) -> None:
            events.append(event)

    client = Client(intents=library.Intents.none())
    payload = {
        "id": "1",
        "application_id": "2",
        "type": 1,
        "token": "t",
        "version": 1,
        "attachment_size_limit": 0,
    }
    user = {"id": "3", "username": "wil", "discriminator": "0", "avatar": None}

    dispatch_payload(client, json.loads(json.dumps(payload | {"user": user})))

    assert library.__version__.startswith("2.7.")
    assert events == ["interaction"]
