"""An attacker writes a command line that another person's click, quote or forward passes to Roomie.

The victim is the president of a society. Whatever the command, rooms are searched and nothing else happens.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from bot.chat.command import Command, CommandContext
from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, PlatformName, QuotedMessage, Requester, split_quotes
from bot.commands import COMMANDS
from bot.conversation.button_values import SlotValue
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.ports import ChatDispatcher
from bot.platforms.slack.adapter import SlackPlatform
from core.interval import Interval
from core.model import Booking, BookingType, Identity, RoomId, TimetableEntry
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from tests.builders import at
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.platforms.discord.conftest import discord
from tests.platforms.discord.environment import Environment as DiscordEnvironment
from tests.platforms.discord.environment import build_environment as build_discord_environment
from tests.platforms.slack.conftest import environment, slack
from tests.platforms.slack.environment import Environment
from tests.standins.discord import Discord, Person, ShownMessage
from tests.standins.discord.world import Channel
from tests.standins.slack import Message, SlackStandIn
from tests.standins.slack.people import escape

__all__ = ["discord", "environment", "slack"]

ARGUMENTS = {
    "rooms book": "K-J17-G01 tomorrow 3pm for 1 hour for CHESS",
    "rooms cancel": "",
    "settings": "notices off",
    "society add": "<@U2> CHESS",
    "society remove": "<@U2> CHESS",
    "society token": "new CHESS",
}


@pytest.fixture(params=["some", pytest.param("all", marks=pytest.mark.soak)])
def commands(request: pytest.FixtureRequest) -> Sequence[Command]:
    """Those that change something, and others; or all, as nothing in the paths depends on the command."""
    return COMMANDS if request.param == "all" else [each for each in COMMANDS if each.name in ARGUMENTS]


def line_of(command: Command) -> str:
    return f"/{command.name} {ARGUMENTS.get(command.name, '')}".strip()


def recording(calls: list[str]) -> tuple[Command, ...]:
    """All commands and actions, with handlers that only record their names."""

    def recorder(name: str) -> Callable[[CommandContext], Awaitable[Reply]]:
        async def handle(context: CommandContext) -> Reply:
            calls.append(name)
            return Reply((name,))

        return handle

    return tuple(
        replace(
            each,
            handle=recorder(each.name),
            actions=tuple(replace(action, handle=recorder(action.name)) for action in each.actions),
        )
        for each in COMMANDS
    )


# Discord.


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
async def guarded_discord(
    discord: Discord, storage: ManagedStorage, rules: Rules, clock: StillClock, calls: list[str]
) -> AsyncIterator[DiscordEnvironment]:
    discord.interactions.window = 15.0
    discord.rate_limits.max_requests = 10_000
    built = await build_discord_environment(discord, storage, rules, clock)
    built.commands = recording(calls)
    async with built.open() as built.platform:
        yield built


async def test_no_path_on_discord_runs_a_command_of_another_person(
    guarded_discord: DiscordEnvironment, discord: Discord, calls: list[str], commands: Sequence[Command]
) -> None:
    guild, channel = discord.guild()
    wil, eve = discord.person("wil", guild), discord.person("eve", guild)
    await guarded_discord.add_people(wil)
    foreign, own = {}, {}
    for command in commands:
        line = line_of(command)
        foreign[command.name] = await _calls_of_foreign_text(discord, calls, wil, eve, channel, line)
        await _say(discord, wil, line)  # the same typed by himself is a command
        own[command.name] = list(calls)

    assert foreign == {each.name: [] for each in commands}
    assert own == {each.name: [each.name] for each in commands}


async def _calls_of_foreign_text(
    discord: Discord, calls: list[str], wil: Person, eve: Person, channel: Channel, line: str
) -> list[str]:
    """The commands that ran while wil quoted, forwarded and chose messages with a command line of eve's."""
    me = f"<@{discord.world.bot.id}>"
    stranger = await eve.say(line, at=channel)
    mention = await _say(discord, eve, f"{me} {line}", channel)
    calls.clear()  # what eve asks herself is hers

    for message in (stranger, mention, _forward(discord, eve, channel, line)):
        offered = await wil.use_on_message("Book from this message", message, at=channel)
        assert "went wrong" not in offered.seen.text
    await _say(discord, wil, f"> {line}")
    await _say(discord, wil, f">>> {line}\nand this too\n{line}")
    await _say(discord, wil, f"{me}\n> {line}", channel)
    await _announce(discord, wil, _forward(discord, wil, wil.dm, line))
    embed = _embed(discord, eve, channel, line)
    assert (
        "went wrong" not in (await wil.use_on_message("Book from this message", embed, at=channel)).seen.text
    )
    await _announce(discord, wil, _embed(discord, wil, wil.dm, line))
    for answered in (stranger, embed):
        await _reply(discord, wil, channel, me, answered)
    await _use_names(discord, calls, wil, line)
    return list(calls)


