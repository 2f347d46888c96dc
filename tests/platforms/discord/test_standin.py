"""The fake server behaves towards discord.py as Discord does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import aiohttp
import discord as library
import pytest
import yarl
from discord import app_commands, ui

from tests.standins.discord import Discord, State
from tests.standins.discord.change_signal import ChangeSignal
from tests.standins.discord.command_tree import validate_commands
from tests.standins.discord.message_validation import COMPONENTS_V2, validate_message

Handle = Callable[[library.Interaction], Awaitable[object]]
LINE = {"type": 10, "content": "hello"}


class Bot(library.Client):
    """Minimal bot: one command, and one handler for all interactions."""

    def __init__(self, handle: Handle, intents: library.Intents, heartbeat_timeout: float = 60.0) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.05, heartbeat_timeout=heartbeat_timeout)
        self.handle = handle
        self.received: list[str] = []
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(
            app_commands.Command(name="hello", description="Says hello", callback=self.hello)
        )
        self.changed = ChangeSignal()

    async def hello(self, interaction: library.Interaction, name: str = "") -> None:
        await self.handle(interaction)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No pause before identifying again."""

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: library.Message) -> None:
        self.received.append(message.content)
        self.changed.notify()


@asynccontextmanager
async def a_bot(
    discord: Discord, handle: Handle, intents: library.Intents | None = None, **more: float
) -> AsyncIterator[Bot]:
    library.http.Route.BASE = discord.api_base_url
    library.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(discord.gateway_url)
    bot = Bot(handle, intents or library.Intents(guilds=True), **more)
    async with bot:
        running = asyncio.create_task(bot.start(discord.token))
        await discord.gateway.wait_for(1)
        try:
            yield bot
        finally:
            await bot.close()
            await asyncio.wait([running])


async def say_hello(interaction: library.Interaction) -> None:
    await interaction.response.send_message("hello", ephemeral=True)


async def test_an_ephemeral_response_is_seen_by_its_user_alone(discord: Discord) -> None:
    guild, channel = discord.guild()
    alice, bob = discord.person("alice", guild), discord.person("bob", guild)

    async with a_bot(discord, say_hello):
        interaction = await alice.run("/hello", at=channel)

    assert interaction.seen.text == "hello"
    assert [each.text for each in alice.sees(channel)] == ["hello"]
    assert bob.sees(channel) == []


async def test_an_interaction_expires_and_a_late_response_is_refused(discord: Discord) -> None:
    discord.interactions.window = 0.05

    async def respond_late(interaction: library.Interaction) -> None:
        await asyncio.sleep(0.1)
        with suppress(library.NotFound):
            await interaction.response.send_message("late")

    async with a_bot(discord, respond_late):
        interaction = await discord.person("alice").run("/hello")
        await discord.wait_until(lambda: interaction.refusals)

    assert interaction.state is State.FAILED
    assert interaction.refusals[0]["code"] == 10062


async def test_a_second_response_is_refused(discord: Discord) -> None:
    async def twice(interaction: library.Interaction) -> None:
        await say_hello(interaction)
        url = f"{discord.api_base_url}/interactions/{interaction.id}/{interaction.token}/callback"
        async with aiohttp.ClientSession() as session:
            await session.post(url, json={"type": 4, "data": {"content": "again"}})

    async with a_bot(discord, twice):
        interaction = await discord.person("alice").run("/hello")
        await discord.wait_until(lambda: interaction.refusals)

    assert interaction.refusals[0]["code"] == 40060


