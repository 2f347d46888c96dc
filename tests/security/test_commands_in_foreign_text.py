"""Somebody writes a command where another person's press, quote or forward brings it to Roomie.

The victim is a president who is known. Whatever the command, rooms are looked for and nothing else happens.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.chat.command import Command, CommandContext
from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, PlatformName, QuotedMessage, Requester, split_quotes
from bot.commands import COMMANDS
from bot.conversation.button_values import SlotValue
from bot.conversation.dispatcher import Dispatcher
from core.interval import Interval
from core.model.entities import BookingType, Identity, RoomId, TimetableEntry
from core.policy.rules import Rules
from core.ports.storage import UnitOfWork
from storage.factory import ManagedStorage
from tests.builders import at
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.platforms.discord.conftest import discord
from tests.platforms.discord.environment import Environment as DiscordHouse
from tests.platforms.discord.environment import build_environment as a_discord_house
from tests.platforms.slack.conftest import environment, slack
from tests.platforms.slack.environment import Environment, read
from tests.standins.discord import Discord, Person, Seen
from tests.standins.discord.world import Channel
from tests.standins.slack import Message, SlackStandIn

__all__ = ["discord", "environment", "slack"]

ARGUMENTS = {
    "rooms book": "K-J17-G01 tomorrow 3pm for 1 hour for CHESS",
    "rooms cancel": "",
    "settings": "notices off",
    "society add": "<@U2> CHESS",
    "society remove": "<@U2> CHESS",
    "society token": "new CHESS",
}
EVERY_COMMAND = pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name.replace(" ", "_"))


def line_of(command: Command) -> str:
    return f"/{command.name} {ARGUMENTS.get(command.name, '')}".strip()


def spied(calls: list[str]) -> tuple[Command, ...]:
    """Every command and every action, which only notes that it was reached."""

    def noting(name: str) -> Callable[[CommandContext], Awaitable[Reply]]:
        async def answer(context: CommandContext) -> Reply:
            calls.append(name)
            return Reply((name,))

        return answer

    return tuple(
        replace(
            each,
            handle=noting(each.name),
            actions=tuple(replace(action, handle=noting(action.name)) for action in each.actions),
        )
        for each in COMMANDS
    )


# Discord.


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
async def guarded_discord(
    discord: Discord,
    storage: ManagedStorage,
    rules: Rules,
    clock: StillClock,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[DiscordHouse]:
    monkeypatch.setattr("tests.platforms.discord.environment.COMMANDS", spied(calls))
    discord.interactions.window = 15.0
    built = await a_discord_house(discord, storage, rules, clock)
    async with built.open() as built.door:
        yield built


@EVERY_COMMAND
async def test_no_way_on_discord_runs_a_command_of_somebody_else(
    guarded_discord: DiscordHouse, discord: Discord, calls: list[str], command: Command
) -> None:
    guild, channel = discord.guild()
    wil, eve = discord.person("wil", guild), discord.person("eve", guild)
    await guarded_discord.settle_in(wil)
    line, me = line_of(command), f"<@{discord.world.bot.id}>"
    stranger = await eve.say(line, at=channel)
    mention = await eve.say(f"{me} {line}", at=channel)
    await discord.until(eve.sees)
    calls.clear()  # what eve asks in her own words is hers

    for message in (stranger, mention, _forward(discord, eve, channel, line)):
        pointed = await wil.use_on_message("Book from this message", message, at=channel)
        assert "went wrong" not in pointed.seen.text
    await _says(discord, wil, f"> {line}")
    await _says(discord, wil, f">>> {line}\nand this too\n{line}")
    await _says(discord, wil, f"{me}\n> {line}", channel)
    await _announced(discord, wil, _forward(discord, wil, wil.dm, line))

    assert calls == []
    await _says(discord, wil, line)  # the same typed by himself is a command
    assert calls == [command.name]


def _forward(discord: Discord, person: Person, channel: Channel, line: str) -> Seen:
    snapshot = {
        "type": 0,
        "content": line,
        "timestamp": discord.world.time.now().isoformat(),
        "edited_timestamp": None,
        "mentions": [],
        "mention_roles": [],
        "embeds": [],
        "attachments": [],
        "components": [],
        "flags": 0,
    }
    more: Mapping[str, Any] = {"message_snapshots": [{"message": snapshot}]}
    return Seen(discord.world.message(channel, person.user, "", **more))


async def _says(discord: Discord, person: Person, words: str, channel: Channel | None = None) -> None:
    before = len(person.sees())
    await person.say(words, at=channel)
    more = 1 if channel is not None else 2  # an answer to a mention comes by direct message
    await discord.until(lambda: len(person.sees()) >= before + more)


async def _announced(discord: Discord, person: Person, message: Seen) -> None:
    before = len(person.sees())
    await discord.gateway.announce_message(person.dm, message.payload)
    await discord.until(lambda: len(person.sees()) > before)


# Slack.


@EVERY_COMMAND
async def test_no_way_on_slack_runs_a_command_of_somebody_else(
    environment: Environment, slack: SlackStandIn, calls: list[str], command: Command
) -> None:
    environment.answers = Dispatcher(environment.services, spied(calls))
    ada, line = slack.person("U1"), line_of(command)
    shared = [{"is_share": True, "text": line, "author_id": "U2"}]
    async with environment.open() as adapter:
        for message in (Message("1.0", "C1", "U2", line), _Forwarded("2.0", "C1", "U2", "", shared)):
            await ada.uses_message_shortcut("book_for_this", message)
            await adapter.wait_idle()
            assert ada.modal is not None
            title = ada.modal.values()["in.title"]["value"]["value"]
            assert title.split()[0] == line.split()[0]
        for said in (f"> {line}", f">>> {line}\nand this too\n{line}"):
            await ada.says(said)
            await ada.mentions_app(f"\n{said}")
        for more in ({"text": "", "attachments": shared}, {"text": line, "bot_id": "B9"}):
            await _event(ada, more)
        await adapter.wait_idle()
        assert calls == []

        await ada.says(line)  # the same typed by herself is a command
        await adapter.wait_idle()
    assert calls == [command.name]


class _Forwarded(Message):
    """A message that passes others on."""

    def __init__(self, ts: str, channel: str, user: str, text: str, shared: list[dict[str, Any]]) -> None:
        super().__init__(ts, channel, user, text)
        self.shared = shared

    def described(self, *, with_metadata: bool = False) -> dict[str, Any]:
        return {**super().described(with_metadata=with_metadata), "attachments": self.shared}


async def _event(person: Any, more: Mapping[str, Any]) -> None:
    channel = person.workspace.dm_with(person.id)
    event = {"type": "message", "channel_type": "im", "user": person.id, "ts": "9.0", "channel": channel.id}
    await person._services.bring_event(person.workspace, {**event, **more})


async def test_another_apps_mention_is_not_answered(
    environment: Environment, slack: SlackStandIn, calls: list[str]
) -> None:
    """A feed or a workflow posts what strangers wrote."""
    environment.answers = Dispatcher(environment.services, spied(calls))
    ada = slack.person("U1")
    async with environment.open() as adapter:
        event = {"type": "app_mention", "user": ada.id, "channel": "C1", "ts": "9.0", "bot_id": "B9"}
        text = f"<@{ada.workspace.bot_user}> rooms cancel"
        await ada._services.bring_event(ada.workspace, {**event, "text": text})
        await adapter.wait_idle()

    assert calls == []


@EVERY_COMMAND
async def test_a_share_button_asks_about_rooms_and_nothing_else(
    environment: Environment, slack: SlackStandIn, calls: list[str], command: Command
) -> None:
    ada = slack.person("U1")
    async with environment.open() as adapter:
        await ada.types("/rooms free now")
        shown = ada.sees()[0]
        button = next(
            each for _, each in shown.elements if each.get("text", {}).get("text", "").startswith("Share")
        )
        button["value"] = button["value"].replace("rooms free now", line_of(command).removeprefix("/"))
        adapter._turns._asking._answers = Dispatcher(environment.services, spied(calls))
        await ada.presses(shown, "Share to the channel")
        await adapter.wait_idle()

    assert set(calls) <= {"rooms free", "rooms status", "rooms timetable"}


async def test_a_form_for_a_message_holds_its_time_and_seats(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        message = Message("1.0", "C1", "U1", "shall we meet tomorrow 4-5pm, 21 of us?")
        await bob.uses_message_shortcut("book_for_this", message)
        await adapter.wait_idle()
        assert bob.modal is not None
        values = bob.modal.values()
        rooms = read(bob.modal)
        await bob.submits(**{"in.room": "v1:K-J17-G03"})
        await adapter.wait_idle()

    assert values["in.date"]["value"]["selected_date"] == "2026-03-12"
    assert values["in.time"]["value"]["selected_time"] == "16:00"
    assert values["in.minutes"]["value"]["selected_option"]["value"].endswith("60")
    assert values["in.seats"]["value"]["value"] == "21"
    assert "K-J17-G01" not in rooms  # twenty seats are too few
    booked = await environment.storage.read(lambda unit: unit.bookings.active(Interval(at(), at(days=2))))
    assert [(each.room_id, each.interval.start) for each in booked] == [("K-J17-G03", at("16:00", days=1))]


# Every door, without a platform between.

DOORS = {
    PlatformName.SLACK: "slack:T1:U1",
    PlatformName.DISCORD: "discord:1",
    PlatformName.TERMINAL: "terminal:ada",
}
TABLES = ("membership", "identity", "token", "booking", "audit", "outbox", "login_session", "channel_notice")


async def _state(url: str) -> list[object]:
    counted = [await ask(url, f"SELECT count(*) FROM {table}") for table in TABLES]  # noqa: S608 - ours
    terms = await ask(url, "SELECT sum(coalesce(token_generation, 0)) FROM society")
    habits = await ask(url, "SELECT count(*) FROM person WHERE wants_notices OR reminders <> '30'")
    return [*counted, terms, habits]


@pytest.fixture
async def victim(environment: Environment) -> Environment:
    """Ada presides over chess, is known at every door, and has a booking to lose."""

    def work(unit: UnitOfWork) -> None:
        ada = unit.people.by_name("ada")
        assert ada is not None
        unit.people.link(ada.id, Identity("discord:1"))

    await environment.storage.write(work)
    code = SlotValue(RoomId("K-J17-G01"), Interval(at("15:00"), at("16:00")))
    held = await environment.answers.dispatch(
        ChatRequest(Requester(Identity("slack:T1:U1"), PlatformName.SLACK), action="book", value=str(code))
    )
    assert not held.is_refusal
    return environment


@EVERY_COMMAND
@pytest.mark.parametrize("door", DOORS)
async def test_a_message_of_somebody_else_changes_nothing_and_offers_rooms(
    victim: Environment, database_url: str, door: PlatformName, command: Command
) -> None:
    asker = Requester(Identity(DOORS[door]), door, is_channel_admin=True)
    before = await _state(database_url)

    for text in (line_of(command), *command.examples, *command.aliases, f"tomorrow 3pm\n{line_of(command)}"):
        for wants_form in (False, True):
            reply = await victim.answers.offer(
                QuotedMessage(asker, text, wants_form=wants_form, delivery_id="1")
            )
            assert "went wrong" not in str(reply.text)
            assert _offered(reply) <= {"free", "book"}
            assert _societies(reply) == set()

    assert await _state(database_url) == before


def _offered(reply: Reply) -> set[str]:
    return {each.action for each in (*reply.actions, *(one for item in reply.items for one in item.buttons))}


def _societies(reply: Reply) -> set[str]:
    """The societies that a press would book for."""
    buttons = (one for item in reply.items for one in item.buttons)
    codes = (SlotValue.read(each.value) for each in buttons if each.action == "book")
    held = reply.form.inputs if reply.form else ()
    chosen = {each.value for each in held if each.name == "society"} - {"-"}
    return {each.society_id for each in codes if each.society_id} | chosen


@EVERY_COMMAND
@pytest.mark.parametrize("door", DOORS)
async def test_titles_and_feeds_are_shown_and_never_run(
    victim: Environment, database_url: str, door: PlatformName, command: Command
) -> None:
    asker, line = Requester(Identity(DOORS[door]), door), line_of(command)
    slot = Interval(at("12:00"), at("13:00"))

    def feed(unit: UnitOfWork) -> None:
        unit.timetable.add("feed", [TimetableEntry(RoomId("K-J17-G02"), slot, line, BookingType.CLASS)], 0)

    await victim.storage.write(feed)
    form = {"date": "2026-03-12", "time": "16:00", "minutes": "60", "room": "K-J17-G01", "title": line}
    if door is PlatformName.DISCORD:
        form = {"when": "tomorrow 4pm for 1 hour", "room": "K-J17-G01", "title": line}
    sent = await victim.answers.dispatch(ChatRequest(asker, action="book_form", form=form, delivery_id="1"))
    assert "You're booked" in str(sent.text)
    before = await _state(database_url)

    shown = [
        await victim.answers.dispatch(ChatRequest(asker, text=words))
        for words in ("rooms mine", "rooms status K-J17-G02", "rooms timetable K-J17-G02", "rooms free today")
    ]

    assert line in str(shown)
    assert await _state(database_url) == before


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("cancel", "cancel", ""),
        ("> cancel", "", "cancel"),
        ("&gt; cancel", "", "cancel"),
        ("  > cancel\nwhat is this?", "what is this?", "cancel"),
        (">>> cancel\nlogout", "", "cancel\nlogout"),
        ("free room\n>>> cancel\nlogout", "free room", "cancel\nlogout"),
        ("> > cancel", "", "cancel"),
        ("room > 5 seats", "room > 5 seats", ""),
    ],
)
def test_quotes_are_told_from_own_words(text: str, own: str, quoted: str) -> None:
    typed = split_quotes(text)

    assert (typed.own, typed.quoted) == (own, quoted)