def _embed(discord: Discord, person: Person, channel: Channel, line: str) -> ShownMessage:
    embed = {"type": "rich", "title": line, "description": line, "fields": [{"name": line, "value": line}]}
    return ShownMessage(discord.world.message(channel, person.user, "", embeds=[embed]))


async def _reply(
    discord: Discord, person: Person, channel: Channel, words: str, answered: ShownMessage
) -> None:
    """Reply to another person's message with words of one's own."""
    before = len(person.sees(channel))
    message = discord.world.message(
        channel,
        person.user,
        words,
        mentions=[discord.world.bot.payload()],
        message_reference={"message_id": answered.id, "channel_id": channel.id, "type": 0},
        referenced_message=answered.payload,
    )
    await discord.gateway.announce_message(channel, message)
    await discord.wait_until(lambda: len(person.sees(channel)) >= before + 2)


async def _use_names(discord: Discord, calls: list[str], person: Person, line: str) -> None:
    """Meet a person, a server and a channel that are called like a command."""
    named = discord.person(line)
    guild, channel = discord.guild(line)
    channel.name = line
    for each in (person, named):
        each.join(guild)
    await person.use_on_person("Book with this user", named, at=channel)
    assert calls.pop() == "form"  # his own choice, whatever the other is called
    message = await named.say("meet here tomorrow 3pm", at=channel)
    offered = await person.use_on_message("Book from this message", message, at=channel)
    assert "went wrong" not in offered.seen.text


def _forward(discord: Discord, person: Person, channel: Channel, line: str) -> ShownMessage:
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
    return ShownMessage(discord.world.message(channel, person.user, "", **more))


async def _say(discord: Discord, person: Person, words: str, channel: Channel | None = None) -> ShownMessage:
    """Say something to the bot and wait for the answer, which comes where it was said."""
    before = len(person.sees(channel))
    message = await person.say(words, at=channel)
    await discord.wait_until(lambda: len(person.sees(channel)) >= before + 2)
    return message


async def _announce(discord: Discord, person: Person, message: ShownMessage) -> None:
    before = len(person.sees())
    await discord.gateway.announce_message(person.dm, message.payload)
    await discord.wait_until(lambda: len(person.sees()) > before)


# Slack.


async def test_no_path_on_slack_runs_a_command_of_another_person(
    environment: Environment, slack: SlackStandIn, calls: list[str], commands: Sequence[Command]
) -> None:
    environment.dispatcher = Dispatcher(environment.services, recording(calls))
    ada = slack.person("U1")
    foreign, own = {}, {}
    async with environment.open() as adapter:
        for command in commands:
            calls.clear()
            await _pass_on_foreign_text(ada, adapter, line_of(command))
            foreign[command.name] = list(calls)
            await ada.says(line_of(command))  # the same typed by herself is a command
            await adapter.wait_idle()
            own[command.name] = list(calls)

    assert foreign == {each.name: [] for each in commands}
    assert own == {each.name: [each.name] for each in commands}