async def test_the_response_to_an_ephemeral_deferral_is_ephemeral(discord: Discord) -> None:
    async def respond_deferred(interaction: library.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("at last")

    async with a_bot(discord, respond_deferred):
        interaction = await discord.person("alice").run("/hello")

    assert interaction.seen.text == "at last"
    assert interaction.seen.ephemeral
    assert interaction.followups == []


async def test_a_token_expires_after_fifteen_minutes(discord: Discord) -> None:
    codes: asyncio.Queue[int] = asyncio.Queue()

    async def respond_after_expiry(interaction: library.Interaction) -> None:
        await interaction.response.defer()
        discord.world.time.advance(timedelta(minutes=16))
        try:
            await interaction.edit_original_response(content="too late")
        except library.HTTPException as error:
            codes.put_nowait(error.code)

    async with a_bot(discord, respond_after_expiry):
        interaction = await discord.person("alice").start("/hello")
        code = await codes.get()

    assert code == 50027
    assert interaction.state is State.DEFERRED


async def test_buttons_of_a_layout_can_be_pressed_and_update_their_message(discord: Discord) -> None:
    class Layout(ui.LayoutView):
        row: ui.ActionRow["Layout"] = ui.ActionRow()

        @row.button(label="Press", custom_id="press")
        async def press(self, interaction: library.Interaction, button: ui.Button["Layout"]) -> None:
            self.clear_items()
            self.add_item(ui.TextDisplay("pressed"))
            await interaction.response.edit_message(view=self)

    async def show(interaction: library.Interaction) -> None:
        await interaction.response.send_message(view=Layout())

    async with a_bot(discord, show):
        alice = discord.person("alice")
        shown = await alice.run("/hello")
        pressed = await alice.press(shown.seen, "Press")

    assert pressed.seen.id == shown.seen.id
    assert alice.sees()[0].text == "pressed"


async def test_a_modal_comes_back_with_what_was_typed(discord: Discord) -> None:
    typed: list[str] = []

    class Form(ui.Modal, title="Book"):
        when: ui.Label["Form"] = ui.Label(text="When", component=ui.TextInput(custom_id="when"))

        async def on_submit(self, interaction: library.Interaction) -> None:
            assert isinstance(self.when.component, ui.TextInput)
            typed.append(self.when.component.value)
            await interaction.response.send_message("booked", ephemeral=True)

    async def open_form(interaction: library.Interaction) -> None:
        await interaction.response.send_modal(Form())

    async with a_bot(discord, open_form):
        alice = discord.person("alice")
        opened = await alice.run("/hello")
        sent = await alice.submit(opened, when="tomorrow 3pm")

    assert typed == ["tomorrow 3pm"]
    assert sent.seen.text == "booked"


async def test_discord_py_waits_for_rate_limits(discord: Discord, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    discord.faults.add("POST", "/messages", retry_after=0.05, times=2)
    alice = discord.person("alice")

    async with a_bot(discord, say_hello) as bot:
        user = await bot.fetch_user(int(alice.id))
        await user.send("hi")

    assert [each.text for each in alice.sees()] == ["hi"]
    assert discord.count_requests("POST", "/messages") == 3


async def test_a_nonce_makes_a_message_idempotent(discord: Discord) -> None:
    alice = discord.person("alice")

    async with a_bot(discord, say_hello) as bot:
        user = await bot.fetch_user(int(alice.id))
        await user.send("hi", nonce="42")
        await user.send("hi", nonce="42")

    assert len(alice.sees()) == 1


async def test_closed_direct_messages_are_refused(discord: Discord) -> None:
    alice = discord.person("alice")
    alice.close_messages()

    async with a_bot(discord, say_hello) as bot:
        user = await bot.fetch_user(int(alice.id))
        with pytest.raises(library.Forbidden) as refused:
            await user.send("hi")

    assert refused.value.code == 50007


@pytest.mark.parametrize(
    ("failure", "handshake"),
    [("cut", "resume"), ("close", "resume"), ("ask_to_reconnect", "resume"), ("invalidate", "identify")],
)
async def test_discord_py_reconnects_and_receives_events(
    discord: Discord, failure: str, handshake: str
) -> None:
    alice = discord.person("alice")
    intents = library.Intents(guilds=True, dm_messages=True)

    async with a_bot(discord, say_hello, intents) as bot:
        discord.gateway.log.clear()
        await getattr(discord.gateway, failure)()
        await discord.wait_until(lambda: handshake in discord.gateway.log and discord.gateway.connected)
        await alice.say("still there?")
        await bot.changed.wait_until(lambda: bot.received)

    assert bot.received == ["still there?"]


async def test_missed_events_are_replayed_on_resume(discord: Discord) -> None:
    alice = discord.person("alice")
    intents = library.Intents(guilds=True, dm_messages=True)

    async with a_bot(discord, say_hello, intents) as bot:
        await discord.gateway.cut()
        await alice.say("one")
        await alice.say("two")
        await bot.changed.wait_until(lambda: len(bot.received) == 2)

    assert bot.received == ["one", "two"]


async def test_discord_py_resumes_when_heartbeats_are_not_acknowledged(
    discord: Discord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    discord.gateway.heartbeat_interval = 0.05
    discord.gateway.acknowledges = False

    async with a_bot(discord, say_hello, heartbeat_timeout=0.15):
        await discord.wait_until(lambda: "resume" in discord.gateway.log)
        discord.gateway.acknowledges = True
        interaction = await discord.person("alice").run("/hello")

    assert interaction.seen.text == "hello"


async def test_an_interaction_can_be_delivered_twice(discord: Discord) -> None:
    times: list[int] = []

    async def count(interaction: library.Interaction) -> None:
        times.append(interaction.id)
        await say_hello(interaction)

    async with a_bot(discord, count):
        interaction = await discord.person("alice").run("/hello")
        await interaction.deliver_again()
        await discord.wait_until(lambda: interaction.refusals)

    assert times == [int(interaction.id)] * 2


async def test_content_is_hidden_without_the_intent_unless_the_bot_is_mentioned(discord: Discord) -> None:
    guild, channel = discord.guild()
    alice = discord.person("alice", guild)
    intents = library.Intents(guilds=True, guild_messages=True)

    async with a_bot(discord, say_hello, intents) as bot:
        await alice.say("nobody in particular", at=channel)
        await alice.say(f"<@{discord.world.bot.id}> free now", at=channel)
        await bot.changed.wait_until(lambda: len(bot.received) == 2)

    assert bot.received == ["", f"<@{discord.world.bot.id}> free now"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"content": "x" * 2001}, "BASE_TYPE_MAX_LENGTH"),
        ({}, "MESSAGE_EMPTY"),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, "MAX_EMBED_SIZE_EXCEEDED"),
        ({"flags": COMPONENTS_V2, "components": [LINE], "content": "x"}, "MESSAGE_CANNOT_USE_LEGACY_FIELDS"),
        ({"flags": COMPONENTS_V2, "components": [LINE | {"content": "x" * 2001}] * 2}, "TEXT_SIZE_EXCEEDED"),
        ({"flags": COMPONENTS_V2, "components": [LINE] * 41}, "BASE_TYPE_BAD_LENGTH"),
        ({"flags": COMPONENTS_V2, "components": [{"type": 17, "components": [LINE] * 20}] * 2}, "MAX_TOTAL"),
        ({"flags": COMPONENTS_V2, "components": [{"type": 9, "components": [LINE]}]}, "BASE_TYPE_REQUIRED"),
        ({"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x"}]}]}, "MIN_LENGTH"),
    ],
)
def test_messages_beyond_the_limits_are_refused(message: dict[str, object], code: str) -> None:
    wrong = validate_message(message)

    assert any(code in found for _, found, _ in wrong.found)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"name": "Rooms", "description": "x"}, "INVALID_NAME"),
        ({"name": "rooms", "description": "x" * 101}, "MAX_LENGTH"),
        ({"name": "rooms", "description": ""}, "MIN_LENGTH"),
        (
            {
                "name": "rooms",
                "description": "x",
                "options": [
                    {"name": "a", "description": "x", "type": 3},
                    {"name": "b", "description": "x", "type": 3, "required": True},
                ],
            },
            "REQUIRED_INVALID",
        ),
        (
            {
                "name": "rooms",
                "description": "x",
                "options": [
                    {
                        "name": f"s{i}",
                        "description": "x" * 100,
                        "type": 1,
                        "options": [
                            {"name": f"o{j}", "description": "y" * 100, "type": 3} for j in range(20)
                        ],
                    }
                    for i in range(5)
                ],
            },
            "TOO_LARGE",
        ),
    ],
)
def test_commands_beyond_the_limits_are_refused(command: dict[str, object], code: str) -> None:
    wrong = validate_commands([command])

    assert any(code in found for _, found, _ in wrong.found)
