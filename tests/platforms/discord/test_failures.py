"""What Discord and the network do to us, and what people notice of it: as little as can be."""

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
from bot.platforms.base import RecipientUnreachable
from bot.platforms.discord.adapter import DiscordPlatform, PlatformStartError
from bot.platforms.discord.client.endpoint import InteractionsEndpoint, dispatch_payload
from core.clock import SystemClock
from core.errors import Unavailable
from core.model.entities import Identity
from tests.platforms.discord.conftest import Behind, Opening
from tests.platforms.discord.fakes import after
from tests.standins.discord import Discord, Person, State
from tests.standins.discord.signing import Signed

DONE = Reply(("Booked Quad G040.",), tone=Tone.DONE)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The library tells of bad weather at length."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def just_now() -> str:
    return str(int(SystemClock().now().timestamp()))


def identity(person: Person) -> Identity:
    return Identity(f"discord:{person.id}")


# The gateway.


@pytest.mark.parametrize("weather", ["cut", "close", "ask_to_reconnect"])
async def test_after_the_gateway_went_away_commands_are_answered_again(
    discord: Discord, door: DiscordPlatform, weather: str
) -> None:
    await getattr(discord.gateway, weather)()
    await discord.until(lambda: "resume" in discord.gateway.log and discord.gateway.connected)

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


async def test_a_command_sent_in_the_gap_is_answered_when_the_gateway_is_back_in_time(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    await discord.gateway.cut()

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"
    assert discord.gateway.log.count("identify") == 1


async def test_an_answer_under_way_survives_a_cut(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, DONE))
    interaction = await discord.person("wil").start("/rooms free")
    await discord.until(lambda: interaction.state is State.DEFERRED)

    await discord.gateway.cut()
    gate.set()
    await interaction.settled()

    assert interaction.seen.text == "Booked Quad G040."