async def _pass_on_foreign_text(ada: Any, adapter: SlackPlatform, line: str) -> None:
    """Quote, forward and choose messages with a command line of another member."""
    shared = [{"is_share": True, "text": line, "author_id": "U2"}]
    for message in (Message("1.0", "C1", "U2", line), _Forwarded("2.0", "C1", "U2", "", shared)):
        await ada.uses_message_shortcut("book_for_this", message)
        await adapter.wait_idle()
        assert ada.modal is not None
        title = ada.modal.values()["in.title"]["value"]["value"]
        assert title.split()[0] == line.split()[0]
    for text in (f"> {line}", f">>> {line}\nand this too\n{line}"):
        await ada.says(text)
        await ada.mentions_app(f"\n{text}")
    for more in _foreign_parts(line, shared):
        await _event(ada, more)
    mention = {"type": "app_mention", "channel": "C1", "text": f"<@{ada.workspace.bot_user}>"}
    for more in _foreign_parts(line, shared):
        if "attachments" in more or "files" in more:
            await _event(ada, {**more, **mention})
    await adapter.wait_idle()


def _foreign_parts(line: str, shared: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the sender of a message did not type: forwards, previews, files, labels, other apps, edits."""
    words = dict.fromkeys(("text", "fallback", "title", "pretext", "author_name", "footer"), line)
    preview = {"from_url": "https://example.org", "fields": [{"title": line, "value": line}], **words}
    file = {"id": "F1", "name": line, "title": line, "preview": line, "initial_comment": {"comment": line}}
    label = escape(line)
    block = {"type": "section", "text": {"type": "mrkdwn", "text": line}}
    return [
        {"text": "", "attachments": shared},
        {"text": "", "attachments": [preview]},
        {
            "text": "",
            "attachments": [{"blocks": [block], "message_blocks": [{"message": {"blocks": [block]}}]}],
        },
        {"text": "", "files": [file]},
        {"text": "", "files": [file], "subtype": "file_share"},
        {"text": f"<https://example.org|{label}>"},
        {"text": f"<https://example.org|{label.removeprefix('/')}>"},
        {"text": f"<!subteam^S1|{label}>"},
        {"text": f"<#C9|{label.removeprefix('/')}>"},
        {"text": line, "bot_id": "B9"},
        {"text": line, "subtype": "bot_message"},
        {"subtype": "message_changed", "message": {"text": line, "user": "U2"}, "previous_message": {}},
        {"subtype": "message_replied", "message": {"text": line, "user": "U2"}},
        {"subtype": "channel_topic", "topic": line, "text": line},
    ]


class _Forwarded(Message):
    """A message that forwards others."""

    def __init__(self, ts: str, channel: str, user: str, text: str, shared: list[dict[str, Any]]) -> None:
        super().__init__(ts, channel, user, text)
        self.shared = shared

    def payload(self, *, with_metadata: bool = False) -> dict[str, Any]:
        return {**super().payload(with_metadata=with_metadata), "attachments": self.shared}


async def _event(person: Any, more: Mapping[str, Any]) -> None:
    channel = person.workspace.dm_with(person.id)
    event = {"type": "message", "channel_type": "im", "user": person.id, "ts": "9.0", "channel": channel.id}
    await person._interactions.deliver_event(person.workspace, {**event, **more})


async def test_another_apps_mention_is_not_answered(
    environment: Environment, slack: SlackStandIn, calls: list[str]
) -> None:
    """A feed or a workflow may post what strangers wrote."""
    environment.dispatcher = Dispatcher(environment.services, recording(calls))
    ada = slack.person("U1")
    async with environment.open() as adapter:
        event = {"type": "app_mention", "user": ada.id, "channel": "C1", "ts": "9.0", "bot_id": "B9"}
        text = f"<@{ada.workspace.bot_user}> rooms cancel"
        await ada._interactions.deliver_event(ada.workspace, {**event, "text": text})
        await adapter.wait_idle()

    assert calls == []


async def test_a_share_button_runs_only_room_searches(
    environment: Environment, slack: SlackStandIn, calls: list[str]
) -> None:
    ada = slack.person("U1")
    application = environment.dispatcher
    environment.dispatcher = switch = _SwitchableDispatcher(application)
    called = {}
    async with environment.open() as adapter:
        for command in COMMANDS:
            switch.current = application
            await ada.types("/rooms free now")
            message = ada.sees()[-1]
            button = next(
                each
                for _, each in message.elements
                if each.get("text", {}).get("text", "").startswith("Share")
            )
            button["value"] = button["value"].replace("rooms free now", line_of(command).removeprefix("/"))
            calls.clear()
            switch.current = Dispatcher(environment.services, recording(calls))
            await ada.presses(message, "Share to the channel")
            await adapter.wait_idle()
            called[command.name] = set(calls) - {"rooms free", "rooms status", "rooms timetable"}

    assert called == {each.name: set() for each in COMMANDS}


class _SwitchableDispatcher:
    """Dispatcher that passes requests to `current`."""

    def __init__(self, current: ChatDispatcher) -> None:
        self.current = current

    async def dispatch(self, request: ChatRequest) -> Reply:
        return await self.current.dispatch(request)

    async def offer(self, message: QuotedMessage) -> Reply:
        return await self.current.offer(message)


async def test_a_form_for_a_message_is_filled_with_its_time_and_seats(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        message = Message("1.0", "C1", "U1", "shall we meet tomorrow 4-5pm, 21 of us?")
        await bob.uses_message_shortcut("book_for_this", message)
        await adapter.wait_idle()
        assert bob.modal is not None
        values = bob.modal.values()
        rooms = str(await bob.searches("in.room", ""))
        await bob.submits(**{"in.room": "v1:K-J17-G03"})
        await adapter.wait_idle()

    assert values["in.date"]["value"]["selected_date"] == "2026-03-12"
    assert values["in.time"]["value"]["selected_time"] == "16:00"
    assert values["in.minutes"]["value"]["selected_option"]["value"].endswith("60")
    assert values["in.seats"]["value"]["value"] == "21"
    assert "K-J17-G01" not in rooms  # twenty seats are too few
    booked = await environment.storage.read(lambda unit: unit.bookings.active(Interval(at(), at(days=2))))
    assert [(each.room_id, each.interval.start) for each in booked] == [("K-J17-G03", at("16:00", days=1))]


# Requests of every platform, straight to the dispatcher.

PLATFORMS = {
    PlatformName.SLACK: "slack:T1:U1",
    PlatformName.DISCORD: "discord:1",
    PlatformName.TERMINAL: "terminal:ada",
}
TABLES = ("membership", "identity", "token", "booking", "audit", "outbox", "login_session", "channel_notice")


async def _database_state(url: str) -> object:
    values = (
        *(f"SELECT count(*) FROM {table}" for table in TABLES),  # noqa: S608 - ours
        "SELECT sum(coalesce(token_generation, 0)) FROM society",
        "SELECT count(*) FROM person WHERE wants_notices OR reminders <> '30'",
    )
    return await ask(url, "SELECT " + " || ' ' || ".join(f"({each})" for each in values))


@pytest.fixture
async def victim(environment: Environment) -> Environment:
    """Ada presides over chess, is linked on every platform, and has a booking to lose."""

    def link(unit: UnitOfWork) -> None:
        ada = unit.people.by_name("ada")
        assert ada is not None
        unit.people.link(ada.id, Identity("discord:1"))

    await environment.storage.write(link)
    slot = SlotValue(RoomId("K-J17-G01"), Interval(at("15:00"), at("16:00")))
    booked = await environment.dispatcher.dispatch(
        ChatRequest(Requester(Identity("slack:T1:U1"), PlatformName.SLACK), action="book", value=str(slot))
    )
    assert not booked.is_refusal
    return environment


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_message_of_another_person_changes_nothing_and_offers_rooms(
    victim: Environment, database_url: str, platform: PlatformName
) -> None:
    requester = Requester(Identity(PLATFORMS[platform]), platform, is_channel_admin=True)
    before = await _database_state(database_url)

    changing = []
    for command in COMMANDS:
        await _offer_all(victim, requester, command)
        if await _database_state(database_url) != before:
            changing.append(command.name)

    assert changing == []


async def _offer_all(victim: Environment, requester: Requester, command: Command) -> None:
    """Quote each way to type a command; only buttons that search or book for the requester may come back."""
    texts = (line_of(command), *command.examples, *command.aliases, f"tomorrow 3pm\n{line_of(command)}")
    for number, (text, wants_form) in enumerate(product(texts, (False, True))):
        delivery_id = f"{command.name} {number}"
        message = QuotedMessage(requester, text, wants_form=wants_form, delivery_id=delivery_id)
        reply = await victim.dispatcher.offer(message)
        assert "went wrong" not in str(reply.text), command.name
        assert _offered(reply) <= {"free", "book"}, command.name
        assert _societies(reply) == set(), command.name


def _offered(reply: Reply) -> set[str]:
    return {each.action for each in (*reply.actions, *(one for item in reply.items for one in item.buttons))}


def _societies(reply: Reply) -> set[str]:
    """Societies that a button or the form would book for."""
    buttons = (one for item in reply.items for one in item.buttons)
    slots = (SlotValue.read(each.value) for each in buttons if each.action == "book")
    inputs = reply.form.inputs if reply.form else ()
    chosen = {each.value for each in inputs if each.name == "society"} - {"-"}
    return {each.society_id for each in slots if each.society_id} | chosen


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_titles_and_feeds_are_shown_but_never_run(
    victim: Environment, database_url: str, platform: PlatformName
) -> None:
    requester = Requester(Identity(PLATFORMS[platform]), platform)
    for command in COMMANDS:
        line = line_of(command)
        await victim.storage.write(partial(_replace_class, line))
        booked = await _book_with_title(victim, requester, line)
        before = await _database_state(database_url)

        shown = [
            await victim.dispatcher.dispatch(ChatRequest(requester, text=words))
            for words in (
                "rooms mine",
                "rooms status K-J17-G02",
                "rooms timetable K-J17-G02",
                "rooms free today",
            )
        ]

        assert line in str(shown)
        assert await _database_state(database_url) == before, line
        await victim.services.bookings.cancel(booked.id, booked.booked_by)


def _replace_class(title: str, unit: UnitOfWork) -> None:
    room, slot = RoomId("K-J17-G02"), Interval(at("12:00"), at("13:00"))
    unit.timetable.clear("feed", [room])
    unit.timetable.add("feed", [TimetableEntry(room, slot, title, BookingType.CLASS)], 0)


async def _book_with_title(victim: Environment, requester: Requester, title: str) -> Booking:
    form = {"date": "2026-03-12", "time": "16:00", "minutes": "60", "room": "K-J17-G01", "title": title}
    if requester.platform is PlatformName.DISCORD:
        form = {"when": "tomorrow 4pm for 1 hour", "room": "K-J17-G01", "title": title}
    reply = await victim.dispatcher.dispatch(
        ChatRequest(requester, action="book_form", form=form, delivery_id=title)
    )
    assert "You're booked" in str(reply.text)
    (booked,) = (each for each in victim.services.read_model.bookings.values() if each.notes == title)
    return booked


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
def test_quotes_are_separated_from_own_text(text: str, own: str, quoted: str) -> None:
    typed = split_quotes(text)

    assert (typed.own, typed.quoted) == (own, quoted)