async def test_a_message_delivered_twice_is_answered_once(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    said = await wil.say("free rooms")
    await discord.until(lambda: len(wil.sees()) == 2)

    await discord.send_again(said)
    await wil.run("/rooms free")

    assert [each.text for each in behind.script.asked] == ["free rooms", "rooms free"]


async def test_without_the_privileged_intent_it_carries_on(discord: Discord, opened: Opening) -> None:
    discord.gateway.granted = 0

    async with opened(message_content=True):
        await discord.gateway.wait_for(1)
        answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"
    assert "closed 4014" in discord.gateway.log


async def test_a_wrong_token_is_said_plainly(discord: Discord, opened: Opening) -> None:
    with pytest.raises(PlatformStartError, match="token"):
        async with opened(token="wrong"):
            pass


async def test_many_servers_are_served_over_several_connections(
    discord: Discord, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_long_pauses(monkeypatch)
    discord.recommended_shards = 2
    guilds = [discord.guild(f"Campus {number}") for number in range(4)]

    async with opened(sharded=True):
        await discord.gateway.wait_for(2)
        people = [(discord.person("p", guild), channel) for guild, channel in guilds]
        answered = await asyncio.gather(
            *(person.run("/rooms free", at=channel) for person, channel in people)
        )

    assert [each.seen.text for each in answered] == ["fine"] * 4


# Requests.


@pytest.mark.parametrize("fault", [{"retry_after": 0.05, "times": 2}, {"status": 502}])
async def test_a_refused_answer_is_tried_again(
    discord: Discord, door: DiscordPlatform, fault: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_long_pauses(monkeypatch)
    discord.faults.add("POST", "/callback", **fault)

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


def _without_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits a second before it tries again; a moment will do here."""
    sleep = asyncio.sleep

    async def briefly(seconds: float, *more: object) -> None:
        await sleep(min(seconds, 0.05))

    monkeypatch.setattr("discord.webhook.async_.asyncio.sleep", briefly)


async def test_the_answer_to_a_deferral_waits_out_a_rate_limit(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, DONE))
    discord.faults.add("PATCH", "/webhooks/", retry_after=0.05, times=2)

    interaction = await discord.person("wil").start("/rooms free")
    await discord.until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.settled()

    assert interaction.seen.text == "Booked Quad G040."


async def test_what_was_done_is_told_by_message_when_the_answer_comes_too_late(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    discord.faults.add(
        "POST", "/callback", status=404, body={"message": "Unknown interaction", "code": 10062}, times=2
    )
    behind.script.says("*", DONE)
    wil = discord.person("wil")

    await wil.start("/rooms book", room="G01")
    await discord.until(lambda: wil.sees())

    assert [each.text for each in wil.sees()] == ["Booked Quad G040."]


@pytest.mark.parametrize("drop", ["drop", "late_drop"])
async def test_an_answer_that_is_dropped_on_the_way_is_given_again(
    discord: Discord, behind: Behind, door: DiscordPlatform, drop: str
) -> None:
    discord.faults.add("POST", "/callback", **{drop: True})
    behind.script.says("*", DONE)
    wil = discord.person("wil")

    answered = await wil.run("/rooms book", room="G01")

    assert answered.seen.text == "Booked Quad G040."
    assert len(wil.sees()) == 1


@pytest.mark.parametrize("drop", ["drop", "late_drop"])
async def test_a_deferral_that_is_dropped_on_the_way_is_made_again(
    discord: Discord, behind: Behind, door: DiscordPlatform, drop: str
) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, DONE))
    discord.faults.add("POST", "/callback", **{drop: True})

    interaction = await discord.person("wil").start("/rooms book", room="G01")
    await discord.until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.settled()

    assert interaction.seen.text == "Booked Quad G040."


async def test_what_was_done_is_told_when_the_connection_fails_twice(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    discord.faults.add("POST", "/callback", drop=True, times=2)
    behind.script.says("*", DONE)
    wil = discord.person("wil")

    await wil.start("/rooms book", room="G01")
    await discord.until(lambda: wil.sees())

    assert [each.text for each in wil.sees()] == ["Booked Quad G040."]


async def test_an_answer_that_discord_refuses_is_given_in_plain_words(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    discord.faults.add("POST", "/callback", status=400, body={"message": "Invalid Form Body", "code": 50035})
    behind.script.says("*", Reply(("Two rooms.",), items=(ReplyItem(("Quad",)),)))

    answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "Two rooms."


async def test_a_bug_in_our_house_is_an_apology(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    async def fail(asked: object) -> Reply:
        raise ZeroDivisionError

    behind.script.says("*", fail)

    answered = await discord.person("wil").run("/rooms free")

    assert "went wrong" in answered.seen.text


async def test_discord_being_away_at_the_start_is_waited_for(discord: Discord, opened: Opening) -> None:
    discord.faults.add("GET", "/users/@me", status=503)

    async with opened():
        answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


async def test_commands_that_discord_does_not_take_keep_nobody_out(discord: Discord, opened: Opening) -> None:
    async with opened():
        pass
    discord.faults.add("PUT", "/commands", status=400, body={"message": "Invalid Form Body", "code": 50035})

    async with opened(sync="always"):
        answered = await discord.person("wil").run("/rooms free")

    assert answered.seen.text == "fine"


async def test_when_nothing_can_be_remembered_people_are_told(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.once.trouble = Unavailable("Roomie cannot write now.")
    wil = discord.person("wil")

    answered = await wil.run("/rooms book", room="G01")
    await wil.say("free rooms")
    await discord.until(lambda: len(wil.sees()) == 3)

    assert answered.seen.text == "Roomie cannot write now."
    assert wil.sees()[2].text == "Roomie cannot write now."


async def test_a_command_that_is_no_more_is_answered_kindly(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    lost = next(each for each in discord.world.commands[None] if each["name"] == "lost")
    lost["name"] = "gone"

    answered = await wil.run("/gone")

    assert "has changed" in answered.seen.text


# Telling people who did not ask.


async def test_a_message_is_told_once_however_often_it_is_tried(
    discord: Discord, door: DiscordPlatform
) -> None:
    wil = discord.person("wil")

    await door.send(identity(wil), DONE, "outbox 7")
    await door.send(identity(wil), DONE, "outbox 7")
    await door.send(identity(wil), DONE, "outbox 8")

    assert len(wil.sees()) == 2


async def test_a_message_whose_answer_was_lost_is_found_in_the_history(
    discord: Discord, door: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    since = SystemClock().now() - timedelta(minutes=1)
    discord.faults.add("POST", "/messages", late_drop=True)

    with pytest.raises(Unavailable):
        await door.send(identity(wil), DONE, "outbox 7")

    assert await door.was_sent(identity(wil), "outbox 7", since)
    assert not await door.was_sent(identity(wil), "outbox 8", since)


async def test_with_direct_messages_closed_it_is_told_where_they_just_were(
    discord: Discord, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    wil.close_messages()
    await wil.run("/rooms free", at=channel)

    await door.send(identity(wil), DONE, "outbox 7")

    assert [each.text for each in wil.sees(channel)] == ["fine", "Booked Quad G040."]
    assert rema.sees(channel) == []


async def test_closed_direct_messages_are_remembered(
    discord: Discord, behind: Behind, opened: Opening
) -> None:
    wil = discord.person("wil")
    wil.close_messages()
    async with opened() as door:
        with pytest.raises(RecipientUnreachable):
            await door.send(identity(wil), DONE, "outbox 7")

    async with opened() as door:
        with pytest.raises(RecipientUnreachable):
            await door.send(identity(wil), DONE, "outbox 8")

    assert discord.asked("POST", "/messages") == 1


async def test_who_writes_to_us_can_be_written_to_again(discord: Discord, door: DiscordPlatform) -> None:
    wil = discord.person("wil")
    wil.close_messages()
    with pytest.raises(RecipientUnreachable):
        await door.send(identity(wil), DONE, "outbox 7")

    wil.open_messages()
    await wil.say("hello")
    await discord.until(lambda: len(wil.sees()) == 2)
    await door.send(identity(wil), DONE, "outbox 8")

    assert wil.sees()[-1].text == "Booked Quad G040."


async def test_buttons_of_a_message_that_was_sent_work(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    wil = discord.person("wil")
    reply = Reply(
        ("Your booking",), items=(ReplyItem(("Quad",), (), (Button("extend", "30 min more", "b1~30"),)),)
    )
    await door.send(identity(wil), reply, "outbox 7")

    await wil.press(wil.sees()[0], "30 min more")

    assert (behind.script.asked[0].action, behind.script.asked[0].value) == ("extend", "b1~30")


async def test_shutdown_does_not_wait_for_the_next_window_of_a_rate_limit(
    discord: Discord, opened: Opening
) -> None:
    discord.rate_limits.most, discord.rate_limits.seconds = 1, 20.0
    wil = discord.person("wil")

    async with asyncio.timeout(5):
        async with opened() as door:
            await wil.say("free rooms")
            await discord.until(lambda: len(wil.sees()) == 2)

    assert door.counts["direct message"] == 0
    assert wil.sees()[1].text == "fine"


# The HTTP endpoint.


@pytest.fixture
async def endpoint(discord: Discord, opened: Opening) -> "object":
    async with opened(gateway=False) as door:
        app = web.Application()
        app.add_routes(door.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/discord/interactions"
        await runner.cleanup()


async def test_discord_accepts_the_endpoint(discord: Discord, endpoint: str) -> None:
    assert await discord.use_endpoint(endpoint)


async def test_without_a_gateway_commands_and_buttons_are_answered(
    discord: Discord, behind: Behind, endpoint: str
) -> None:
    behind.script.says("rooms free", Reply(("free:",), actions=(Button("book", "Book", "v1"),)))
    await discord.use_endpoint(endpoint)
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    pressed = await wil.press(shown.seen, "Book")

    assert pressed.seen.text == "fine"
    assert discord.gateway.log == []


@pytest.mark.parametrize("headers", [{}, {"X-Signature-Ed25519": "zz", "X-Signature-Timestamp": "1"}])
async def test_what_discord_did_not_sign_is_refused(
    discord: Discord, behind: Behind, endpoint: str, headers: dict[str, str]
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(endpoint, data=b'{"type": 2}', headers=headers) as answer,
    ):
        status = answer.status

    assert status == 401
    assert behind.script.asked == []


async def test_what_is_signed_and_no_interaction_is_refused(discord: Discord, endpoint: str) -> None:
    async with aiohttp.ClientSession() as session:
        status, _ = await discord.signed.post(session, endpoint, {"kind": "nonsense"}, just_now())

    assert status == 400


async def test_before_it_is_connected_the_endpoint_says_so(discord: Discord) -> None:
    app = web.Application()
    app.add_routes([web.post("/", InteractionsEndpoint(discord.public_key, SystemClock()).handle)])
    async with TestClient(TestServer(app)) as client:
        status, _ = await discord.signed.post(
            client.session, str(client.make_url("/")), {"type": 2}, just_now()
        )

    assert status == 503


async def test_a_key_of_somebody_else_is_refused(endpoint: str) -> None:
    async with aiohttp.ClientSession() as session:
        status, _ = await Signed().post(session, endpoint, {"type": 1}, just_now())

    assert status == 401


def test_the_library_still_has_the_way_in_that_the_endpoint_uses() -> None:
    heard: list[str] = []

    class Client(library.Client):
        def dispatch(self, event: str, /, *args: object, **more: object) -> None:
            heard.append(event)

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
    assert heard == ["interaction"]
